"""Networks on pieces of 3 s: which inputs there are, and every network under every split."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from genre_utils.data import (
    SPLITS,
    Dataset,
    Features,
    Split,
    features_or_reason,
    make_splits,
)
from genre_utils.evaluation import Predictions, evaluate, side_by_side
from genre_utils.models.training import NetworkClassifier

if TYPE_CHECKING:
    import keras

Build = Callable[[tuple[int, ...], int], "keras.Model"]


@dataclass(frozen=True)
class Pieces:
    """Pieces of 3 s as networks are given them; shows itself as a list.

    Attributes
    ----------
    inputs
        By kind; empty where there is no sound.
    splits
        Over these pieces.
    reasons
        Why other splits, or pieces at all, are not possible.
    """

    inputs: dict[str, Features] = field(default_factory=dict)
    splits: dict[str, Split] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def _repr_markdown_(self) -> str:
        lines = [f"- `{kind}`: {features.source}" for kind, features in self.inputs.items()]
        lines += [f"- `{name}`: {SPLITS[name]}." for name in self.splits]
        lines += [f"- Not possible: {what}, because {why}" for what, why in self.reasons.items()]
        return "\n".join(lines)


def open_pieces(dataset: Dataset, kinds: Sequence[str], *, n_splits: int, seed: int) -> Pieces:
    """Inputs of all pieces, and the splits that networks are compared by.

    Parameters
    ----------
    dataset
        The collection.
    kinds
        Of input, as in `load_features`; the first says which pieces there are.
    n_splits, seed
        Of the folds.
    """
    inputs = {}
    for kind in kinds:
        features, reason = features_or_reason(dataset, kind)
        if features is None:
            return Pieces(reasons={"pieces": reason})
        inputs[kind] = features
    made, reasons = make_splits(
        dataset.tracks, inputs[kinds[0]].values.index, n_splits=n_splits, seed=seed
    )
    wanted = [name for name in ("random", "track", "artist") if name in made]
    told = {f"`{name}`": f"{why}." for name, why in reasons.items()}
    return Pieces(inputs, {name: made[name] for name in wanted}, told)


def train_on_pieces(
    networks: Mapping[tuple[str, str], Build],
    pieces: Pieces,
    tracks: pd.DataFrame,
    *,
    updates: int,
    seed: int,
    quick: bool,
) -> dict[tuple[str, str, str], list[Predictions]]:
    """Train each network under each split, all equally long; those on MFCCs from three seeds.

    Under `random` the validation side is cut by piece, as the split is; under `track` it has
    songs of its own, under `artist` artists of its own.

    Parameters
    ----------
    networks
        Functions that build them, by short name and kind of input; the slowest first.
    pieces
        As from `open_pieces`.
    tracks
        As in `Dataset.tracks`.
    updates
        Of each network.
    seed
        The first.
    quick
        Whether one seed is enough, and for all but the summary's network one split.

    Returns
    -------
    dict
        Predictions by name, kind and split, one a seed.
    """
    calls: dict[Hashable, Callable[[], Any]] = {}
    for (name, kind), build in networks.items():
        for split in pieces.splits.values():
            if quick and split.name != "track" and name != "published_cnn":
                continue
            for start in range(seed, seed + (1 if quick or kind != "mfcc" else 3)):
                learner = NetworkClassifier(
                    build,
                    updates=updates,
                    by_song=split.name != "random",
                    groups=tracks["artist_group"] if split.name == "artist" else None,
                    random_state=start,
                )
                features = pieces.inputs[kind]
                calls[name, kind, split.name, start] = partial(
                    evaluate, learner, features.values, features.genre, split, n_jobs=1
                )
    runs: dict[tuple[str, str, str], list[Predictions]] = {}
    for (name, kind, by, _), said in side_by_side(calls, progress="networks on pieces").items():
        runs.setdefault((name, kind, by), []).append(said)
    return runs
