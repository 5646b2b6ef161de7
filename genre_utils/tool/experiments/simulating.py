"""Simulated listeners whose taste turns, and what it costs not to follow them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from genre_utils.evaluation import bootstrap_interval
from genre_utils.recommend import Collection
from genre_utils.tool.experiments.adapting import Adapting, Bandit, ForgettingRocchio, StaticCosine

RANDOM, ORACLE, STATIC, BANDIT = "random", "oracle", "static cosine", "bandit"
ADAPTING: Mapping[str, Callable[[np.ndarray], Adapting]] = {
    STATIC: StaticCosine,
    "Rocchio with forgetting": ForgettingRocchio,
    BANDIT: Bandit,
}
_DRAWS = 2000


class _Listener(NamedTuple):
    """Who listens: whether each song is wanted at each step, and when the mood is another."""

    wanted: np.ndarray
    contrary: np.ndarray
    first: int
    order: np.ndarray


def simulate_listeners(
    vectors: np.ndarray,
    collection: Collection,
    *,
    listeners: int = 100,
    steps: int = 60,
    turn: int | None = None,
    same_artist: bool = False,
    contrary: float = 0.1,
    recommenders: Mapping[str, Callable[[np.ndarray], Adapting]] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Play songs one by one to simulated listeners who like one or two genres, then others.

    Nobody is asked: a listener is a rule. Every second one likes two genres at a time. After the
    turn none of the first genres is liked. All recommenders are told one liked song to begin with.

    Parameters
    ----------
    vectors
        Unit vectors, a row a song, as from `taste_space`.
    collection
        The same songs, of two genres or more.
    listeners, steps
        How many, and how many songs each hears.
    turn
        After how many songs the taste turns; None for half of them.
    same_artist
        Whether an artist may come again. If not, recognising an artist is no advantage, and the
        songs that are liked may run out, also for the oracle. No song comes twice in any case.
    contrary
        Share of the songs to which the listener says the opposite of what is meant.
    recommenders
        What makes each recommender; None for `ADAPTING`. "random" plays anything, "oracle" knows
        what is liked; these two are always there.
    seed
        Of all that is drawn; each listener's moods and first song are the same for all
        recommenders.

    Returns
    -------
    pandas.DataFrame
        A row a listener, recommender and step (from 1): ``wanted``, whether the song was of a
        genre liked then; ``regret``, how many fewer songs of such genres than the oracle was
        played at this step, from -1 to 1; ``cumulative_regret``. ``attrs["turn"]`` is the turn.

    Raises
    ------
    ValueError
        If there are fewer genres, or fewer songs than steps.
    """
    genres = set(collection.genre)
    turn = steps // 2 if turn is None else turn
    if len(genres) < 2:
        raise ValueError("a taste can turn among two genres or more")
    if len(vectors) <= steps:
        raise ValueError("there are fewer songs than steps")
    kinds = dict(recommenders or ADAPTING)
    barred = collection.barred(same_artist=same_artist)
    parts = []
    for number in range(listeners):
        moods = np.random.default_rng([seed, number, 1]).random(steps) < contrary
        count = min(1 + number % 2, len(genres) // 2)
        rng = np.random.default_rng([seed, number])
        listener = _drawn(collection.genre, count, np.arange(steps) < turn, moods, rng)
        made: dict[str, Adapting] = {RANDOM: _Random(len(vectors))}
        made |= {name: make(vectors) for name, make in kinds.items()}
        made[ORACLE] = _Oracle(listener.wanted)
        played = {name: _played(own, listener, barred) for name, own in made.items()}
        for name, wanted in played.items():
            regret = played[ORACLE].astype(int) - wanted
            parts.append(
                pd.DataFrame(
                    {
                        "listener": number,
                        "recommender": name,
                        "step": np.arange(1, steps + 1),
                        "wanted": wanted,
                        "regret": regret,
                        "cumulative_regret": regret.cumsum(),
                    }
                )
            )
    runs = pd.concat(parts, ignore_index=True)
    runs.attrs["turn"] = turn
    return runs


def _drawn(
    genre: np.ndarray, count: int, early: np.ndarray, moods: np.ndarray, rng: np.random.Generator
) -> _Listener:
    """A listener who likes `count` genres at the early steps, and as many others later."""
    liked = rng.choice(sorted(set(genre)), 2 * count, replace=False)
    before, after = np.isin(genre, liked[:count]), np.isin(genre, liked[count:])
    wanted = np.where(early[:, None], before, after)
    first = int(rng.choice(np.flatnonzero(before)))
    return _Listener(wanted, moods, first, rng.permutation(len(genre)))


class _Random:
    """Play anything: what is left over decides, and that is in random order."""

    def __init__(self, songs: int) -> None:
        self.songs = songs

    def scores(self) -> np.ndarray:
        return np.zeros(self.songs)

    def learn(self, row: int, *, liked: bool) -> None:
        pass


class _Oracle:
    """Know at every step what is wanted then."""

    def __init__(self, wanted: np.ndarray) -> None:
        self.wanted = wanted
        self.step = -1  # the first song is told before the first step

    def scores(self) -> np.ndarray:
        return self.wanted[self.step].astype(float)

    def learn(self, row: int, *, liked: bool) -> None:
        self.step += 1


def _played(recommender: Adapting, listener: _Listener, barred: np.ndarray) -> np.ndarray:
    """Whether each song that is played was wanted; none is once no song is left."""
    free = ~barred[listener.first]
    found = np.zeros(len(listener.wanted), dtype=bool)
    recommender.learn(listener.first, liked=True)
    for step, wanted in enumerate(listener.wanted):
        left = listener.order[free[listener.order]]
        if not len(left):
            break
        row = int(left[recommender.scores()[left].argmax()])
        found[step] = wanted[row]
        recommender.learn(row, liked=bool(wanted[row] != listener.contrary[step]))
        free &= ~barred[row]
    return found


def regret_curves(runs: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Mean cumulative regret at each step, with its interval over listeners.

    Parameters
    ----------
    runs
        As from `simulate_listeners`.
    seed
        Of the bootstrap, which draws whole listeners.

    Returns
    -------
    pandas.DataFrame
        Columns ``recommender``, ``step``, ``regret``, ``low`` and ``high`` (95 %).
    """
    rng = np.random.default_rng(seed)
    parts = []
    for name, own in runs.groupby("recommender", sort=False):
        table = own.pivot(index="listener", columns="step", values="cumulative_regret")
        size = len(table)
        drawn = rng.multinomial(size, np.full(size, 1 / size), _DRAWS) @ table.to_numpy() / size
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        curve = {"recommender": name, "step": table.columns, "regret": table.mean().to_numpy()}
        parts.append(pd.DataFrame({**curve, "low": low, "high": high}))
    return pd.concat(parts, ignore_index=True)


class Gain(NamedTuple):
    """How many more wanted songs a listener was played in the steps counted, with 95 % interval."""

    mean: float
    low: float
    high: float
    steps: int


def gain_after_turn(
    runs: pd.DataFrame, recommender: str = BANDIT, over: str = STATIC, *, seed: int = 0
) -> Gain:
    """What a recommender gains over another from the turn of taste on, listener by listener.

    Parameters
    ----------
    runs
        As from `simulate_listeners`.
    recommender, over
        The two that are compared.
    seed
        Of the bootstrap, which draws whole listeners.
    """
    after = runs[runs["step"] > runs.attrs["turn"]]
    wanted = after.pivot_table("wanted", "listener", "recommender", aggfunc="sum")
    more = (wanted[recommender] - wanted[over]).astype(float)
    low, high = bootstrap_interval(more.to_numpy(), more.index.to_numpy(), seed=seed)
    return Gain(float(more.mean()), low, high, after["step"].nunique())
