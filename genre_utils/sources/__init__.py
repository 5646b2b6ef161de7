"""Where a collection comes from: downloaded, or synthesized."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
