"""What sources gain together, with those that were simulated and without: tables and sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genre_utils.evaluation.asking import Asked, Fuser
from genre_utils.evaluation.predictions import Predictions
from genre_utils.evaluation.sentences import Finding, tell_test
from genre_utils.evaluation.sources import choose_in_folds, on_items
from genre_utils.evaluation.statistics import compare
from genre_utils.wording import count, interval, listed, percent, points, points_interval

WAYS = {
    "early_fusion": "early fusion",
    "late_fusion": "late fusion",
    "stacking": "stacking",
    "gated_fusion": "gate",
}
CHOSEN = "chosen in each fold"
_SURE = 0.05
_NOTHING = 0.005  # a weight that is written as 0 %


@dataclass(frozen=True)
class Meeting:
    """Sources put together with what was simulated and without it, under one split.

    Attributes
    ----------
    base
        What the first source says alone, of the same items.
    real, everything
        What all say together by way, `CHOSEN` among the ways: of the sources that are real, and of
        all.
    real_ways, ways
        Which way was chosen in each fold, for both.
    real_names, simulated
        The real sources beside the first, and the one that is not.
    seed
        Of the tests.
    """

    base: Predictions
    real: Mapping[str, Predictions]
    everything: Mapping[str, Predictions]
    real_ways: Sequence[str]
    ways: Sequence[str]
    real_names: Sequence[str]
    simulated: str
    seed: int

    def gain(self, way: str = CHOSEN, *, real: bool = False) -> dict[str, float]:
        """Of a way over the first source alone, as from `compare`."""
        said = (self.real if real else self.everything)[way]
        return compare(said, on_items(self.base, said), seed=self.seed)

    def gain_of_simulated(self) -> dict[str, float]:
        """Of all sources over those that are real, by the chosen ways."""
        said = self.everything[CHOSEN]
        return compare(said, on_items(self.real[CHOSEN], said), seed=self.seed)


def meet(
    asked: Asked,
    fusers: Mapping[str, Fuser],
    names: Sequence[str],
    *,
    simulated: str = "history",
    seed: int = 0,
) -> Meeting:
    """Put sources together by several ways, with what was simulated and as if it had never been.

    Parameters
    ----------
    asked
        The sources.
    fusers
        By name.
    names
        Of the sources; the first is what the others are compared with.
    simulated
        Which of them is not real.
    seed
        Of the tests.
    """
    real = [name for name in names if name != simulated]
    made = []
    for own in (real, list(names)):
        said = {name: asked.fused(fuser, own) for name, fuser in fusers.items()}
        chosen, ways = choose_in_folds(asked, fusers, own, said)
        made.append((said | {CHOSEN: chosen}, ways))
    (of_real, real_ways), (of_all, ways) = made
    base = asked.alone(names[0])
    return Meeting(base, of_real, of_all, real_ways, ways, real[1:], simulated, seed)


def show_meetings(meetings: Mapping[str, Meeting]) -> Finding:
    """What each way gains over the first source, with what was simulated and without it.

    Parameters
    ----------
    meetings
        As from `meet`, by split.
    """
    rows, told = {}, []
    for split, met in meetings.items():
        for way in met.everything:
            cells = {}
            for real in (True, False):
                said = (met.real if real else met.everything)[way]
                title = f"{'without' if real else 'with'} {met.simulated}"
                cells[title, "accuracy"] = percent(said.correct.mean())
                cells[title, "gain over sound alone"] = tell_test(met.gain(way, real=real)).replace(
                    " points", ""
                )
            rows[split, WAYS.get(way, way)] = cells
        told.append(_tell_meeting(split, met))
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis(["split", "way"])
    return Finding("\n".join(told), table)


def _tell_meeting(split: str, met: Meeting) -> str:
    real, everything = met.gain(real=True), met.gain()
    n = len(met.everything[CHOSEN].table)
    told = f"- `{split}`, {count(n, 'track')}: "
    told += f"{listed(met.real_names)} beside sound" if met.real_names else "sound alone"
    told += f" ({_tell_ways(met.real_ways)}) gain {tell_test(real)}: {_verdict(real)}. "
    told += f"With {met.simulated} too ({_tell_ways(met.ways)}) all gain {tell_test(everything)}: "
    added = met.gain_of_simulated()
    told += f"{_verdict(everything)}. {met.simulated.capitalize()} alone makes "
    told += f"{tell_test(added)} of it: {_verdict(added)}."
    below = [way for way in met.everything if met.gain(way)["difference"] < 0]
    if below:
        told += f" Below sound alone: {listed(WAYS.get(way, way) for way in below)}."
    return told


def _tell_ways(ways: Sequence[str]) -> str:
    if len(ways) == 1:
        return WAYS.get(ways[0], ways[0])
    return listed(f"{WAYS.get(w, w)} in {count(n, 'fold')}" for w, n in Counter(ways).items())


def _verdict(test: Mapping[str, float]) -> str:
    """Whether a difference is more than chance; an interval and a test may disagree on it."""
    apart, rare = not test["low"] <= 0 <= test["high"], test["p"] < _SURE
    if apart != rare:
        differ = count(int(test["only_first"] + test["only_other"]), "track")
        return f"open, since interval and test disagree; {differ} differ"
    return "more than chance" if rare else "no more than chance"


def tell_meeting(split: str, met: Meeting) -> str:
    """What real sources gain and what the simulated one adds, as the headline of a page.

    Parameters
    ----------
    split
        Its name.
    met
        As from `meet`.
    """
    said = met.everything[CHOSEN]
    base = on_items(met.base, said).correct.mean()
    told = f"Sound alone names {percent(base)} of {count(len(said.table), 'track')} ({split}). "
    if met.real_names:
        real = met.gain(real=True)
        told += (
            f"The real sources beside it, {listed(met.real_names)}, change that by "
            f"{tell_test(real)} ({_verdict(real)}). "
        )
    added = met.gain_of_simulated()
    return told + (
        f"{met.simulated.capitalize()}, which is simulated from the genres, changes it by "
        f"{tell_test(added)} ({_verdict(added)}), to {percent(said.correct.mean())}."
    )


def tell_ways(meetings: Mapping[str, Meeting]) -> dict[str, list[str]]:
    """Which way was chosen in each fold, with what was simulated and without it, as facts."""
    both = {f"way_by_fold_{split}": list(met.ways) for split, met in meetings.items()}
    return both | {f"real_way_by_fold_{p}": list(met.real_ways) for p, met in meetings.items()}


def show_worth(worth: Mapping[str, pd.DataFrame]) -> Finding:
    """What each source is worth, and what goes if it is left out, in points with intervals.

    Parameters
    ----------
    worth
        As from `worth_of_sources`, by split.
    """
    rows: dict[str, dict[tuple[str, str], str]] = {}
    for split, table in worth.items():
        for name, row in table.iterrows():
            own = rows.setdefault(str(name), {})
            own[split, "Shapley value"] = _span(row["value"], row["low"], row["high"])
            lost = row["left_out"], row["left_out_low"], row["left_out_high"]
            own[split, "lost if left out"] = _span(*lost)
    split, table = next(iter(worth.items()))
    sure = [
        f"{name} under `{p}`" for p, t in worth.items() for name in t.index[t["left_out_low"] > 0]
    ]
    told = f"Missed for sure (the interval is above 0): {listed(sure) or 'none'}."
    gap = (table["value"] - table["left_out"])[table["left_out_low"] <= 0]
    if len(gap):
        name = gap.idxmax()
        worth_it, missed = (points(table.loc[name, n] / 100) for n in ("value", "left_out"))
        told += (
            f" Under `{split}`, {name} is worth {worth_it} in the mean over all orders, but "
            f"only {missed} where all others are there: they know what it knows."
        )
    return Finding(told, pd.DataFrame.from_dict(rows, orient="index").rename_axis("points"))


def _span(value: float, low: float, high: float) -> str:
    """A difference in points with its interval, without the word."""
    return f"{points(value / 100).removesuffix(' points')} {points_interval(low / 100, high / 100)}"


def show_missing(missing: pd.DataFrame) -> Finding:
    """What a source that is missing costs fusions that counted on it.

    Parameters
    ----------
    missing
        As from `loss_of_missing`.
    """
    rows = {
        (WAYS.get(row.fusion, row.fusion), row.missing): {
            "accuracy without it": percent(row.accuracy),
            "never knew it": percent(row.never_known),
            "difference (points)": _span(row.difference, row.low, row.high),
        }
        for row in missing.itertuples()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis(["fusion", "missing"])
    learnt = missing[missing["fusion"] == "gated_fusion"]
    told = (
        "For late fusion and stacking the difference is 0 by construction: they learn weights for "
        "each set of sources, from songs that have these."
    )
    if len(learnt):
        worst = learnt.loc[learnt["difference"].idxmin()]
        told += (
            " So only the gate is tested, which met such songs in training. At worst it changes by "
            f"{_span(worst['difference'], worst['low'], worst['high'])} points "
            f"({worst['missing']} is missing)."
        )
    best = missing.loc[missing["gain"].idxmax()]
    if best["gain"] > 0:
        told += (
            f" The most that is gained by losing one: {WAYS.get(best['fusion'], best['fusion'])} "
            f"without {best['missing']} names {percent(best['accuracy'])}, "
            f"{_span(best['gain'], best['gain_low'], best['gain_high'])} points from all sources."
        )
    return Finding(told, table)


def tell_trust(trusted: pd.DataFrame) -> str:
    """Whom a gate trusts on average, and for which genres it trusts another more.

    Parameters
    ----------
    trusted
        Mean weights, a row a genre, a column a source.
    """
    mean = trusted.mean()
    first = str(mean.idxmax())
    told = f"Averaged over the genres, {first} has {percent(mean[first], 0)} of the weight."
    most = trusted.idxmax(axis=1)
    others = [
        f"{name} for {genre} ({percent(trusted.loc[genre, name], 0)})"
        for genre, name in most[most != first].items()
    ]
    if others:
        told += f" More than {first} has only {listed(others)}."
    silent = [str(name) for name in trusted if trusted[name].max() < _NOTHING]
    if silent:
        told += f" {listed(silent).capitalize()}: next to nothing for any genre."
    return told


def tell_cold_start(cold: pd.DataFrame, songs: int) -> str:
    """How precise recommendations are from no history to all of it.

    Parameters
    ----------
    cold
        As from `recommend.cold_start`.
    songs
        How many were asked with.
    """
    ends = cold["share"].min(), cold["share"].max()
    at = {(row.way, row.share): row for row in cold.itertuples()}

    def told(way: str, share: float) -> str:
        row = at[way, share]
        return f"{percent(row.precision)} {interval(row.low, row.high)}"

    none, full = ends
    return (
        f"From no history to all of it, history alone goes from {told('history', none)} (chance "
        f"{percent(cold['chance'].iloc[0])}) to {told('history', full)}, both together from "
        f"{told('both', none)} to {told('both', full)}; sound stays at {told('sound', none)}. "
        f"n = {songs} songs, intervals over artists."
    )


def show_telling_words(told: pd.DataFrame, sure: float = 3.0) -> Finding:
    """The words that tell genres, and which of them would stand out by more than chance.

    Parameters
    ----------
    told
        As from `models.telling_words`.
    sure
        Standard errors from which a word is said to stand out.
    """
    clear = [f"{row.word} ({row.genre})" for row in told[told["z"] > sure].itertuples()]
    text = (
        f"With z over {sure:g}, which we would call standing out: {listed(clear) or 'none'}. Many "
        "words are tried, so that some of the others come by chance."
    )
    table = pd.DataFrame(
        {
            "word": told["word"],
            "artists of the genre": [f"{row.artists} of {row.of}" for row in told.itertuples()],
            "others": told["elsewhere"],
            "z": told["z"].map("{:.1f}".format),
        }
    ).set_axis(pd.Index(told["genre"], name="genre"))
    return Finding(text, table)


def show_disagreements(apart: pd.DataFrame) -> pd.DataFrame:
    """Shares of tracks on which two sources differ, in whole per cent; nothing on the diagonal."""
    shown = apart.map(lambda share: percent(share, 0) if not np.isnan(share) else "")
    for name in apart.index:
        shown.loc[name, name] = ""
    return shown
