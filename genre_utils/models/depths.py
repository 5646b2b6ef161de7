"""How deep a pretrained encoder is worth training: each depth, from several seeds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from genre_utils.data import Protocol
from genre_utils.evaluation import Predictions, fit_on_partition, side_by_side, to_tracks
from genre_utils.models.fine_tuning import FineTunedEncoder, lower_blocks


def fine_tune_depths(
    patches: pd.DataFrame,
    genre: pd.Series,
    protocol: Protocol,
    epochs: Mapping[str, float],
    *,
    seeds: int = 3,
    seed: int = 0,
) -> dict[tuple[str, str], list[Predictions]]:
    """Fine-tune on the training side of the published partition, to each depth.

    Parameters
    ----------
    patches
        Column ``frames``, index ``track_id`` and ``segment``, as from ``load_features`` of the
        kind "patch".
    genre
        Of each, same index.
    protocol
        "filtered", over the same patches. On its validation side each network stops.
    epochs
        At most, by depth (`DEPTHS`).
    seeds
        How many networks a depth.
    seed
        The first of them.

    Returns
    -------
    dict
        Predictions of tracks, one a seed, by depth and side: "valid" and "test".
    """
    calls = {}
    for depth, passes in epochs.items():
        below = lower_blocks(patches, depth)
        for start in range(seed, seed + seeds):
            learner = FineTunedEncoder(depth, epochs=passes, random_state=start)
            calls[depth, start] = partial(fit_on_partition, learner, below, genre, protocol)
    found: dict[tuple[str, str], list[Predictions]] = {}
    for (depth, _), (_, sides) in side_by_side(calls, progress="fine-tuning").items():
        for side, prediction in sides.items():
            found.setdefault((depth, side), []).append(to_tracks(prediction))
    return found
