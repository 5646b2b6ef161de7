"""What training changes about spectrograms, so that a network does not learn single songs by heart.

Arrays are (items, columns, bands): time by frequency. Everything is NumPy and seeded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Augmentation:
    """Which changes are made, and how strong they are.

    Attributes
    ----------
    masks
        How many spans of time and as many of frequency are blanked: SpecAugment (Park et al.,
        Interspeech 2019).
    mask_columns, mask_bands
        Their largest widths.
    style
        Share of items whose style is mixed with that of another: the mean and the deviation of
        each band over time, which depend on recording and mastering (MixStyle, Zhou et al., ICLR
        2021, over frequencies as by Schmid et al., DCASE 2022). The label stays.
    mixup
        Parameter of the beta distribution of the weights with which two items and their labels
        are mixed (Zhang et al., "mixup", ICLR 2018); 0 for none.
    """

    masks: int = 2
    mask_columns: int = 16
    mask_bands: int = 8
    style: float = 0.8
    mixup: float = 0.0

    def __call__(
        self, batch: np.ndarray, targets: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Change a batch, which must be the caller's own, and its targets."""
        if self.style:
            batch = mix_style(batch, self.style, rng)
        blank_spans(batch, self.masks, self.mask_columns, self.mask_bands, rng)
        if self.mixup:
            batch, targets = mix(batch, targets, self.mixup, rng)
        return batch, targets


def random_crops(frames: np.ndarray, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Cut a piece out of each item, at a random time.

    Parameters
    ----------
    frames
        Shape (items, time, bands).
    columns
        Length of the pieces, at most that of the items.
    rng
        Where chance comes from.

    Returns
    -------
    numpy.ndarray, shape (items, columns, bands)
    """
    starts = rng.integers(0, frames.shape[1] - columns + 1, len(frames))
    return frames[np.arange(len(frames))[:, None], starts[:, None] + np.arange(columns)]


def even_crops(frames: np.ndarray, columns: int, views: int) -> np.ndarray:
    """Cut pieces at even distances out of each item, the first at its start, the last at its end.

    Parameters
    ----------
    frames
        Shape (items, time, bands).
    columns
        Length of the pieces, at most that of the items.
    views
        Pieces an item.

    Returns
    -------
    numpy.ndarray, shape (items * views, columns, bands)
        The pieces of an item stand together.
    """
    starts = np.linspace(0, frames.shape[1] - columns, views).astype(int)
    pieces = frames[:, starts[:, None] + np.arange(columns)]
    return pieces.reshape(-1, columns, *frames.shape[2:])


def blank_spans(
    batch: np.ndarray, spans: int, columns: int, bands: int, rng: np.random.Generator
) -> None:
    """Set random spans of time and of frequency to 0, the mean, in place.

    Parameters
    ----------
    batch
        Shape (items, columns, bands).
    spans
        How many of each kind an item gets.
    columns, bands
        Largest widths.
    rng
        Where chance comes from.
    """
    for axis, largest in ((1, columns), (2, bands)):
        size = batch.shape[axis]
        width = rng.integers(0, min(largest, size) + 1, (len(batch), spans))
        start = (rng.random((len(batch), spans)) * (size - width + 1)).astype(int)
        at = np.arange(size)
        blank = (at >= start[..., None]) & (at < (start + width)[..., None])
        blank = blank.any(axis=1)
        batch[np.broadcast_to(blank[:, :, None] if axis == 1 else blank[:, None], batch.shape)] = 0


def mix_style(
    batch: np.ndarray, share: float, rng: np.random.Generator, strength: float = 1.0
) -> np.ndarray:
    """Move mean and deviation of each band towards those of another item of the batch.

    Parameters
    ----------
    batch
        Shape (items, columns, bands).
    share
        Probability of an item to be changed.
    rng
        Where chance comes from.
    strength
        Both parameters of the beta distribution the weights are drawn from; 1 draws all weights
        alike.
    """
    mean = batch.mean(axis=1, keepdims=True)
    deviation = batch.std(axis=1, keepdims=True) + 1e-3
    other = rng.permutation(len(batch))
    own = rng.beta(strength, strength, (len(batch), 1, 1))
    own = np.where(rng.random(own.shape) < share, own, 1).astype(batch.dtype)
    mixed_mean = own * mean + (1 - own) * mean[other]
    mixed_deviation = own * deviation + (1 - own) * deviation[other]
    return (batch - mean) / deviation * mixed_deviation + mixed_mean


def mix(
    batch: np.ndarray, targets: np.ndarray, strength: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Mix each item with another of the batch, and their targets by the same weights.

    Parameters
    ----------
    batch
        Shape (items, ...).
    targets
        Shape (items, classes), rows that sum to 1.
    strength
        Both parameters of the beta distribution the weights are drawn from.
    rng
        Where chance comes from.
    """
    other = rng.permutation(len(batch))
    weight = rng.beta(strength, strength, len(batch)).astype(np.float32)
    own = weight.reshape(-1, *[1] * (batch.ndim - 1))
    mixed = own * batch + (1 - own) * batch[other]
    return mixed, weight[:, None] * targets + (1 - weight[:, None]) * targets[other]
