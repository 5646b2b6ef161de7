"""Networks on pictures of whole tracks: folds, variants, and the one on recordings beside it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from joblib.externals.loky import get_reusable_executor
from sklearn.base import clone

from genre_utils.data import Dataset, Features, Split, features_or_reason, make_splits
from genre_utils.evaluation import (
    Predictions,
    each_member,
    evaluate,
    fit_on_partition,
    network_name,
    on_tracks,
    rank_on_valid,
    score,
    side_by_side,
    tell_accuracy,
)
from genre_utils.models.augment import Augmentation
from genre_utils.models.frames import join_pieces
from genre_utils.models.training import NetworkClassifier
from genre_utils.wording import count, percent

ON_SOUND, ON_PICTURES = (network_name("cnn_average", data) for data in ("mel, whole", "picture"))


@dataclass(frozen=True)
class Pictures:
    """Pictures of tracks as networks are given them; shows itself as a sentence.

    Attributes
    ----------
    features
        Of the tracks; None where there is nothing to learn from.
    splits
        Over these tracks.
    reason
        Why there is nothing, "" otherwise.
    """

    features: Features | None = None
    splits: dict[str, Split] = field(default_factory=dict)
    reason: str = ""
    told: str = ""

    def _repr_markdown_(self) -> str:
        return self.told

    def examples(self, tracks: pd.DataFrame) -> list[tuple[str, np.ndarray, str]]:
        """The first published picture, what is decoded from it, and its track; none without one."""
        if self.features is None:
            return []
        published = tracks["picture"].reindex(self.features.tracks).dropna()[:1]
        frames = self.features.values["frames"]
        return [(path, frames[name], str(name)) for name, path in published.items()]


def open_pictures(dataset: Dataset, *, seed: int) -> Pictures:
    """Pictures of all tracks, and the splits that networks on them are tested by.

    Parameters
    ----------
    dataset
        The collection.
    seed
        Of the folds.
    """
    features, reason = features_or_reason(dataset, "picture")
    if features is None:
        return Pictures(reason=reason)
    splits, reasons = make_splits(dataset.tracks, features.values.index, n_splits=2, seed=seed)
    splits.pop("track", None)
    if not splits:
        return Pictures(features, reason=next(iter(reasons.values()), ""))
    told = f"{features.source} Splits: {', '.join(f'`{name}`' for name in splits)}."
    told += "".join(f" Not possible: `{name}`, because {why}." for name, why in reasons.items())
    return Pictures(features, splits, told=told)


def evaluate_pictures(
    network: NetworkClassifier, pictures: Pictures, tracks: pd.DataFrame, *, quick: bool
) -> dict[tuple[str, str, str], list[Predictions]]:
    """Predict each track by a network that was trained without it, under splits with folds.

    Parameters
    ----------
    network
        What to train. Where artists are kept apart in the test, they are for stopping as well.
    pictures
        As from `open_pictures`.
    tracks
        As in `Dataset.tracks`.
    quick
        Whether `random` is left out where there is another split.

    Returns
    -------
    dict
        By "cnn", "picture" and split, a list of one.
    """
    calls: dict[Hashable, Callable[[], Any]] = {}
    for name, split in pictures.splits.items():
        needless = quick and name == "random" and len(pictures.splits) > 1
        if name != "filtered" and not needless and pictures.features is not None:
            artists = tracks["artist_group"] if name == "artist" else None
            calls["cnn", "picture", name] = partial(
                evaluate,
                clone(network).set_params(groups=artists),
                pictures.features.values,
                pictures.features.genre,
                split,
                n_jobs=1,
            )
    found = side_by_side(calls, progress="our CNN on pictures")
    return {key: [said] for key, said in found.items()}


def try_variants(
    network: NetworkClassifier,
    variants: Mapping[str, Augmentation],
    pictures: Pictures,
) -> dict[str, Predictions]:
    """What variants of a network say of the validation side of the published partition.

    Parameters
    ----------
    network
        What they have in common.
    variants
        By name, how what is seen in training is changed.
    pictures
        As from `open_pictures`.

    Returns
    -------
    dict
        By variant; empty without a partition.
    """
    features, split = pictures.features, pictures.splits.get("filtered")
    if features is None or split is None:
        return {}
    calls: dict[Hashable, Callable[[], Any]] = {
        name: partial(
            fit_on_partition,
            NetworkClassifier(**network.get_params() | {"augmentation": style}),
            features.values,
            features.genre,
            split,
        )
        for name, style in variants.items()
    }
    found = side_by_side(calls, progress="variants")
    return {name: sides["valid"] for name, (_, sides) in found.items()}


@dataclass(frozen=True)
class Averaged:
    """Networks from several seeds, averaged and calibrated; shows itself as a sentence.

    Attributes
    ----------
    network
        Fitted: on the training side of the published partition, or on all there is without one.
    sides
        What its members say together, by side; empty without a partition.
    each
        What each of them says alone of the test side.
    """

    network: NetworkClassifier
    sides: dict[str, Predictions] = field(default_factory=dict)
    each: list[Predictions] = field(default_factory=list)

    def _repr_markdown_(self) -> str:
        if not self.sides:
            return "Without a published partition it is fitted on all tracks, and not tested."
        valid, test = (
            tell_accuracy(score(self.sides[side], "cnn_average", "picture"))
            for side in ("valid", "test")
        )
        one = score(self.each, "cnn", "picture")
        told = (
            f"Mean of {count(len(self.each), 'network')}: {valid} on `valid`, **{test}** on the "
            "test side."
        )
        if one.sd is None:
            return told
        return (
            f"{told} Each alone: {percent(one.accuracy)} there on average, with a deviation of "
            f"{100 * one.sd:.1f} points."
        )

    def members(self) -> dict[tuple[str, str, str], list[Predictions]]:
        """What each of its members says of the test side, by model, input and split."""
        return {("cnn", "picture", "filtered"): self.each} if self.each else {}

    def averaged(self) -> dict[tuple[str, str, str], list[Predictions]]:
        """What its members say together."""
        key = ("cnn_average", "picture", "filtered")
        return {key: [self.sides["test"]]} if self.sides else {}

    def facts(self) -> dict[str, Any]:
        """What to note of it."""
        if not self.sides:
            return {}
        return {
            "cnn_valid_accuracy": score(self.sides["valid"], "cnn_average", "picture").accuracy,
            "cnn_temperature": self.network.temperature_,
            "cnn_members": len(self.each),
        }


def train_averaged(network: NetworkClassifier, pictures: Pictures) -> Averaged:
    """Train a network that is chosen, and ask it about the test side, once.

    Parameters
    ----------
    network
        What to train.
    pictures
        As from `open_pictures`.
    """
    features, split = pictures.features, pictures.splits.get("filtered")
    if features is None:
        raise ValueError(pictures.reason)
    if split is None:
        return Averaged(network.fit(features.values, features.genre.to_numpy(str)))
    fitted, sides = fit_on_partition(network, features.values, features.genre, split)
    return Averaged(fitted, sides, each_member(fitted, features.values, sides["test"]))


@dataclass(frozen=True)
class OnSound:
    """The same network on mel spectrograms of whole recordings; shows itself as a sentence.

    Attributes
    ----------
    network
        Fitted; None where there are too few recordings.
    sides
        What its members say together, by side.
    each
        What each says alone of the test side.
    ranked
        It and the network on pictures, on the same tracks of the validation side.
    """

    network: NetworkClassifier | None = None
    sides: dict[str, Predictions] = field(default_factory=dict)
    each: list[Predictions] = field(default_factory=list)
    ranked: pd.DataFrame = field(default_factory=pd.DataFrame)
    told: str = (
        "The recordings that are here are too few for that: the partition needs tracks of each "
        "genre."
    )

    def _repr_markdown_(self) -> str:
        return self.told

    def members(self) -> dict[tuple[str, str, str], list[Predictions]]:
        """What each of its members says of the test side, by model, input and split."""
        return {("cnn", "mel, whole", "filtered"): self.each} if self.each else {}

    def averaged(self) -> dict[tuple[str, str, str], list[Predictions]]:
        """What its members say together."""
        key = ("cnn_average", "mel, whole", "filtered")
        return {key: [self.sides["test"]]} if self.sides else {}

    def facts(self) -> dict[str, Any]:
        """What to note of it."""
        if self.network is None:
            return {}
        one = score(self.each, "cnn", "mel")
        return {
            "mel_whole_accuracy": one.accuracy,
            "mel_whole_sd": one.sd,
            "better_on_valid": self.ranked.index[0],
        }


def train_on_sound(
    averaged: Averaged,
    pieces: Features | None,
    tracks: pd.DataFrame,
    *,
    epochs: float,
    members: int,
    seed: int,
) -> OnSound:
    """Train a network as it was trained on pictures, on the recordings of the same partition.

    Parameters
    ----------
    averaged
        The network on pictures.
    pieces
        Mel spectrograms of pieces of 3 s, which are put together; None where there are none.
    tracks
        As in `Dataset.tracks`.
    epochs, members
        Of training.
    seed
        Of the splits and of the bootstrap.
    """
    if pieces is None or not averaged.sides:
        return OnSound()
    whole = join_pieces(pieces.values)
    genre = tracks["genre"].reindex(whole.index)
    split = make_splits(tracks, whole.index, seed=seed)[0].get("filtered")
    if split is None:
        return OnSound()
    settings = {"crop": 256, "epochs": epochs, "members": members}
    network = NetworkClassifier(**averaged.network.get_params() | settings)
    network, sides = fit_on_partition(network, whole, genre, split)
    each = each_member(network, whole, sides["test"])
    both: dict[Hashable, dict[str, Predictions]] = {
        ON_SOUND: sides,
        ON_PICTURES: on_tracks(averaged.sides, whole.index),
    }
    ranked = rank_on_valid(both)
    one = score(each, "cnn", "mel", seed=seed)
    tested = "; ".join(
        f"{name} {tell_accuracy(score(found['test'], 'cnn', str(name), seed=seed))}"
        for name, found in both.items()
    )
    best, other = (percent(share) for share in ranked.iloc[:2, 0])
    why = f"{best} against {other}" if best != other else f"both {best}, the log loss decides"
    told = (
        f"Better on the {len(sides['valid'].table)} tracks of `valid` that have a recording: "
        f"{ranked.index[0]} ({why}). "
        f"Test, on the {len(sides['test'].table)} tracks that have a recording: {tested}."
    )
    if one.sd is not None:
        told += (
            f" One network on recordings alone: **{percent(one.accuracy)}**, the mean of {one.runs}"
            f", with a deviation of {100 * one.sd:.1f} points."
        )
    told += (
        " Below we go on with the networks on pictures: "
        f"{count(int(tracks['picture'].notna().sum()), 'track')} have one, {len(whole):,} a "
        "recording."
    )
    return OnSound(network, sides, each, ranked, told)


def let_workers_go() -> None:
    """End the processes that trained networks side by side: each holds gigabytes."""
    get_reusable_executor().shutdown()
