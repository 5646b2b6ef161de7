"""A network and a classical model put together by the weighted mean of their probabilities."""

from __future__ import annotations

from genre_utils.evaluation import (
    MODEL_NAMES,
    score,
)
from genre_utils.wording import interval, percent, points, points_interval

_MODEL, _WEIGHT = "model", "weight of the network"
_ACCURACY, _LOSS = "accuracy on valid", "log loss on valid"


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
