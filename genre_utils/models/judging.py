"""What others hear in a conversion: judges that had no part in it, and what is left of the song."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from tqdm import tqdm

from genre_utils.audio import encoder_mel, reshaped, sound_of_mel, split_segments
from genre_utils.data import make_splits
from genre_utils.evaluation import bootstrap_interval, fit_on_partition
from genre_utils.models.conversion import as_loud, song_left

Way = Callable[[np.ndarray, str], np.ndarray]


@dataclass(frozen=True, eq=False)
class Judge:
    """A model that names the genre of signals.

    Attributes
    ----------
    model
        Fitted, with probabilities.
    describe
        What the model takes of a piece of 3 s, shape (66150,).
    column
        Where that goes into one column of the model's table ("frames"); "" where it is a row.
    """

    model: BaseEstimator
    describe: Callable[[np.ndarray], Any]
    column: str = ""

    def probability(self, y: np.ndarray) -> pd.Series:
        """Probability of each genre, mean over the pieces of a signal at 22050 Hz.

        Parameters
        ----------
        y
            Shape (samples,), at least 3 s.
        """
        rows = [self.describe(piece) for piece in split_segments(y)]
        table = pd.DataFrame({self.column: rows}) if self.column else pd.DataFrame(rows)
        return pd.Series(self.model.predict_proba(table).mean(axis=0), self.model.classes_)


class Sides(NamedTuple):
    """A collection cut in two.

    Attributes
    ----------
    split
        How: "filtered", "artist" or "track".
    train, test
        Tracks of the sides.
    """

    split: str
    train: pd.Index
    test: pd.Index


def sides_apart(y: pd.Series, tracks: pd.DataFrame, seed: int = 0) -> tuple[Sides | None, str]:
    """Cut a collection in two, as strictly as it allows.

    Parameters
    ----------
    y
        Genre of each piece, index ``track_id`` (and ``segment``).
    tracks
        As `Dataset.tracks`.
    seed
        Of the drawing, where the published partition is not possible.

    Returns
    -------
    sides, reason
        The sides and ""; or None and, in one sentence, why there are none.
    """
    splits, reasons = make_splits(tracks, y.index, n_splits=3, seed=seed)
    for name in ("filtered", "artist", "track"):
        if name in splits:
            train, test = splits[name].folds(y.to_numpy(object))[0]
            of_row = y.index.get_level_values("track_id")
            return Sides(name, of_row[train].unique(), of_row[test].unique()), ""
    return None, f"Too few tracks to judge anything: {next(iter(reasons.values()))}."


def fit_judge(
    estimator: BaseEstimator, X: pd.DataFrame, y: pd.Series, tracks: pd.DataFrame, sides: Sides
) -> tuple[BaseEstimator, float]:
    """Fit on the training side of a collection.

    Parameters
    ----------
    estimator
        A classifier with probabilities.
    X, y
        What it takes of each piece, and genres; same index.
    tracks
        As `Dataset.tracks`.
    sides
        As from `sides_apart`.

    Returns
    -------
    fitted, accuracy
        And the share of the other side's pieces that it names rightly.
    """
    if sides.split == "filtered":
        # Remembered, and with the published validation side to stop on.
        partition = make_splits(tracks, X.index)[0]["filtered"]
        fitted, found = fit_on_partition(estimator, X, y, partition)
        table = found["test"].table
        return fitted, float((table["y_true"] == table["y_pred"]).mean())
    of_row = X.index.get_level_values("track_id")
    own, others = of_row.isin(sides.train), of_row.isin(sides.test)
    fitted = clone(estimator).fit(X[own], y[own])
    return fitted, float((fitted.predict(X[others]) == y[others]).mean())


def judge_conversions(
    songs: Mapping[str, np.ndarray],
    targets: Sequence[str],
    ways: Mapping[str, Way],
    judges: Mapping[str, Judge],
    *,
    progress: str = "",
) -> pd.DataFrame:
    """Convert each song to each genre in each way, and ask everybody.

    Parameters
    ----------
    songs
        Signals at 22050 Hz, shape (samples,), by track.
    targets
        Genres.
    ways
        By name: from a song and a genre to a signal of the same length.
    judges
        By name.
    progress
        Name to show beside a progress bar; "" shows none.

    Returns
    -------
    pandas.DataFrame
        Index (``track``, ``to``, ``way``). Columns in two levels: for each judge ``before`` and
        ``after``, the probability of the genre, and ``named``, whether it is the most probable one
        after; for ``left`` what `song_left` gives.
    """
    rows: dict[tuple[str, str, str], dict[tuple[str, str], float]] = {}
    before = {n: {t: j.probability(y) for t, y in songs.items()} for n, j in judges.items()}
    every = [(track, to, way) for track in songs for to in targets for way in ways]
    for track, to, way in tqdm(every, progress, disable=not progress, unit="conversion"):
        made = ways[way](songs[track], to)
        row: dict[tuple[str, str], float] = {}
        for name, judge in judges.items():
            after = judge.probability(made)
            row[name, "before"], row[name, "after"] = before[name][track][to], after[to]
            row[name, "named"] = float(after.idxmax() == to)
        left = song_left(made, songs[track])
        rows[track, to, way] = row | {("left", kind): value for kind, value in left.items()}
    table = pd.DataFrame.from_dict(rows, "index")
    table.index = pd.MultiIndex.from_tuples(table.index, names=["track", "to", "way"])
    return table


def compare_inversions(
    songs: Mapping[str, np.ndarray],
    painted: Mapping[str, np.ndarray],
    genre: pd.Series,
    to: str,
    judges: Mapping[str, Judge],
    *,
    seed: int = 0,
) -> pd.DataFrame:
    """Two ways back to sound: the song filtered, or a signal invented; see `audio.reshaped`.

    Parameters
    ----------
    songs, painted
        Signals at 22050 Hz, and what their mel spectrograms are to become; by track.
    genre
        Of each track.
    to
        Genre that it was repainted for.
    judges
        By name.
    seed
        Of the phase that is invented.

    Returns
    -------
    pandas.DataFrame
        Index (``spectrogram``, ``sound``): "as it was" or "repainted", "filtered" or "invented".
        Means over songs: ``off``, the root mean square by which the sound misses the spectrogram;
        what `song_left` gives; and what each judge says of the song's own and the wanted genre.
    """
    rows: list[dict[str, Any]] = []
    for track, mel in painted.items():
        y, before = songs[track], encoder_mel(songs[track])
        for spectrogram, after in (("as it was", before), ("repainted", mel)):
            sounds = {
                "filtered": reshaped(y, before, after),
                "invented": sound_of_mel(after, len(y), seed=seed),
            }
            for how, sound in sounds.items():
                made = as_loud(sound, y)
                off = float(np.sqrt(np.mean((encoder_mel(made) - after) ** 2)))
                row = {"spectrogram": spectrogram, "sound": how, "off": off} | song_left(made, y)
                for name, judge in judges.items():
                    said = judge.probability(made)
                    row |= {f"{name}: own": said[genre[track]], f"{name}: wanted": said[to]}
                rows.append(row)
    return pd.DataFrame(rows).groupby(["spectrogram", "sound"]).mean()


def conversion_gains(table: pd.DataFrame) -> pd.DataFrame:
    """By how much more each judge hears the genre than before, and how much of the song is left.

    Parameters
    ----------
    table
        As from `judge_conversions`.

    Returns
    -------
    pandas.DataFrame
        Index as `table`; a column a judge, a difference of probabilities; ``chroma``, ``onset``
        and ``left``, the mean of the two.
    """
    judges = [name for name, what in table.columns if what == "after"]
    gains = {name: table[name, "after"] - table[name, "before"] for name in judges}
    left = table["left"]
    return pd.DataFrame(gains).join(left).assign(left=left.mean(axis=1))


def mean_by_way(gains: pd.DataFrame, groups: pd.Series, seed: int = 0) -> pd.DataFrame:
    """Means of each way with 95 % intervals, drawing whole artists.

    Parameters
    ----------
    gains
        As from `conversion_gains`.
    groups
        Artist of each track.
    seed
        Of the drawing.

    Returns
    -------
    pandas.DataFrame
        Index (``way``, ``what``); ``mean``, ``low``, ``high``.
    """
    rows = {}
    for way, own in gains.groupby(level="way", sort=False):
        artist = groups.loc[own.index.get_level_values("track")].to_numpy()
        for what in gains:
            values = own[what].to_numpy()
            rows[way, what] = (values.mean(), *bootstrap_interval(values, artist, seed=seed))
    table = pd.DataFrame.from_dict(rows, "index", columns=["mean", "low", "high"])
    table.index = pd.MultiIndex.from_tuples(table.index, names=["way", "what"])
    return table


def compare_ways(
    gains: pd.DataFrame, one: str, other: str, groups: pd.Series, seed: int = 0
) -> pd.DataFrame:
    """What one way gains over another on the same songs, with 95 % intervals; see `mean_by_way`."""
    difference = gains.xs(one, level="way") - gains.xs(other, level="way")
    paired = pd.concat({f"{one} against {other}": difference}, names=["way"])
    order = ["track", "to", "way"]
    return mean_by_way(paired.reorder_levels(order), groups, seed)


def tell_gain_of(means: pd.DataFrame, way: str, what: str) -> str:
    """A mean of `mean_by_way` with its interval: points for judges, correlations as they are."""
    row = means.loc[(way, what)]
    if what in ("chroma", "onset", "left"):
        return f"{row['mean']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"
    mean, low, high = 100 * row[["mean", "low", "high"]]
    return f"{mean:+.1f} points [{low:+.1f}, {high:+.1f}]"
