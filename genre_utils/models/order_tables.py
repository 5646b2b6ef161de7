"""What networks over sequences reached in order and shuffled: tables, facts and sentences."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from genre_utils.data import SPLITS, Dataset, load_features, make_splits
from genre_utils.evaluation import (
    MODEL_NAMES,
    Predictions,
    Score,
    bootstrap_interval,
    confusions,
    fit_on_partition,
    metrics,
    model_name,
    recall_by_genre,
    score,
)
from genre_utils.models.networks import spectrogram_network
from genre_utils.models.order import ORDERS, linear_reading, order_gain, score_orders
from genre_utils.models.training import NetworkClassifier
from genre_utils.wording import (
    count,
    interval,
    listed,
    percent,
    points,
    points_interval,
)

if TYPE_CHECKING:
    import keras

Sides = Mapping[str, Predictions]
Found = Mapping[tuple, Sides]  # by (network, input, seed) and order
Gains = Mapping[tuple[str, str, str], Mapping[str, float]]
_RHYTHMIC = ("disco", "hiphop", "reggae")
_FEWEST = 20  # tracks with a tempo


def order_table(
    runs: Mapping[str, Found],
    strict: str,
    builders: Mapping[str, Callable[..., keras.Model]],
    shapes: Mapping[str, tuple[int, int]],
    n_genres: int,
) -> pd.DataFrame:
    """Accuracy of each network, input, split and order, with its size and cost.

    Parameters
    ----------
    runs
        By split, one seed each.
    strict
        The split under which the cost is measured.
    builders
        Of the networks, by short name.
    shapes
        Of an item, by input.
    n_genres
        How many there are.

    Returns
    -------
    pandas.DataFrame
        A row a network and input; columns (split, order), and ("", "parameters") and
        ("", "seconds a pass").
    """
    rows: dict[tuple[str, str], dict[tuple[str, str], float]] = {}
    for p, found in runs.items():
        for ((name, kind, _), order), sides in found.items():
            row = rows.setdefault((model_name(name), kind), {})
            row[p, order] = metrics(sides["test"])["accuracy"]
            if p == strict and order == "in order":
                passes = sides["test"].curves[0]["epoch"].iloc[-1]
                row["", "parameters"] = builders[name](shapes[kind], n_genres).count_params()
                row["", "seconds a pass"] = sides["test"].fit_seconds / passes
    table = pd.DataFrame(rows).T.rename_axis(["network", "input"])
    columns = [(p, order) for p in runs for order in ORDERS]
    return table[[*columns, ("", "parameters"), ("", "seconds a pass")]]


def order_facts(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """What to note of `order_table`."""
    return {
        f"{name}, {kind}": {" ".join(key).strip(): value for key, value in row.dropna().items()}
        for (name, kind), row in table.iterrows()
    }


def shown_orders(table: pd.DataFrame) -> pd.DataFrame:
    """`order_table` as it is read: "in order / shuffled" in per cent, a column a split."""
    shown = pd.DataFrame(index=[", ".join(key) for key in table.index])
    for split in [name for name in SPLITS if name in table.columns.get_level_values(0)]:
        pairs = 100 * table[split].astype(float)
        shown[split] = [
            " / ".join(f"{value:.1f}" for value in row if pd.notna(value))
            for row in pairs[list(ORDERS)].to_numpy()
        ]
    shown["parameters"] = [f"{n:,.0f}" for n in table["", "parameters"]]
    shown["seconds a pass"] = [f"{s:.1f}" for s in table["", "seconds a pass"]]
    return shown.rename_axis("network, input")


def twin_gaps(table: pd.DataFrame, strict: str) -> tuple[dict[str, pd.DataFrame], pd.Series]:
    """Networks and their twins under one split.

    Returns
    -------
    panels, gaps
        By input, a row a network and a column an order; and what order gives, in points, by
        network and input.
    """
    twins = table[strict].dropna().astype(float)
    panels = {
        str(kind): twins.xs(kind, level="input") for kind in twins.index.unique(level="input")
    }
    return panels, 100 * (twins["in order"] - twins["shuffled"])


def tell_gaps(gaps: pd.Series) -> str:
    """Between which bounds order is worth something, and how far the control is off."""
    blind = gaps.xs(MODEL_NAMES["attention"], level="network").abs().max()
    return (
        f"Order is worth between {points(gaps.min() / 100)} ({', '.join(gaps.idxmin())}) and "
        f"{points(gaps.max() / 100)} ({', '.join(gaps.idxmax())}). Attention pooling, which cannot "
        f"know order, differs from its twin by {blind:.1f}."
    )


def tell_gains(gains: Gains, keys: Iterable[tuple[str, str]]) -> str:
    """What order is worth to some networks, under each split, as a list in Markdown."""
    keys = list(keys)
    return "\n".join(
        f"- {MODEL_NAMES[n]} on {k}, `{p}`: {_gain(gain)}"
        for (n, k, p), gain in gains.items()
        if (n, k) in keys
    )


def gain_matrix(scores: Iterable[Score], level: str) -> pd.DataFrame:
    """Accuracy with interval: a row a network and input, a column a split; narrow.

    Parameters
    ----------
    scores
        Of `score_orders` and models beside them.
    level
        "segment" or "track".
    """
    cells = {
        (f"{model_name(s.model)}, {s.input}", s.split): f"{percent(s.accuracy)} "
        f"{interval(*s.ci95, digits=0)}"
        for s in scores
        if s.level == level
    }
    if not cells:
        return pd.DataFrame()
    table = pd.Series(cells).unstack(sort=False).rename_axis("network, input")
    return table[[name for name in SPLITS if name in table]].fillna("")


@dataclass(frozen=True)
class Rhythm:
    """Genres that differ in beat, in order and shuffled; shows itself as a sentence.

    Attributes
    ----------
    recall
        A row a genre, a column an order.
    mixed_up
        How many of their items are taken for another of them, by order.
    """

    name: str
    recall: pd.DataFrame
    mixed_up: dict[str, int]

    def _repr_markdown_(self) -> str:
        if self.recall.empty:
            return "None of the rhythmic genres is on the test side."
        told = listed(f"{n} {order}" for order, n in self.mixed_up.items())
        gain = self.recall["in order"] - self.recall["shuffled"]
        return (
            f"Pieces that {self.name} takes for one another among {listed(self.recall.index)}: "
            f"{told}. Order changes the recall most for {gain.abs().idxmax()} "
            f"({points(gain[gain.abs().idxmax()])})."
        )

    def shown(self) -> pd.DataFrame:
        """Recall in per cent."""
        table = self.recall.map(percent)
        return table.rename_axis("share named rightly")


def rhythm_of(name: str, both: Mapping[str, Predictions]) -> Rhythm:
    """How well disco, hip-hop and reggae are told apart with and without order.

    Parameters
    ----------
    name
        Of the network.
    both
        What it said of the test side, by order.
    """
    there = set(next(iter(both.values())).table["y_true"])
    beats = [genre for genre in _RHYTHMIC if genre in there]
    recall = pd.DataFrame({o: recall_by_genre(said).reindex(beats) for o, said in both.items()})
    mixed = {}
    for order, said in both.items():
        pairs = confusions(said).loc[beats, beats].to_numpy()
        mixed[order] = int(pairs.sum() - pairs.trace())
    return Rhythm(name, recall, mixed)


def read_tempo(states: Mapping[str, pd.DataFrame], tracks: pd.DataFrame) -> tuple[dict, int, str]:
    """How much of the annotated tempo a linear model reads from states of tracks, artists apart.

    Parameters
    ----------
    states
        By name, a row a track.
    tracks
        As in `Dataset.tracks`.

    Returns
    -------
    read, n, told
        R squared by name (empty where too few tracks have a tempo), how many have one, and that in
        a sentence.
    """
    names = next(iter(states.values())).index
    tempo = tracks["annotated_tempo"].reindex(names).dropna()
    who = tracks["artist_group"].fillna(tracks["song"]).reindex(tempo.index)
    if len(tempo) < _FEWEST:
        return {}, len(tempo), "Too few tracks here have an annotated tempo."
    read = {
        label: linear_reading(state.loc[tempo.index], tempo, who) for label, state in states.items()
    }
    best = max(read, key=lambda label: read[label])
    told = f"R² of {count(len(tempo), 'track')}: " + ", ".join(
        f"{label} {value:.2f}" for label, value in read.items()
    )
    return read, len(tempo), f"{told}. Most is in: {best}."


def tell_drops(drops: Mapping[Hashable, float], what: str) -> str:
    """How far the probability falls without some frames or pieces."""
    return (
        f"Without {what}, the probability of the named genre changes by "
        + listed(f"{points(-fall)} ({which})" for which, fall in drops.items())
        + "."
    )


def tell_explanation(of_track: pd.DataFrame, *, seed: int = 0) -> str:
    """Whether the most attended frames count for more than random ones do.

    Parameters
    ----------
    of_track
        As from `attention_drops`, a row a track.
    seed
        Of the bootstrap.
    """
    apart = (of_track["most attended"] - of_track["random"]).to_numpy()
    low, high = bootstrap_interval(apart, of_track.index.to_numpy(), seed=seed)
    verdict = (
        "The weights point at what counts."
        if low > 0
        else "So the weights alone explain little here."
    )
    return (
        f"Most attended against random: {points(float(np.mean(apart)))} "
        f"{points_interval(low, high)}. {verdict}"
    )


@dataclass(frozen=True)
class SongOrders:
    """Networks over the pieces of songs against a linear model on their mean, under one split.

    Attributes
    ----------
    scores
        In order, shuffled, and of the linear models.
    gains
        What order gives, by network, input and split.
    against
        What networks in order give over the mean, by network.
    """

    scores: list[Score]
    gains: dict[tuple[str, str, str], dict[str, float]]
    against: dict[str, dict[str, float]]

    def _repr_markdown_(self) -> str:
        return "\n".join(
            f"- {MODEL_NAMES[name]}, `{split}`: order {_gain(gain)}; against the mean "
            f"{_gain(self.against[name])}"
            for (name, _, split), gain in self.gains.items()
        )


def judge_songs(
    found: Found, linear: Mapping[str, Predictions], data: str, *, seed: int = 0
) -> SongOrders:
    """Compare networks over songs with linear models on the same songs.

    Parameters
    ----------
    found
        As from `compare_orders`, under one split.
    linear
        What linear models said, by how pieces were put together; "mean" among them.
    data
        What each piece was, for the names of scores.
    seed
        Of the bootstrap.
    """
    scores, gains = score_orders(found, seed)
    scores += [score(said, "probe", f"{data}, {how}", seed=seed) for how, said in linear.items()]
    against = {}
    for name, kind, _ in gains:
        mine = [
            sides["test"]
            for ((model, given, _), order), sides in found.items()
            if (model, given, order) == (name, kind, "in order")
        ]
        against[name] = order_gain(mine, [linear["mean"]], seed)
    return SongOrders(scores, gains, against)


def one_score(scores: Sequence[Score], *key: str) -> Score:
    """The first score of a model, input and split (and level, if that is given)."""
    fields = ("model", "input", "split", "level")
    return next(
        s for s in scores if all(getattr(s, f) == k for f, k in zip(fields, key, strict=False))
    )


def tell_order(found: Score, gain: Mapping[str, float]) -> str:
    """What a network reaches on pieces, and how much of that order gives."""
    return (
        f"{MODEL_NAMES[found.model]} on {found.input} names {percent(found.accuracy)} of pieces "
        f"rightly under {found.split}. Order gives {_gain(gain)} of that; the rest is there "
        "with the frames shuffled."
    )


def tell_over_songs(network: Score, mean: Score) -> str:
    """What a network reaches over whole songs, and what a linear model on the mean does."""
    return (
        f" Over whole songs of a pretrained encoder's pieces, {MODEL_NAMES[network.model]} "
        f"names {percent(network.accuracy)} under {network.split}, a linear model on the mean "
        f"{percent(mean.accuracy)}."
    )


def embed_pieces(dataset: Dataset, *, updates: int, seed: int) -> pd.DataFrame:
    """What the last layer of notebook 4's small CNN makes of each piece; trained on `filtered`.

    Parameters
    ----------
    dataset
        The collection, which has the published partition.
    updates, seed
        Of training.
    """
    mel = load_features(dataset, "mel")
    network = NetworkClassifier(
        partial(spectrogram_network, widths=(16, 32, 48, 64), columns=2),
        updates=updates,
        random_state=seed,
    )
    split = make_splits(dataset.tracks, mel.values.index, seed=seed)[0]["filtered"]
    fitted, _ = fit_on_partition(network, mel.values, mel.genre, split)
    return fitted.embed(mel.values)


def _gain(gain: Mapping[str, float]) -> str:
    return f"{points(gain['difference'])} {points_interval(gain['low'], gain['high'])}"
