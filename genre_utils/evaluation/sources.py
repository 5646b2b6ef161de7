"""What each of several sources is worth beside the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

from genre_utils.data import Split
from genre_utils.evaluation.asking import Asked, Fuser, Source, ask
from genre_utils.evaluation.predictions import Predictions
from genre_utils.evaluation.shapley import shapley_values
from genre_utils.evaluation.statistics import bootstrap_interval, compare
from genre_utils.wording import count, percent, points, points_interval

_DIFFERENCE = ("difference", "low", "high")
_GAIN = ("gain", "gain_low", "gain_high")
_FLOOR = 1e-4  # a genre that is thought impossible costs as much as this


def worth_of_sources(
    asked: Asked, fuser: Fuser, names: Sequence[str], *, seed: int = 0
) -> pd.DataFrame:
    """Shapley value of each source in the accuracy of a fusion, and what goes if it is left out.

    Parameters
    ----------
    asked
        The sources.
    fuser
        Fitted anew for each set of sources.
    names
        Of the sources.
    seed
        Of the bootstraps over groups.

    Returns
    -------
    pandas.DataFrame
        A row a source: ``value``, ``low``, ``high``, and ``left_out``, ``left_out_low``,
        ``left_out_high``: the accuracy of all less that of all others; in points. ``attrs`` hold
        the accuracy of ``none``, the most frequent genre of each fold, and of ``all``.
    """
    made: dict[frozenset[str], Predictions] = {}

    def worth(subset: frozenset[str]) -> np.ndarray:
        own = [name for name in names if name in subset]
        made[subset] = asked.fused(fuser, own) if own else asked.guess()
        return made[subset].correct

    by_item = shapley_values(names, worth)
    everything = made[frozenset(names)]
    groups = everything.table["group"].to_numpy()
    rows = {}
    for name in names:
        low, high = bootstrap_interval(by_item[name].to_numpy(), groups, seed=seed)
        gone = compare(everything, made[frozenset(names) - {name}], seed=seed)
        parts = by_item[name].mean(), low, high, *(gone[k] for k in ("difference", "low", "high"))
        rows[name] = [100 * part for part in parts]
    columns = ["value", "low", "high", "left_out", "left_out_low", "left_out_high"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.attrs = {
        "none": float(made[frozenset()].correct.mean()),
        "all": float(everything.correct.mean()),
    }
    return table


def loss_of_missing(
    asked: Asked, fusers: Mapping[str, Fuser], names: Sequence[str], *, seed: int = 0
) -> pd.DataFrame:
    """A source that is missing when it is asked for, against a fusion that never knew it.

    Parameters
    ----------
    asked
        The sources.
    fusers
        By name.
    names
        Of the sources.
    seed
        Of the bootstraps over groups.

    Returns
    -------
    pandas.DataFrame
        A row a fusion and source: ``fusion``, ``missing``, ``accuracy`` with it missing,
        ``never_known``, and ``difference``, ``low``, ``high`` of the two, in points; ``gain``,
        ``gain_low``, ``gain_high``: of what is said without it over what all say.
    """
    rows = []
    for name, fuser in fusers.items():
        fitted = asked.fit(fuser, names)
        everything = asked.put_together(fitted, names)
        for gone in names:
            without = asked.put_together(fitted, names, gone=gone)
            never = asked.fused(fuser, [other for other in names if other != gone])
            accuracies = float(without.correct.mean()), float(never.correct.mean())
            tests = [
                compare(without, on_items(other, without), seed=seed)
                for other in (never, everything)
            ]
            rows.append(
                (name, gone, *accuracies, *(100 * t[k] for t in tests for k in _DIFFERENCE))
            )
    columns = ["fusion", "missing", "accuracy", "never_known", *_DIFFERENCE, *_GAIN]
    return pd.DataFrame(rows, columns=columns)


def choose_in_folds(
    asked: Asked,
    fusers: Mapping[str, Fuser],
    names: Sequence[str],
    said: Mapping[str, Predictions],
    *,
    splits: int = 3,
) -> tuple[Predictions, list[str]]:
    """Choose in each fold by its inner items how to put sources together.

    Parameters
    ----------
    asked
        The sources.
    fusers
        By name.
    names
        Of the sources.
    said
        What each way says of the test items, as from `Asked.fused`.
    splits
        Of the inner items, with groups apart; the least log loss is chosen.

    Returns
    -------
    predictions, chosen
        Of the test items, and the name of each fold's way.
    """
    chosen = []
    for fold in asked.folds:
        inner, y, groups = asked.inner(fold, names)
        losses = {name: 0.0 for name in fusers}
        folds = GroupKFold(max(2, min(splits, len(set(groups.tolist())))))
        for own, held in folds.split(inner, y, groups):
            for name, fuser in fusers.items():
                model = deepcopy(fuser).fit(inner[own], y[own], groups[own])
                given = model.predict_proba(inner[held])[np.arange(len(held)), y[held]]
                losses[name] -= float(np.log(np.maximum(given, _FLOOR)).sum())
        chosen.append(min(losses, key=lambda name: losses[name]))
    parts = [
        said[name].table[said[name].table["fold"] == number] for number, name in enumerate(chosen)
    ]
    table = pd.concat(parts)
    probability = pd.concat(
        [said[n].y_proba.loc[part.index] for n, part in zip(chosen, parts, strict=True)]  # type: ignore[union-attr]
    )
    return replace(said[chosen[0]], table=table, y_proba=probability), chosen


def on_items(one: Predictions, other: Predictions) -> Predictions:
    """What `one` says of the items of `other`, in their order."""
    table = one.table.loc[other.table.index]
    probability = None if one.y_proba is None else one.y_proba.loc[table.index]
    return replace(one, table=table, y_proba=probability)


def under_splits(
    source: Source, y: pd.Series, splits: Mapping[str, Split]
) -> dict[str, Predictions]:
    """What one source says by itself under several splits."""
    return {
        name: ask({"source": source}, y, split).alone("source") for name, split in splits.items()
    }


def tell_gain(one: Predictions, other: Predictions, *, seed: int = 0) -> tuple[str, dict]:
    """How much better one is than another on its items, in words and as `compare` has it."""
    test = compare(one, on_items(other, one), seed=seed)
    text = (
        f"{percent(one.correct.mean())} of {count(len(one.table), 'track')}, "
        f"{points(test['difference'])} {points_interval(test['low'], test['high'])}, "
        f"p = {test['p']:.2g}"
    )
    return text, test


def disagreements(alone: Mapping[str, Predictions]) -> pd.DataFrame:
    """Share of the items on which two sources name different genres, of those that both know."""
    said = pd.DataFrame({name: p.table["y_pred"] for name, p in alone.items()})
    table = pd.DataFrame(index=list(said), columns=list(said), dtype=float)
    for one in said:
        for other in said:
            both = said[one].notna() & said[other].notna()
            table.loc[one, other] = (said.loc[both, one] != said.loc[both, other]).mean()
    return table


def only_right(alone: Mapping[str, Predictions], source: str) -> pd.DataFrame:
    """Items that one source names rightly and no other does.

    Returns
    -------
    pandas.DataFrame
        A row an item: ``y_true``, and what each other source said.
    """
    said = pd.DataFrame({name: p.table["y_pred"] for name, p in alone.items()})
    true = alone[source].table["y_true"]
    said = said.loc[true.index]
    others = said.drop(columns=source)
    found = (said[source] == true) & ~others.eq(true, axis=0).any(axis=1)
    return others[found].assign(y_true=true[found])[["y_true", *others]].fillna("not known")
