"""A network and a classical model put together by the weighted mean of their probabilities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from genre_utils.data import Dataset, features_or_reason, make_splits
from genre_utils.evaluation import (
    MODEL_NAMES,
    Predictions,
    compare,
    fit_on_partition,
    fuse,
    log_loss,
    metrics,
    score,
)
from genre_utils.models.classical import probabilistic_models
from genre_utils.models.picture_networks import Averaged
from genre_utils.wording import interval, percent, points, points_interval

_MODEL, _WEIGHT = "model", "weight of the network"
_ACCURACY, _LOSS = "accuracy on valid", "log loss on valid"
_FEWEST = 3  # training tracks of each genre


@dataclass(frozen=True)
class Fusion:
    """A network and features together, as `valid` chose; shows itself as a sentence.

    Attributes
    ----------
    table
        Each classical model with its best weight, the chosen one first.
    alone, network, together
        What the chosen model, the network and both say of the test side; None where fusion is not
        possible.
    each
        What each member of the network says together with the model.
    told
        What came out, or why nothing could.
    """

    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    alone: Predictions | None = None
    network: Predictions | None = None
    together: Predictions | None = None
    each: list[Predictions] = field(default_factory=list)
    test: dict[str, float] = field(default_factory=dict)
    told: str = ""

    def _repr_markdown_(self) -> str:
        return self.told

    def runs(self) -> dict[tuple[str, str, str], list[Predictions]]:
        """Its predictions of the test side, by model, input and split."""
        if self.together is None:
            return {}
        return {("fusion", "picture and features_30_sec", "filtered"): [self.together]}

    def shown(self) -> pd.DataFrame:
        """The table as it is read: names, percentages."""
        if self.table.empty:
            return self.table
        return pd.DataFrame(
            {
                "weight of the network": self.table[_WEIGHT].map(lambda w: percent(w, 0)),
                "accuracy on valid": self.table[_ACCURACY].map(percent),
                "log loss on valid": self.table[_LOSS].map("{:.2f}".format),
            }
        ).set_axis(self.table[_MODEL].map(MODEL_NAMES), axis=0)

    def facts(self) -> dict[str, Any]:
        """What to note of it."""
        if self.together is None or self.alone is None:
            return {}
        chosen, one = self.table.iloc[0], score(self.each, "fusion", "")
        return {
            "fusion_of_each_network": one.accuracy,
            "fusion_of_each_network_sd": one.sd,
            "fusion_model": chosen[_MODEL],
            "fusion_weight": chosen[_WEIGHT],
            "fusion_valid_accuracy": chosen[_ACCURACY],
            "classical_test_accuracy": metrics(self.alone)["accuracy"],
            "fusion_against_network": self.test,
        }


def choose_fusion(
    dataset: Dataset,
    averaged: Averaged,
    *,
    trees: int,
    seed: int,
) -> Fusion:
    """Choose on `valid` with which model, and by which weight, a network is put together.

    The accuracy on `valid` decides, and among equals the log loss.

    Parameters
    ----------
    dataset
        The collection.
    averaged
        The network on pictures.
    trees
        Of the forests among the models.
    seed
        Of models, splits and tests.
    """
    sides, members = averaged.sides, averaged.each
    if not sides:
        return Fusion(told="Not possible here: there is no published partition to choose on.")
    features, reason = features_or_reason(dataset, "features_30_sec")
    if features is None:
        return Fusion(told=f"Not possible here: {reason}")
    tracks = dataset.tracks
    splits, reasons = make_splits(tracks, features.values.index, seed=seed)
    split = splits.get("filtered")
    if split is None:
        return Fusion(told=f"Not possible here: {reasons['filtered']}.")
    trained = tracks["partition"].reindex(features.tracks) == "train"
    sizes = trained.groupby(features.genre.to_numpy()).sum()
    if sizes.min() < _FEWEST:
        few = f"{sizes.idxmin()} has only {sizes.min()} training tracks"
        return Fusion(told=f"Not possible here: {few}.")
    classical, outcomes = {}, []
    for name, model in probabilistic_models(tracks, seed, trees=trees).items():
        _, classical[name] = fit_on_partition(model, features.X, features.genre, split)
        for weight in np.arange(0, 1.01, 0.1):
            both = fuse(sides["valid"], classical[name]["valid"], weight)
            row = {_MODEL: name, _WEIGHT: round(weight, 1)}
            outcomes.append(row | {_ACCURACY: metrics(both)["accuracy"], _LOSS: log_loss(both)})
    order = pd.DataFrame(outcomes).sort_values(
        [_ACCURACY, _LOSS], ascending=[False, True], kind="stable"
    )
    name, weight = order.iloc[0][[_MODEL, _WEIGHT]]
    alone = classical[name]["test"]
    together = fuse(sides["test"], alone, weight)
    network = fuse(sides["test"], alone, 1.0)  # on the tracks that both have
    each = [fuse(one, alone, weight) for one in members]
    test = compare(together, network, seed=seed)
    return Fusion(
        order.drop_duplicates(_MODEL),
        alone,
        network,
        together,
        each,
        test,
        _told(name, weight, (network, alone, together), each, test, seed=seed),
    )


def _told(name, weight, said, each, test, *, seed) -> str:
    network, alone, together = (score(one, "fusion", "", seed=seed) for one in said)
    one = score(each, "fusion", "", seed=seed)
    deviation = f", with a deviation of {100 * one.sd:.1f} points" if one.sd is not None else ""
    return (
        f"Chosen: {MODEL_NAMES[name]}, with {percent(weight, 0)} of the weight on the network. On "
        f"the test side the network names {percent(network.accuracy)} rightly, the features "
        f"{percent(alone.accuracy)}, both together **{percent(together.accuracy)}** "
        f"{interval(*together.ci95)}, n = {together.n}. (Each network put together with the "
        f"features alone: {percent(one.accuracy)} on average{deviation}.) The features change "
        f"{points(test['difference'])} {points_interval(test['low'], test['high'])} (permutation "
        f"test over artists: p = {test['p']:.2g}): {test['only_first']} tracks are right only with "
        f"them, {test['only_other']} only without."
    )
