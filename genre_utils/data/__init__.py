"""A collection of music: download, tracks, artists, features, splits, faults."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
