"""The model people get: a linear model on what the pretrained encoder hears, as plain numbers.

Beside ``model.json`` lies ``head.npz``: weights and biases, a few kB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genre_utils.audio import EMBEDDING_COLUMNS, ENCODER_RATE, LAYER_COLUMNS, LOUDNESS, TAGS
from genre_utils.models.calibration import TEMPERATURES, fit_temperature
from genre_utils.models.keeping import Kept, ModelError, keep

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.model_selection import BaseCrossValidator
    from sklearn.pipeline import Pipeline

    from genre_utils.evaluation import Results, Score

HEAD_SUFFIX = "-ears"
_HEARD = (*EMBEDDING_COLUMNS, *TAGS, *LAYER_COLUMNS)
_INPUT = {
    "kind": "encoder",
    "encoder": "musicnn 0.1.0 MSD_vgg",
    "licence": "ISC, Music Technology Group, Universitat Pompeu Fabra, 2019",
    "sample_rate": ENCODER_RATE,
    "loudness": LOUDNESS,
}
PIECES_OF = {3: 1, 6: 2, 12: 4, 30: 10}  # how many make up so many seconds


@dataclass(frozen=True)
class Head:
    """A linear model that was fitted and kept.

    Attributes
    ----------
    name
        Its name, which is that of its folder.
    classes
        Genres, in the order of the columns of `weights`.
    weights
        Of each column that the encoder gives (`EMBEDDING_COLUMNS`, `TAGS`, `LAYER_COLUMNS`) for
        each genre, shape (946, genres); 0 for columns that are not used.
    bias
        Shape (genres,).
    about
        The rest of ``model.json``: ``dataset``, ``profile``, ``scores``, ``versions``, ...
    folder
        Where it is kept.
    """

    name: str
    classes: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray
    about: dict
    folder: Path

    def logits(self, heard: np.ndarray) -> np.ndarray:
        """Logarithm of the odds up to a constant a row, before calibration.

        Parameters
        ----------
        heard
            What the encoder gives of pieces or, as mean over them, of songs, shape (items, 946).
            As it is linear, the logits of a song are the mean of those of its pieces.

        Returns
        -------
        numpy.ndarray, shape (items, genres)
        """
        return heard @ self.weights + self.bias

    def said(self, heard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities of each piece alone, and of all together, before calibration.

        Parameters
        ----------
        heard
            What the encoder gives of the pieces of a clip, shape (pieces, 946).

        Returns
        -------
        each, whole
            Shape (pieces, genres), and (genres,).
        """
        logits = self.logits(heard)
        return softmax(logits), softmax(logits.mean(axis=0))


def save_head(
    pipeline: Pipeline,
    columns: Iterable[str],
    temperatures: Mapping[int, float],
    results: Results,
    scores: Iterable[Score],
) -> Path:
    """Keep a linear model; one of the same name is replaced once the new one is whole.

    Parameters
    ----------
    pipeline
        Fitted: `StandardScaler`, then `LogisticRegression`.
    columns
        Of the kind "encoder" of `load_features` which it was fitted on.
    temperatures
        As from `head_temperatures`.
    results, scores
        As in `save_model`.

    Returns
    -------
    pathlib.Path
        The model's folder.

    Raises
    ------
    ModelError
        If it cannot be written.
    """
    scaler, linear = pipeline[0], pipeline[-1]
    used = [_HEARD.index(column) for column in columns]
    coef, bias = linear.coef_, linear.intercept_
    if len(linear.classes_) == 2:  # of two genres it keeps one row: what the second has more
        coef, bias = np.vstack([-coef, coef]) / 2, np.concatenate([-bias, bias]) / 2
    weights = np.zeros((len(_HEARD), len(linear.classes_)), np.float32)
    weights[used] = (coef / scaler.scale_).T
    bias = bias - coef @ (scaler.mean_ / scaler.scale_)
    about = {
        "classes": linear.classes_,
        "input": _INPUT,
        TEMPERATURES: {str(seconds): value for seconds, value in temperatures.items()},
    }

    def write(folder: Path) -> None:
        np.savez_compressed(folder / "head.npz", weights=weights, bias=bias.astype(np.float32))

    return keep(write, about, results, scores, HEAD_SUFFIX)


def read_head(kept: Kept) -> Head:
    """The linear model in a folder.

    Raises
    ------
    ModelError
        If it was made for another version or is damaged.
    """
    if kept.about["input"] != _INPUT:
        raise ModelError(f"The model {kept.name} was made for another version. {kept.again}")
    with np.load(kept.folder / "head.npz", allow_pickle=False) as file:
        weights, bias = file["weights"], file["bias"]
    classes = tuple(kept.about["classes"])
    fits = weights.shape == (len(_HEARD), len(classes)) and bias.shape == (len(classes),)
    if not (fits and np.isfinite(weights).all() and np.isfinite(bias).all()):
        raise ModelError(f"The model {kept.name} is damaged: its numbers. {kept.again}")
    return Head(kept.name, classes, weights, bias, kept.about, kept.folder)


def held_out_logits(
    pipeline: Pipeline,
    X: pd.DataFrame,
    pieces: pd.DataFrame,
    genre: pd.Series,
    cv: BaseCrossValidator,
) -> pd.DataFrame:
    """What a linear model says of pieces of songs that it was not fitted on.

    Parameters
    ----------
    pipeline
        Fitted anew in every fold, on songs.
    X
        Songs, a row a track, index ``track_id``.
    pieces
        The same columns of their pieces, index ``track_id`` and ``segment``.
    genre
        Of each track, index ``track_id``.
    cv
        Folds of `X`, each with all genres on the training side.

    Returns
    -------
    pandas.DataFrame
        A row a piece, a column a genre: logarithms of probabilities.
    """
    import pandas as pd  # noqa: PLC0415  (what is fitted may take its time; what predicts may not)
    from sklearn.base import clone  # noqa: PLC0415

    parts = []
    for train, test in cv.split(X, genre[X.index]):
        model = clone(pipeline).fit(X.iloc[train], genre[X.index[train]])
        rows = pieces[pieces.index.get_level_values("track_id").isin(X.index[test])]
        parts.append(
            pd.DataFrame(model.predict_log_proba(rows), index=rows.index, columns=model.classes_)
        )
    return pd.concat(parts)


def head_temperatures(logits: pd.DataFrame, genre: pd.Series) -> dict[int, float]:
    """Temperatures by seconds heard, from songs that were not fitted on.

    Parameters
    ----------
    logits
        Of pieces, a column a genre; index ``track_id`` and ``segment``; as from
        `held_out_logits`.
    genre
        True genre of each track, index ``track_id``.

    Returns
    -------
    dict
        Temperature by length in seconds; lengths that no track has are left out.
    """
    fitted = {}
    of_track = [part.to_numpy() for _, part in logits.groupby(level="track_id", sort=False)]
    tracks = logits.index.get_level_values("track_id").unique()
    codes = logits.columns.get_indexer(genre[tracks])
    for seconds, pieces in PIECES_OF.items():
        parts = [
            (rows[start : start + pieces].mean(axis=0), code)
            for rows, code in zip(of_track, codes, strict=True)
            for start in range(0, len(rows) - pieces + 1, pieces)
        ]
        if parts:
            means, true = (np.array(part) for part in zip(*parts, strict=True))
            fitted[seconds] = fit_temperature(softmax(means), true)
    return fitted


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities of logits, shape (..., classes)."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)
