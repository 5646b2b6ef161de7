"""Our features beside the published tables': what is equal, what is not, and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from joblib import delayed

from genre_utils.audio import (
    FEATURE_COLUMNS,
    SAMPLE_RATE,
    Spectra,
    extract_features,
    load_audio,
    split_segments,
    tuning_votes,
)
from genre_utils.data.dataset import Dataset
from genre_utils.data.inputs import load_features
from genre_utils.data.tables import read_feature_table
from genre_utils.parallel import run_parallel

# In standard deviations of a column over the table.
TOLERANCE = 1e-4
# The published pieces of 3 s lack their last sample, which moves ours by some 0.001.
TOLERANCE_OF_OTHER_LENGTH = 0.05
# Further down the votes, a tuning would no longer be a close second.
_RIVALS = 12
_EXPLAINED_SAMPLES = 60 * SAMPLE_RATE
_CHROMA = ["chroma_stft_mean", "chroma_stft_var"]


def compare_with_table(
    dataset: Dataset, seconds: int = 30, *, n_jobs: int = -1, progress: bool = True
) -> pd.DataFrame:
    """Compute the features of a published table from audio, and compare.

    Parameters
    ----------
    dataset
        With audio, and the published table of that length.
    seconds
        30 for whole tracks, 3 for pieces.
    n_jobs
        Processes; -1 for one a core.
    progress
        Whether to show a progress bar.

    Returns
    -------
    pandas.DataFrame
        A row a track, or piece, that both have, indexed as the table. ``columns``: how many of
        the 57 deviate by more than `TOLERANCE` standard deviations of their column (where the
        published piece is not as long as ours, than `TOLERANCE_OF_OTHER_LENGTH`); ``largest``
        deviation of all; ``same_tempo``, to the digit; ``samples`` and ``published_samples``;
        ``reason``, "" where no column deviates.

    Raises
    ------
    DatasetError
        If the table is damaged or not there, or no file can be used.
    """
    kind = f"features_{seconds}_sec"
    table = read_feature_table(dataset.tables.get(seconds, dataset.root / f"{kind}.csv"))
    own = load_features(dataset, kind, n_jobs=n_jobs, progress=progress, published=False).values
    names = list(FEATURE_COLUMNS)
    spread = table[names].std().fillna(0)
    spread = spread.where(spread > 0, table[names].abs().mean()).replace(0, 1)
    # `isin` keeps the order of ours, and the levels' names.
    own = own[own.index.isin(table.index)]
    published = table.loc[own.index]
    off = (own[names] - published[names]).abs() / spread
    same_length = own["length"] == published["length"]
    allowed = np.where(same_length, TOLERANCE, TOLERANCE_OF_OTHER_LENGTH)
    found = pd.DataFrame(
        {
            "columns": off.gt(allowed, axis=0).sum(axis=1),
            "largest": off.max(axis=1),
            "same_tempo": own["tempo"] == published["tempo"],
            "samples": own["length"].astype(int),
            "published_samples": published["length"].astype(int),
            "reason": "",
        }
    )
    odd = found.index[found["columns"] > 0]
    paths = dataset.audio
    jobs = [
        delayed(_explain)(
            paths[row[0] if isinstance(row, tuple) else row],
            row[1] if isinstance(row, tuple) else None,
            published.loc[row],
            spread,
        )
        for row in odd
    ]
    told = run_parallel(jobs, len(jobs), n_jobs=n_jobs) if jobs else []
    for row, (count, reason) in zip(odd, told, strict=True):
        found.loc[[row], ["columns", "reason"]] = [count, reason]
    return found


def tell_fidelity(compared: pd.DataFrame) -> str:
    """How many rows, and tempi, are those of the published table.

    Parameters
    ----------
    compared
        As from `compare_with_table`.
    """
    what = "pieces" if compared.index.nlevels > 1 else "recordings"
    equal = int((compared["columns"] == 0).sum())
    told = (
        f"Of {len(compared):,} {what}, {equal:,} have all {len(FEATURE_COLUMNS)} columns equal, "
        f"and {int(compared['same_tempo'].sum()):,} the same tempo to the digit"
    )
    other = compared[compared["samples"] != compared["published_samples"]]
    if len(other):
        row = other.iloc[0]
        told += (
            f"; {len(other):,} are not as long as the published ones (here {row['samples']:,} "
            f"samples, there {row['published_samples']:,}), and count as equal within "
            f"{TOLERANCE_OF_OTHER_LENGTH:g} standard deviations, or once they are cut"
        )
    return f"{told}."


def _explain(
    path: str | Path, segment: int | None, published: pd.Series, spread: pd.Series
) -> tuple[int, str]:
    """How many columns deviate once the sound is as long as the published one, and why."""
    names = list(FEATURE_COLUMNS)
    samples = int(published["length"])
    if samples > _EXPLAINED_SAMPLES:
        return len(names), "longer than is looked into"
    y = load_audio(path)
    y = y if segment is None else split_segments(y)[segment]
    if len(y) < samples:
        return len(names), f"{len(y)} samples, the published one had {samples}"
    y = y[:samples]
    off = (extract_features(y) - published[names].astype(float)).abs() / spread
    odd = off[off > TOLERANCE]
    if odd.empty:
        return 0, ""
    if set(odd.index) <= set(_CHROMA) and (told := _other_tuning(y, published, spread)):
        return len(odd), told
    worst = ", ".join(odd.nlargest(3).index)
    return len(odd), f"most in {worst}: by up to {odd.max():.2g} deviations of the column"


def _other_tuning(y: np.ndarray, published: pd.Series, spread: pd.Series) -> str:
    """Say with which tuning the chroma is the published one; "" if with none that is likely."""
    spectra = Spectra(y, SAMPLE_RATE)
    votes = tuning_votes(spectra).head(_RIVALS)
    ours = votes.index[0]
    for tuning in votes.index[1:]:
        chroma = spectra.chroma_at(float(tuning)).astype(np.float64)
        off = np.abs([chroma.mean(), chroma.var()] - published[_CHROMA].to_numpy(float))
        if (off <= TOLERANCE * spread[_CHROMA].to_numpy()).all():
            return (
                f"the chroma is the published one at a tuning of {tuning:+.2f} semitones, for "
                f"which {votes[tuning]} spectral peaks speak; here {votes[ours]} speak for "
                f"{ours:+.2f}"
            )
    return ""
