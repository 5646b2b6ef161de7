"""What people with music use: the command `genre`, libraries, live sound, many machines."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
