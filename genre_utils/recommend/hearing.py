"""What the pretrained encoder hears of the tracks of a collection, where it is there."""

from __future__ import annotations

import pandas as pd

from genre_utils.audio import EncoderMissing
from genre_utils.data import EMBEDDING_AND_TAGS, Dataset, NoUsableAudio, load_features, track_means


def hear_tracks(
    dataset: Dataset, *, n_jobs: int = -1, progress: bool = True
) -> tuple[pd.DataFrame, str]:
    """What the encoder hears of each track of a collection, and from what that was made.

    Parameters
    ----------
    dataset
        The collection.
    n_jobs, progress
        As in `load_features`.

    Returns
    -------
    heard, note
        One row per track, columns `EMBEDDING_AND_TAGS`; none if there is no
        encoder or no sound. The note says in a sentence which it is.
    """
    try:
        found = load_features(dataset, "encoder", n_jobs=n_jobs, progress=progress)
    except (EncoderMissing, NoUsableAudio) as error:
        nothing = pd.DataFrame(columns=list(EMBEDDING_AND_TAGS), dtype=float)
        return nothing.rename_axis("track_id"), f"Nothing is heard with the encoder here: {error}"
    heard = track_means(found.values[list(EMBEDDING_AND_TAGS)])
    return heard, f"The pretrained encoder heard {len(heard)} tracks."


def with_heard(X: pd.DataFrame, heard: pd.DataFrame) -> pd.DataFrame:
    """The 57 features with what the encoder hears beside them.

    Parameters
    ----------
    X, heard
        As in `Library`.

    Returns
    -------
    pandas.DataFrame
        Only tracks that have both; if nothing was heard, `X`.
    """
    return X if heard.empty else X.join(heard, how="inner")
