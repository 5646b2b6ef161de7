"""Music genres on GTZAN: data, features, evaluation and recommendations, a room each."""

import os

import lazy_loader

__version__ = "0.1.0"

# onnxruntime reads this when it is imported: calling its disable_telemetry_events comes too late,
# when a database and an identifier of the machine lie in the user's cache folder.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
