"""Pictures of spectrograms as input of networks: their margin and color map are undone."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from genre_utils.audio import BANDS, COLUMNS, band_matrix, standardize

# Kaggle's pictures: their frequency axis is mel already, that of plain spectrograms is linear.
MEL_PICTURE_SIZE = (432, 288)
COLOR_MAPS = (
    "viridis magma inferno plasma cividis gray gray_r hot jet turbo gnuplot2 coolwarm afmhot "
    "nipy_spectral Blues Greens hsv rainbow bone copper"
).split()

_TOLERANCE = 30.0  # of 441, the distance from black to white
_MAX_PIXELS = 10_000_000
_MIN_PIXELS = 16
_SAME_COLOR = 8  # of 255: jpeg changes colors a little


class PictureError(ValueError):
    """A file cannot be used as a picture of a spectrogram; the message says in one sentence why."""


def picture_frames(path: str | Path) -> np.ndarray:
    """Spectrogram of a picture of a whole track, in the shape that networks take.

    The margin is cropped, and a color map undone (`COLOR_MAPS`; otherwise brightness counts). The
    frequency axis is mel in pictures of Kaggle's size, 432 x 288, otherwise linear up to half the
    sampling rate. Where the plot is empty (silence has no logarithm), the value is 0.

    Returns
    -------
    numpy.ndarray, shape (496, 64), float32
        Time by mel-spaced bands, mean 0 and standard deviation 1.

    Raises
    ------
    PictureError
        If the file is missing, not a picture, too small, or of one color.
    """
    values, size = _read(path)
    is_mel = size == MEL_PICTURE_SIZE
    if values.shape[1] != COLUMNS:
        values = _resize(values, (values.shape[0], COLUMNS))
    bands = _resize(values, (BANDS, COLUMNS)) if is_mel else band_matrix(len(values)) @ values
    return standardize(bands.T)


def _read(path: str | Path) -> tuple[np.ndarray, tuple[int, int]]:
    """Values within [0, 1], the lowest frequency first; and width and height of the picture."""
    try:
        # Of bytes in memory Pillow gets what is there; of a file, it asks for what a chunk claims.
        with Image.open(io.BytesIO(Path(path).read_bytes())) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise PictureError(
                    f"{image.width} x {image.height} pixels are more than a spectrogram has"
                )
            rgba = image.convert("RGBA")
            size = image.size
            canvas = Image.new("RGBA", size, "white")
            pixels = np.asarray(Image.alpha_composite(canvas, rgba).convert("RGB"))
    except PictureError:
        raise
    except FileNotFoundError as error:
        raise PictureError(f"{Path(path).name} does not exist") from error
    except UnidentifiedImageError as error:
        raise PictureError("not a picture that can be decoded, whatever its name says") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PictureError(f"the picture is damaged ({error})") from error
    margin = pixels[0, 0].copy()
    pixels = _crop(pixels)
    if min(pixels.shape[:2]) < _MIN_PIXELS:
        raise PictureError("the picture is of one color, or too small to show a spectrogram")
    return _undo_color_map(pixels, margin)[::-1], size


def _crop(pixels: np.ndarray) -> np.ndarray:
    drawn = np.abs(pixels.astype(np.int16) - pixels[0, 0]).max(axis=2) > _SAME_COLOR
    if drawn[0].any() or drawn[-1].any() or drawn[:, 0].any() or drawn[:, -1].any():
        return pixels  # no margin around it
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if not len(rows):
        return pixels[:0, :0]
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _undo_color_map(pixels: np.ndarray, margin: np.ndarray) -> np.ndarray:
    flat = pixels.reshape(-1, 3).astype(np.int64)
    packed, inverse = np.unique(flat @ np.array([65536, 256, 1]), return_inverse=True)
    colors = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1)
    count = np.bincount(inverse)
    drawn = (colors != margin).any(axis=1)
    for name in COLOR_MAPS:
        distance, value = _color_tree(name).query(colors)
        near = distance < _TOLERANCE
        if (count * near)[drawn].sum() > 0.98 * count[drawn].sum():
            values = np.where(near, value / 255, 0.0)
            break
    else:
        values = colors @ [0.299, 0.587, 0.114] / 255
    return values[inverse].reshape(pixels.shape[:2]).astype(np.float32)


@cache
def _color_tree(name: str):
    import matplotlib  # noqa: PLC0415  (slow to import)
    from scipy.spatial import cKDTree  # noqa: PLC0415

    return cKDTree(matplotlib.colormaps[name](np.arange(256), bytes=True)[:, :3].astype(float))


def _resize(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    image = Image.fromarray(np.ascontiguousarray(values))
    return np.asarray(image.resize(shape[::-1], Image.Resampling.BILINEAR))
