"""Audio fingerprints, and the search for recordings that are the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
import soxr
from scipy.fft import rfft
from scipy.signal.windows import hann

from genre_utils.audio.decoding import SAMPLE_RATE, stream_audio

# The values of Haitsma and Kalker 2002: 0.37 s frames every 11.6 ms, 33 bands, 300 to 2000 Hz.
RATE = SAMPLE_RATE / 4
FRAME, HOP = 2048, 64
BANDS = np.geomspace(300, 2000, 34)
HOPS_PER_SECOND = RATE / HOP
# Two frames of different music agree in half of the bits; above this, three seconds of bits do
# not agree by chance (the authors' threshold).
MAX_ERROR = 0.35
MIN_SECONDS = 3.0
FINGERPRINT_SECONDS = 300.0

_BLOCK = 1024
# A word that is everywhere (a held chord, hum) is no evidence; one offset needs several votes.
_COMMON, _VOTES = 32, 4
_MATCH = ["seconds", "overlap", "error"]


@cache
def _bands() -> tuple[slice, np.ndarray]:
    """Bins between 300 and 2000 Hz, and which band each adds to."""
    band = np.searchsorted(BANDS, np.fft.rfftfreq(FRAME, 1 / RATE), side="right") - 1
    inside = np.flatnonzero((band >= 0) & (band < len(BANDS) - 1))
    bins = slice(inside[0], inside[-1] + 1)
    return bins, (band[bins, None] == np.arange(len(BANDS) - 1)).astype(np.float32)


def fingerprint(y: np.ndarray) -> np.ndarray:
    """Fingerprint of the first five minutes of a signal at 22050 Hz, shape (frames,), uint32.

    32 bits every 11.6 ms: each says whether the energy difference between two neighboring bands
    rose since the frame before (Haitsma and Kalker, "A highly robust audio fingerprinting system",
    ISMIR 2002). It hardly changes with the level, the cut and lossy coding.
    """
    low = soxr.resample(y[: int(FINGERPRINT_SECONDS * SAMPLE_RATE)], 4, 1, quality="MQ")
    if len(low) < FRAME + HOP:
        return np.zeros(0, np.uint32)
    frames = np.lib.stride_tricks.sliding_window_view(low, FRAME)[::HOP]
    window = hann(FRAME, sym=False).astype(np.float32)
    energy = np.concatenate(
        [_energy(frames[at : at + _BLOCK] * window) for at in range(0, len(frames), _BLOCK)]
    )
    rising = np.diff(np.diff(energy, axis=1), axis=0) < 0
    return np.packbits(rising, axis=1).view(">u4").astype(np.uint32).ravel()


def _energy(frames: np.ndarray) -> np.ndarray:
    bins, band = _bands()
    spectrum = rfft(frames)[:, bins]
    return (np.square(spectrum.real) + np.square(spectrum.imag)) @ band


def fingerprint_of_file(path: str | Path | BinaryIO, channel: int | None = None) -> np.ndarray:
    """Fingerprint of a file, which is decoded as far as needed; `channel` as in `stream_audio`."""
    blocks, samples = [], 0
    for block in stream_audio(path, channel=channel):
        blocks.append(block)
        samples += len(block)
        if samples >= FINGERPRINT_SECONDS * SAMPLE_RATE:
            break
    return fingerprint(np.concatenate(blocks))


def near_duplicates(prints: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Find recordings of which one is another cut, level or coding of the other.

    Words that two fingerprints share propose how far one is shifted against the other; where they
    then overlap, at most 35% of the bits may differ.

    Returns
    -------
    pandas.DataFrame
        Columns track, other, seconds (how much later the other begins in the track; negative if
        earlier), overlap in seconds, and error, the share of differing bits.
    """
    names = [name for name, words in prints.items() if len(words)]
    found = [
        (names[first], names[second], *match)
        for first, second, *match in _matches([prints[name] for name in names])
    ]
    table = pd.DataFrame(found, columns=["track", "other", *_MATCH]).sort_values("error")
    return table.drop_duplicates(["track", "other"]).sort_values(
        ["track", "other"], ignore_index=True
    )


def find_copies(own: np.ndarray, prints: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Tracks that are the recording of the fingerprint `own`; the smallest error first.

    Columns track, and seconds, overlap and error as from `near_duplicates`.
    """
    names = [name for name, words in prints.items() if len(words) and len(own)]
    found = [
        (names[other - 1], *match)
        for _, other, *match in _matches([own, *(prints[name] for name in names)], of_first=True)
    ]
    table = pd.DataFrame(found, columns=["track", *_MATCH]).sort_values("error", kind="stable")
    return table.drop_duplicates("track", ignore_index=True)


def _matches(
    prints: Sequence[np.ndarray], *, of_first: bool = False
) -> Iterator[tuple[int, int, float, float, float]]:
    """Pairs that are the same recording, with what `_MATCH` names; a pair may come twice."""
    for first, second, shift in _proposals(prints, of_first=of_first):
        found = _compare(prints[first], prints[second], shift)
        if found is not None:
            overlap, error = found
            yield first, second, shift / HOPS_PER_SECOND, overlap / HOPS_PER_SECOND, error


def _proposals(prints: Sequence[np.ndarray], *, of_first: bool) -> list[tuple[int, int, int]]:
    """Pairs and shifts at which several words agree; all pairs, or those of the first."""
    if len(prints) < 2:
        return []
    words = np.concatenate(prints)
    track = np.repeat(np.arange(len(prints)), [len(p) for p in prints])
    time = np.concatenate([np.arange(len(p)) for p in prints])
    if of_first:
        own = np.unique(prints[0])
        shared = own[np.searchsorted(own, words).clip(max=len(own) - 1)] == words
        words, track, time = words[shared], track[shared], time[shared]
    order = np.argsort(words, kind="stable")
    words, track, time = words[order], track[order], time[order]
    _, count = np.unique(words, return_counts=True)
    size = np.repeat(count, count)
    rare = (size > 1) & (size <= _COMMON)
    words, track, time = words[rare], track[rare], time[rare]
    found = []
    for step in range(1, _COMMON):
        same = (words[step:] == words[:-step]) & (track[step:] != track[:-step])
        if of_first:
            same &= track[:-step] == 0
        if same.any():
            first, second = track[:-step][same], track[step:][same]
            found.append(np.stack([first, second, time[:-step][same] - time[step:][same]]))
    if not found:
        return []
    first, second, shift = np.concatenate(found, axis=1)
    # A cut between two hops puts the votes on two neighboring shifts.
    votes = np.concatenate([np.stack([first, second, shift + d]) for d in (0, 1)], axis=1)
    proposed, count = np.unique(votes, axis=1, return_counts=True)
    proposed = proposed[:, count >= _VOTES]
    return [(int(a), int(b), int(s)) for a, b, s in proposed.T]


def _compare(first: np.ndarray, second: np.ndarray, shift: int) -> tuple[int, float] | None:
    """Overlap in frames and share of differing bits, if that is the same recording."""
    a, b = first[max(shift, 0) :], second[max(-shift, 0) :]
    overlap = min(len(a), len(b))
    if overlap < MIN_SECONDS * HOPS_PER_SECOND:
        return None
    error = np.bitwise_count(a[:overlap] ^ b[:overlap]).mean() / 32
    return (overlap, float(error)) if error <= MAX_ERROR else None
