"""Sound that is still arriving, folders that grow, taste that changes."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
