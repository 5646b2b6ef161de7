"""A collection on disk: what is there, who made it, what may be split how."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
