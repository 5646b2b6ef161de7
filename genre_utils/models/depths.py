"""How deep a pretrained encoder is worth training: each depth, from several seeds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial

import pandas as pd

from genre_utils.data import Features, make_splits
from genre_utils.evaluation import Predictions, fit_on_partition, side_by_side, to_tracks
from genre_utils.models.fine_tuning import FineTunedEncoder, lower_blocks


def fine_tune_depths(
    patches: Features,
    tracks: pd.DataFrame,
    epochs: Mapping[str, float],
    *,
    pieces: Sequence[int] = (1, 4, 7),
    seeds: int = 3,
    seed: int = 0,
) -> dict[tuple[str, str], list[Predictions]]:
    """Fine-tune on the training side of the published partition, to each depth.

    Parameters
    ----------
    patches
        Of the kind "patch".
    tracks
        As in `Dataset.tracks`, with all genres on each side of the partition.
    epochs
        At most, by depth (`DEPTHS`). On the validation side each network stops.
    pieces
        Which pieces of each track are used: they are much alike, and training takes long.
    seeds
        How many networks a depth.
    seed
        The first of them.

    Returns
    -------
    dict
        Predictions of tracks, one a seed, by depth and side: "valid" and "test".
    """
    values = patches.values[patches.values.index.get_level_values("segment").isin(pieces)]
    side = tracks["partition"].reindex(values.index.get_level_values("track_id"))
    values = values[side.notna().to_numpy()]
    genre = patches.genre.loc[values.index]
    split = make_splits(tracks, values.index)[0]["filtered"]
    calls: dict[Hashable, Callable[[], object]] = {}
    for depth, passes in epochs.items():
        below = lower_blocks(values, depth)
        for start in range(seed, seed + seeds):
            learner = FineTunedEncoder(depth, epochs=passes, random_state=start)
            calls[depth, start] = partial(fit_on_partition, learner, below, genre, split)
    found: dict[tuple[str, str], list[Predictions]] = {}
    for (depth, _), (_, sides) in side_by_side(calls, progress="fine-tuning").items():
        for name, prediction in sides.items():
            found.setdefault((depth, name), []).append(to_tracks(prediction))
    return found
