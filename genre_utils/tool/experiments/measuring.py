"""How much must be heard: what is said of recordings after so many seconds, and how sure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from joblib import delayed
from scipy.special import softmax

from genre_utils.audio import (
    EMBEDDING_COLUMNS,
    LAYER_COLUMNS,
    SAMPLE_RATE,
    SEGMENT_SECONDS,
    TAGS,
    embed_stream,
    gain_to,
    load_audio,
)
from genre_utils.evaluation import Predictions, bootstrap_interval
from genre_utils.models import (
    LinearModel,
    at_temperature,
    reliability,
    temperature_at,
)
from genre_utils.parallel import run_parallel

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

PIECE = round(SEGMENT_SECONDS)  # seconds
_HEARD = (*EMBEDDING_COLUMNS, *TAGS, *LAYER_COLUMNS)
_DRAWS = 500


def head_of(
    pipeline: Pipeline, columns: Iterable[str], temperatures: Mapping[int, float], name: str = ""
) -> LinearModel:
    """The model that `Listener` hears with, of one that was fitted here; it is not kept.

    Parameters
    ----------
    pipeline
        Fitted, with a linear decision: `StandardScaler`, then `LogisticRegression`, say.
    columns
        Of the kind "encoder" of `load_features` which it was fitted on.
    temperatures
        As from `models.segment_temperatures`.
    name
        What to call it.
    """
    columns = list(columns)
    asked = pd.DataFrame(np.vstack([np.zeros(len(columns)), np.eye(len(columns))]), columns=columns)
    said = pipeline.decision_function(asked)
    if said.ndim == 1:  # of two genres it says only what the second has more
        said = np.column_stack([-said / 2, said / 2])
    weights = np.zeros((len(_HEARD), said.shape[1]), np.float32)
    weights[[_HEARD.index(column) for column in columns]] = said[1:] - said[0]
    about = {
        "temperatures": {str(seconds): value for seconds, value in temperatures.items()},
        "classes": list(map(str, pipeline.classes_)),
    }
    return LinearModel(name, Path(), about, weights, said[0].astype(np.float32))


def hear_every_second(
    paths: pd.Series, *, seconds: int = 30, n_jobs: int = -1, progress: str = ""
) -> dict[str, np.ndarray]:
    """What the encoder hears of recordings, as if they arrived: the last 3 s, once a second.

    Parameters
    ----------
    paths
        Files, indexed by ``track_id``.
    seconds
        How much of each is heard at most.
    n_jobs
        Processes; -1 for one a core.
    progress
        Name to show beside a progress bar; "" shows none.

    Returns
    -------
    dict
        By track, shape (seconds, 946), to the nearest second: row i is what is heard at second
        i + 1, of the last 3 s or, in the first two rows, of what there is.

    Raises
    ------
    AudioError
        As `audio.load_audio`.
    EncoderMissing
        If the pretrained encoder is not there.
    """
    jobs = (delayed(_of_file)(path, seconds) for path in paths)
    found = run_parallel(jobs, len(paths), n_jobs=n_jobs, progress=progress, unit="track")
    return dict(zip(paths.index, found, strict=True))


def _of_file(path: str, seconds: int) -> np.ndarray:
    y = load_audio(path)
    ends = range(1, min(seconds, round(len(y) / SAMPLE_RATE)) + 1)
    return np.stack(
        [hear(y[max(0, end - PIECE) * SAMPLE_RATE : end * SAMPLE_RATE]) for end in ends]
    )


def hear(piece: np.ndarray) -> np.ndarray:
    """What the encoder hears of 3 s or less, shape (946,); of silence too."""
    (heard,) = embed_stream([piece], gain_to(float(np.sqrt(np.mean(np.square(piece))))))
    return np.hstack(heard)[0].astype(np.float32)


def said_after(
    head: LinearModel,
    heard: Mapping[str, np.ndarray],
    tracks: pd.DataFrame,
    seconds: int,
    split: str,
) -> Predictions:
    """What a `Listener` says of each recording after so many seconds of it.

    Parameters
    ----------
    head
        Not fitted on these recordings.
    heard
        As from `hear_every_second`; what is shorter is left out.
    tracks
        As in `Dataset.tracks`.
    seconds
        How many, 1 or more.
    split
        Name of the one under which `head` was fitted.
    """
    names = [track for track, rows in heard.items() if len(rows) >= seconds]
    first = min(seconds, PIECE) - 1
    logits = [head.logits(heard[track][first:seconds]).mean(axis=0) for track in names]
    warmth = temperature_at(head.temperatures, seconds)
    said = at_temperature(softmax(np.array(logits).reshape(-1, len(head.classes)), axis=1), warmth)
    index = pd.Index(names, name="track_id")
    probability = pd.DataFrame(said, index, list(head.classes))
    own = tracks.loc[names]
    table = pd.DataFrame(
        {
            "y_true": own["genre"].to_numpy(object),
            "y_pred": np.array(head.classes, object)[said.argmax(axis=1)],
            "fold": 0,
            "group": own["artist_group"].fillna(own["song"]).to_numpy(object),
            "votes": seconds,
        },
        index,
    )
    return Predictions(table, probability, split, "track", 0.0, 0.0)


def calibration_table(said: Mapping[int, Predictions], *, seed: int = 0) -> pd.DataFrame:
    """How often what is said is right, and how sure it is, by the seconds heard.

    Parameters
    ----------
    said
        By seconds, as from `said_after`.
    seed
        Of the intervals, which draw whole artists.

    Returns
    -------
    pandas.DataFrame
        Index ``seconds``. ``accuracy``, ``low``, ``high``: with 95 % interval; ``too_sure``,
        ``too_sure_low``, ``too_sure_high``: mean probability of what is said, less accuracy;
        ``ece``: expected calibration error; ``ece_by_chance``: its mean over draws in which every
        probability means what it says, for with few recordings it is never 0.
    """
    rows = {}
    for seconds, found in said.items():
        if found.y_proba is None:
            raise ValueError("without probabilities there is no calibration")
        sure, right = found.y_proba.max(axis=1).to_numpy(), found.correct
        groups = found.table["group"].to_numpy()
        low, high = bootstrap_interval(right, groups, seed=seed)
        least, most = bootstrap_interval(sure - right, groups, seed=seed)
        rng = np.random.default_rng(seed)
        honest = [reliability(sure, rng.random(len(sure)) < sure)[1] for _ in range(_DRAWS)]
        rows[seconds] = {
            "accuracy": right.mean(),
            "low": low,
            "high": high,
            "too_sure": sure.mean() - right.mean(),
            "too_sure_low": least,
            "too_sure_high": most,
            "ece": reliability(sure, right)[1],
            "ece_by_chance": float(np.mean(honest)),
        }
    return pd.DataFrame(rows).T.rename_axis("seconds")
