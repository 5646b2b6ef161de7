"""What can be said of a whole file after one look at it, however long it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from genre_utils.audio.decoding import Balance, check_sound, mean_of, read_blocks

QUIET = 10 ** (-60 / 20)
FULL_SCALE = 0.999
_FRAME = 512


@dataclass(frozen=True)
class Survey:
    """A file as it was found, at its own sampling rate.

    Attributes
    ----------
    rate
        Sampling rate in Hz.
    channels
        How many.
    samples
        Length of each channel.
    clipped
        Share of the samples at full scale, of the channel that has most.
    quiet
        Share of the time in which all channels together are quieter than -60 dB.
    instead_of_mean
        The channel that `load_audio` takes because the channels cancel each other; None where it
        takes their mean.
    """

    rate: int
    channels: int
    samples: int
    clipped: float
    quiet: float
    instead_of_mean: int | None

    @property
    def seconds(self) -> float:
        """Length of the file."""
        return self.samples / self.rate


def survey(path: str | Path | BinaryIO) -> Survey:
    """Look at a file block by block.

    Parameters
    ----------
    path
        As in `load_audio`.

    Raises
    ------
    AudioError
        As `load_audio`.
    """
    balance, samples, frames, quiet = Balance(), 0, 0, 0
    rate, channels, clipped = 0, 0, np.zeros(1)
    heard, finite = False, True
    for rate, block in read_blocks(path):  # noqa: B007
        channels = block.shape[1]
        samples += len(block)
        mean = mean_of(block)
        balance.add(block, mean)
        finite &= bool(np.isfinite(mean).all())
        heard |= bool(block.any())
        if len(block) and max(block.max(), -block.min()) >= FULL_SCALE:
            clipped = clipped + (np.abs(block) >= FULL_SCALE).sum(axis=0)
        whole = block[: len(block) // _FRAME * _FRAME].reshape(-1, _FRAME * channels)
        with np.errstate(invalid="ignore", over="ignore"):
            level = np.sqrt(np.square(whole).mean(axis=1))
        frames += len(level)
        quiet += int((level < QUIET).sum())
    check_sound(samples, rate, finite=finite, heard=heard)
    return Survey(
        rate,
        channels,
        samples,
        float(clipped.max() / samples),
        quiet / max(frames, 1),
        balance.instead_of_mean,
    )
