"""Networks on pictures of whole tracks: folds, variants, and the one on recordings beside it."""

from __future__ import annotations

from genre_utils.evaluation import (
    network_name,
)

ON_SOUND, ON_PICTURES = (network_name("cnn_average", data) for data in ("mel, whole", "picture"))
