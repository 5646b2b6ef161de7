"""Music genres on GTZAN: data, features, evaluation and recommendations."""

__version__ = "0.1.0"
