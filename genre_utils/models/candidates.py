"""Scores of probes, and the model that is kept: what searches chose, what features would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from genre_utils.evaluation import Predictions, Score, score, tell_accuracy
from genre_utils.wording import count, listed, percent, points

_INPUTS = {
    "57 features": "features_{}_sec",
    "encoder": "encoder",
    "both": "encoder and features_{}_sec",
}
_SECONDS = {"tracks": 30, "3 s pieces": 3}


def probe_scores(
    found: Mapping[tuple[str, str, str], Predictions], *, seed: int = 0
) -> tuple[list[Score], dict[str, str]]:
    """Scores of probes under the names of their inputs, and what these are called on the page.

    Parameters
    ----------
    found
        By input ("57 features", "encoder" or "both"), "tracks" or "3 s pieces", and split.
    seed
        Of the intervals.
    """
    scores = [
        score(said, "probe", _INPUTS[kind].format(_SECONDS[what]), seed=seed)
        for (kind, what, _), said in found.items()
    ]
    names = {
        text.format(seconds): kind
        for kind, text in _INPUTS.items()
        for seconds in _SECONDS.values()
    }
    return scores, names


def candidate_rows(tried: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What searches chose and reached, by input, for results.

    Parameters
    ----------
    tried
        Fitted searches of scikit-learn, whose refit chose an index.
    """
    return {
        name: {
            "chosen": str(*search.best_params_.values()),
            "accuracy": search.cv_results_["mean_test_score"][search.best_index_],
            "deviation over folds": search.cv_results_["std_test_score"][search.best_index_],
        }
        for name, search in tried.items()
    }


def shown_candidates(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """`candidate_rows` as they are read."""
    table = pd.DataFrame(rows).T.rename_axis("input")
    for name in ("accuracy", "deviation over folds"):
        table[name] = table[name].map(percent)
    return table


def tell_kept(
    rows: Mapping[str, Mapping[str, Any]], kept: str, fused: str, scores: Iterable[Score]
) -> str:
    """Which input the kept model reads, what features would change, and what the test side says."""
    gain = rows[fused]["accuracy"] - rows[kept]["accuracy"]
    spread = max(rows[fused]["deviation over folds"], rows[kept]["deviation over folds"])
    less = "less" if abs(gain) < spread else "more"
    told = [
        f"Ears alone do best with **{kept}**. The 57 features would change that by {points(gain)} "
        f"({fused}), {less} than the deviation over folds, and cost as much time again. So the "
        "model that people get is the ears alone."
    ]
    told += [
        f"Fitted on both sides, and asked once, it names {tell_accuracy(s)} of the test side "
        "rightly"
        + (f", macro recall {percent(s.macro_recall)}." if s.macro_recall is not None else ".")
        for s in scores
    ]
    return " ".join(told)


def tell_transfer(top: Mapping[str, Score], lost: Mapping[str, pd.Series]) -> str:
    """What a probe on borrowed ears reaches, what features do, and what both lose."""
    encoder, features = top["encoder"], top["57 features"]
    told = (
        f"A linear probe on an encoder that heard other music names {percent(encoder.accuracy)} of "
        f"{count(encoder.n, 'track')} under {encoder.split}, the 57 features "
        f"{percent(features.accuracy)}."
    )
    if "tracks" not in lost:
        return told
    fall = lost["tracks"]
    both = listed(f"{fall[kind]:.1f}" for kind in ("encoder", "57 features"))
    return f"{told} From random folds they lose {both} points."
