"""How soon a change of song is noticed: recordings spliced, and what a detector makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import delayed

from genre_utils.audio import EMBEDDING_COLUMNS, SAMPLE_RATE, TAGS, Embedding, load_audio
from genre_utils.parallel import run_parallel
from genre_utils.tool.change_detector import ChangeDetector
from genre_utils.tool.experiments.measuring import PIECE, hear
from genre_utils.wording import percent

SHORTEST = 16  # seconds of a recording; half of it must be enough to know a song by
WITHIN = 10.0  # seconds after a splice in which an alarm is of it
THRESHOLDS = tuple(np.round(np.arange(0.03, 0.30, 0.005), 3))
_DRAWS = 2000
_TEN_MINUTES = 600.0
_PARTS = np.cumsum([len(EMBEDDING_COLUMNS), len(TAGS)])


class Splice(NamedTuple):
    """Two recordings, one after the other.

    Attributes
    ----------
    first, second
        Tracks.
    at
        Seconds of the first that are heard. Of the second, what is lost is the fraction of a second
        that `at` has, so that whole seconds of the stream are whole seconds of both.
    """

    first: str
    second: str
    at: float


def draw_splices(
    tracks: pd.DataFrame, heard: Mapping[str, np.ndarray], count: int, *, seed: int = 0
) -> list[Splice]:
    """Draw pairs of recordings by different artists, spliced anywhere in the first's second half.

    Parameters
    ----------
    tracks
        As in `Dataset.tracks`.
    heard
        As from `hear_every_second`; those shorter than `SHORTEST` are left out.
    count
        How many. As long as there are enough, no recording is in two.
    seed
        Of the drawing.

    Returns
    -------
    list of Splice
        None where all long recordings are by one artist.
    """
    rng = np.random.default_rng(seed)
    known = [track for track, rows in heard.items() if len(rows) >= SHORTEST]
    own = tracks.loc[known]
    artist = own["artist_group"].fillna(own["song"])
    made: list[Splice] = []
    while len(made) < count and artist.nunique() > 1:
        order = rng.permutation(known)
        for first, second in zip(order[::2], order[1::2], strict=False):
            if artist[first] != artist[second]:
                length = len(heard[first])
                at = round(rng.uniform(length / 2, length - 0.5) * SAMPLE_RATE) / SAMPLE_RATE
                made.append(Splice(str(first), str(second), at))
    return made[:count]


def hear_splices(
    splices: Sequence[Splice],
    paths: pd.Series,
    heard: Mapping[str, np.ndarray],
    *,
    n_jobs: int = -1,
    progress: str = "",
) -> list[np.ndarray]:
    """What is heard of each splice, a piece of 3 s a second; only what is of both is heard anew.

    Parameters
    ----------
    splices
        As from `draw_splices`.
    paths
        Files, indexed by ``track_id``.
    heard
        As from `hear_every_second`.
    n_jobs
        Processes; -1 for one a core.
    progress
        Name to show beside a progress bar; "" shows none.

    Returns
    -------
    list of numpy.ndarray
        Shape (pieces, 946) each; piece k begins at second k.
    """
    jobs = (delayed(_seam)(paths[one.first], paths[one.second], one.at) for one in splices)
    seams = run_parallel(jobs, len(splices), n_jobs=n_jobs, progress=progress, unit="splice")
    joined = []
    for (first, second, at), seam in zip(splices, seams, strict=True):
        before = heard[first][PIECE - 1 : int(at)]
        after = heard[second][PIECE - 1 :][1:]  # its first piece begins in the first recording
        joined.append(np.concatenate([before, seam, after]))
    return joined


def _seam(first: str, second: str, at: float) -> np.ndarray:
    """Pieces with sound of both: three, the last of which begins a moment before `at`."""
    start, cut = (int(at) - PIECE + 1) * SAMPLE_RATE, round(at * SAMPLE_RATE)
    lost = cut - int(at) * SAMPLE_RATE
    y = np.concatenate([load_audio(first)[start:cut], load_audio(second)[lost:]])
    starts = np.arange(PIECE) * SAMPLE_RATE
    return np.stack([hear(y[begin : begin + PIECE * SAMPLE_RATE]) for begin in starts])


def alarms(pieces: np.ndarray, detector: ChangeDetector) -> tuple[list[float], int]:
    """When a detector tells a change in a stream.

    Parameters
    ----------
    pieces
        Shape (pieces, 946), one a second.
    detector
        A new one.

    Returns
    -------
    alarms, seconds
        Seconds of the stream at which it told one; and in how many seconds it could have, because
        it had heard enough by then.
    """
    told, ready = [], 0
    for second, row in enumerate(pieces, PIECE):
        if detector.add(Embedding(*np.split(row[None], _PARTS, axis=1))):
            told.append(float(second))
        ready += detector.novelty != 0
    return told, ready


def judge_splices(
    splices: Sequence[Splice], pieces: Sequence[np.ndarray], detector_of: Mapping[str, float | int]
) -> pd.DataFrame:
    """What a detector makes of splices.

    Parameters
    ----------
    splices, pieces
        As from `draw_splices` and `hear_splices`.
    detector_of
        Settings of `ChangeDetector`.

    Returns
    -------
    pandas.DataFrame
        A row a splice: ``delay`` in seconds (infinite if there was no alarm within `WITHIN`),
        ``false_alarms`` (all others) and ``seconds`` in which there could have been one.
    """
    rows = []
    for splice, heard in zip(splices, pieces, strict=True):
        told, ready = alarms(heard, ChangeDetector(**detector_of))  # type: ignore[arg-type]
        delays = [when - splice.at for when in told if 0 < when - splice.at <= WITHIN]
        rows.append((min(delays, default=np.inf), len(told) - bool(delays), ready))
    return pd.DataFrame(rows, columns=["delay", "false_alarms", "seconds"])


def choose_threshold(
    splices: Sequence[Splice], pieces: Sequence[np.ndarray], after: int, allowed: float
) -> float:
    """The lowest of `THRESHOLDS` with so few false alarms; the highest if none has so few.

    Parameters
    ----------
    splices, pieces
        As in `judge_splices`; not those on which it will be reported.
    after
        Seconds that are compared with those before them, as in `ChangeDetector`.
    allowed
        False alarms in ten minutes.
    """
    for threshold in THRESHOLDS:
        found = judge_splices(splices, pieces, {"threshold": threshold, "after": after})
        if found["false_alarms"].sum() <= allowed * found["seconds"].sum() / _TEN_MINUTES:
            break
    return float(threshold)


def compare_windows(
    chosen_on: tuple[Sequence[Splice], Sequence[np.ndarray]],
    fresh: tuple[Sequence[Splice], Sequence[np.ndarray]],
    windows: Sequence[int],
    *,
    allowed: float = 1.0,
    seed: int = 0,
) -> pd.DataFrame:
    """What windows of several lengths are worth, each with a threshold that was chosen elsewhere.

    Parameters
    ----------
    chosen_on, fresh
        Splices and their pieces, as in `judge_splices`, of different artists.
    windows
        Seconds, as ``after`` of `ChangeDetector`.
    allowed
        False alarms in ten minutes, in `choose_threshold`.
    seed
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        Index ``window``; columns ``threshold`` and those of `summarise_splices`.
    """
    rows = {}
    for window in windows:
        threshold = choose_threshold(*chosen_on, window, allowed)
        judged = judge_splices(*fresh, {"threshold": threshold, "after": window})
        rows[window] = {"threshold": threshold} | summarise_splices(judged, seed=seed)
    return pd.DataFrame(rows).T.rename_axis("window")


def summarise_splices(judged: pd.DataFrame, *, seed: int = 0) -> dict[str, float]:
    """Median delay, share that was found and false alarms, with 95 % intervals.

    Parameters
    ----------
    judged
        As from `judge_splices`.
    seed
        Of the bootstrap, which draws splices.

    Returns
    -------
    dict
        ``median_delay`` in seconds, over all splices: infinite if half of them were not found;
        ``found``, a share; ``false_alarms``, in ten minutes in which there could be one. Each has
        its interval in ``..._low`` and ``..._high``.
    """
    size = len(judged)
    drawn = np.random.default_rng(seed).integers(0, size, (_DRAWS, size))
    delay, false, seconds = (judged[name].to_numpy() for name in judged)
    values = {}
    for name, rows in (("", np.arange(size)[None]), ("draws", drawn)):
        values[name] = {
            "median_delay": np.quantile(delay[rows], 0.5, axis=1, method="inverted_cdf"),
            "found": np.isfinite(delay[rows]).mean(axis=1),
            "false_alarms": _TEN_MINUTES
            * false[rows].sum(axis=1)
            / np.maximum(seconds[rows].sum(axis=1), 1),
        }
    told: dict[str, float] = {}
    for name, drawn_values in values["draws"].items():
        low, high = np.quantile(drawn_values, [0.025, 0.975], method="inverted_cdf")
        told |= {name: float(values[""][name][0]), f"{name}_low": low, f"{name}_high": high}
    return told


def tell_splices(
    summary: Mapping[str, float], pairs: int, *, delay: float = 5.0, alarms: float = 1.0
) -> str:
    """Whether a detector keeps a promise, in words.

    Parameters
    ----------
    summary
        As from `summarise_splices`.
    pairs
        How many splices it is of.
    delay, alarms
        What is promised at most: the median delay, and false alarms in ten minutes.
    """
    holds = summary["median_delay"] <= delay and summary["false_alarms"] <= alarms

    def span(name: str, unit: str) -> str:
        low, high = summary[f"{name}_low"], summary[f"{name}_high"]
        return f"{summary[name]:.2f}{unit} ({low:.2f} to {high:.2f})"

    return (
        f"{'Yes' if holds else 'No'}: over {pairs} pairs the median delay is "
        f"{span('median_delay', ' s')}, what is not noticed counted as never; "
        f"{percent(summary['found'], 0)} are noticed within {WITHIN:.0f} s; false alarms in ten "
        f"minutes: {span('false_alarms', '')}. In brackets, 95 % intervals over pairs."
    )
