"""One song in the manner of a genre: three ways, from the boldest to the simplest.

``style`` is what repaints photographs in the style of Van Gogh (Gatys, Ecker and Bethge, "Image
style transfer using convolutional neural networks", CVPR 2016), on the mel spectrogram and with the
pretrained encoder; ``bands`` is a filter; ``drums`` exchanges the percussive part. Mono, 22050 Hz.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import librosa
import numpy as np
import pandas as pd

from genre_utils.audio import (
    SAMPLE_RATE,
    AudioError,
    Spectra,
    check_signal,
    encoder_mel,
    load_audio,
    reshaped,
)
from genre_utils.data import DatasetError
from genre_utils.models.repainting import POOLED, grams_of, painter

METHODS = {
    "style": "style transfer with the pretrained encoder",
    "bands": "mean and deviation of each band, a filter",
    "drums": "the percussive part of a song of the genre, at the song's tempo",
}
STEPS = 40
PEAK = 0.98
_PIECE = 640  # frames that are painted at once: 10 s, of which the encoder holds 200 MB
_SPREAD = (0.5, 2.0)  # how far the deviation of a band is pressed or stretched
_HOP = 512


class Painted(NamedTuple):
    """A step on the way from a song to its repainted self.

    Attributes
    ----------
    step
        How many steps were taken.
    loss
        How far its style is from the genre's and its content from the song's; 1 at the start.
    mel
        Mel spectrogram, as from `audio.encoder_mel`.
    """

    step: int
    loss: float
    mel: np.ndarray


@dataclass(frozen=True, eq=False)
class Manner:
    """What some songs of a genre have in common: computed once, when it is asked for.

    Attributes
    ----------
    genre
        Its name.
    songs
        Signals at 22050 Hz, shape (samples,) each; some 10 s of each are enough.
    """

    genre: str
    songs: tuple[np.ndarray, ...]

    def __post_init__(self) -> None:
        if not self.songs:
            raise ValueError(f"no song tells what {self.genre} is")

    @cached_property
    def mels(self) -> list[np.ndarray]:
        """Mel spectrogram of each song, shape (frames, 96)."""
        return [encoder_mel(y) for y in self.songs]

    @cached_property
    def grams(self) -> list[np.ndarray]:
        """Gram matrix of each layer, mean over songs; needs the encoder in Keras."""
        every = [grams_of(mel) for mel in self.mels]
        return [np.mean(of_layer, axis=0) for of_layer in zip(*every, strict=True)]

    @cached_property
    def bands(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and deviation of each band over time, mean over songs; shape (96,) each."""
        mean = np.mean([mel.mean(axis=0) for mel in self.mels], axis=0)
        return mean, np.mean([mel.std(axis=0) for mel in self.mels], axis=0)

    @cached_property
    def tempi(self) -> list[float]:
        """Beats per minute of each song."""
        return [Spectra(y, SAMPLE_RATE).tempo() for y in self.songs]


def gather_manner(
    tracks: pd.DataFrame, genre: str, *, songs: int = 8, seconds: float = 10.0, seed: int = 0
) -> Manner:
    """Hear some songs of a genre, drawn from a collection.

    Parameters
    ----------
    tracks
        As `Dataset.tracks`, or some of them.
    genre
        Which.
    songs
        How many of it are heard, at most; those that cannot be read are passed over.
    seconds
        How much of the middle of each.
    seed
        Of the drawing.

    Raises
    ------
    DatasetError
        If there is no such genre, or no song of it can be heard.
    """
    genres = sorted(tracks["genre"].unique())
    if genre not in genres:
        raise DatasetError(f"there is no genre {genre!r} here; choose one of {', '.join(genres)}")
    paths = tracks["path"][tracks["genre"] == genre].dropna()
    drawn = np.random.default_rng(seed).permutation(len(paths))
    heard: list[np.ndarray] = []
    for path in paths.iloc[drawn]:
        if len(heard) == songs:
            break
        try:
            heard.append(check_signal(middle(load_audio(path), seconds), SAMPLE_RATE))
        except AudioError:
            continue
    if not heard:
        raise DatasetError(f"there is no recording of {genre} here that can be heard")
    return Manner(genre, tuple(heard))


def middle(y: np.ndarray, seconds: float) -> np.ndarray:
    """The middle of a signal at 22050 Hz, or all of it where it is shorter."""
    samples = int(seconds * SAMPLE_RATE)
    start = max(0, (len(y) - samples) // 2)
    return y[start : start + samples]


def convert(
    y: np.ndarray,
    manner: Manner,
    method: str = "style",
    *,
    steps: int = STEPS,
    watch: Callable[[Painted], object] | None = None,
) -> np.ndarray:
    """Convert a song.

    Parameters
    ----------
    y
        Signal at 22050 Hz, shape (samples,).
    manner
        Of the genre.
    method
        One of `METHODS`.
    steps
        Of the optimisation of "style".
    watch
        Called with each step of it.

    Returns
    -------
    numpy.ndarray, shape (samples,), float32
        As loud as the song (root mean square), or softer if it would be clipped so: no sample is
        beyond 0.98.

    Raises
    ------
    AudioError
        If the song is silent, too short or not finite.
    ModelError, DownloadError
        By "style", if the encoder is not to be had in Keras; see `build_encoder`.
    """
    y = check_signal(np.asarray(y, np.float32), SAMPLE_RATE)
    if method == "drums":
        return as_loud(_with_drums(y, manner), y)
    before = encoder_mel(y)
    if method == "bands":
        return as_loud(reshaped(y, before, _in_bands(before, manner)), y)
    if method != "style":
        raise ValueError(f"{method!r} is not one of {', '.join(METHODS)}")
    after = before
    for painted in repaint(before, manner.grams, steps=steps):
        after = painted.mel
        if watch:
            watch(painted)
    return as_loud(reshaped(y, before, after), y)


def repaint(mel: np.ndarray, grams: list[np.ndarray], *, steps: int = STEPS) -> Iterator[Painted]:
    """Optimise a mel spectrogram until its style is that of a genre and its content still its own.

    Parameters
    ----------
    mel
        Of the song, shape (frames, 96). A long one is painted in pieces of equal length.
    grams
        As `Manner.grams`.
    steps
        Of each piece.

    Yields
    ------
    Painted
        After each step.
    """
    pieces = -(-len(mel) // _PIECE)
    size = -(-len(mel) // (pieces * POOLED)) * POOLED
    # The pools drop what does not fill one, so the end would hardly be painted.
    painted = np.pad(mel, ((0, pieces * size - len(mel)), (0, 0)), mode="edge")
    paint, taken = painter(size), 0
    for start in range(0, len(painted), size):
        for loss, piece in paint.steps(painted[start : start + size], grams, steps):
            taken += 1
            whole = painted.copy()
            whole[start : start + size] = piece
            yield Painted(taken, loss, whole[: len(mel)])
        painted = whole


def count_steps(seconds: float, steps: int = STEPS) -> int:
    """How many steps `repaint` takes for a song of so many seconds."""
    return steps * max(1, int(np.ceil((seconds * 62.5 + 1) / _PIECE)))


def song_left(made: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """How much of a song is left: correlations over time of two signals at 22050 Hz.

    Parameters
    ----------
    made, y
        Shape (samples,) each, of the same length.

    Returns
    -------
    dict
        ``chroma``, of the energy of the 12 pitch classes, and ``onset``, of the onset strength.
        What chance gives, two other songs tell.
    """
    one, other = (Spectra(signal, SAMPLE_RATE) for signal in (made, y))
    tuning = other.tuning()
    planes = {
        "chroma": (one.chroma_at(tuning), other.chroma_at(tuning)),
        "onset": (one.onset_strength(), other.onset_strength()),
    }
    return {name: _correlation(*pair) for name, pair in planes.items()}


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a.ravel() - a.mean(), b.ravel() - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale else 0.0


def as_loud(made: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bring a signal to the root mean square of another, if it need not be clipped for that."""
    rms, wanted = (float(np.sqrt(np.mean(s**2, dtype=np.float64))) for s in (made, y))
    gain = min(wanted / max(rms, 1e-9), PEAK / max(float(np.abs(made).max()), 1e-9))
    return (made * gain).astype(np.float32)


def _in_bands(mel: np.ndarray, manner: Manner) -> np.ndarray:
    mean, deviation = manner.bands
    stretch = np.clip(deviation / np.maximum(mel.std(axis=0), 1e-3), *_SPREAD)
    return np.maximum((mel - mel.mean(axis=0)) * stretch + mean, 0)


def _with_drums(y: np.ndarray, manner: Manner) -> np.ndarray:
    """The song's harmonic part, with the percussive part of the song of nearest tempo."""
    tempo = Spectra(y, SAMPLE_RATE).tempo()
    rates = [_rate(tempo, other) for other in manner.tempi]
    chosen = int(np.argmin(np.abs(np.log(rates))))
    harmonic, own = _parts(y)
    tune, drums = _parts(manner.songs[chosen])
    # Beside the tune as loud as they were.
    drums = drums * (_rms(harmonic) / max(_rms(tune), 1e-9))
    if rates[chosen] != 1:
        drums = librosa.effects.time_stretch(drums, rate=rates[chosen])
    return harmonic + _placed(drums, own)


def _rate(tempo: float, other: float) -> float:
    """How much faster another song must be played; beats twice as fast are the same beat."""
    if not tempo or not other:
        return 1.0
    octaves = np.log2(tempo / other)
    return float(2 ** (octaves - np.round(octaves)))


def _parts(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Harmonic and percussive part (Fitzgerald, DAFx 2010), which add up to the signal."""
    harmonic = librosa.effects.harmonic(y, margin=1.0)
    return harmonic, y - harmonic


def _placed(drums: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Repeated to the length of what they replace, begun where the strokes agree best with it."""
    heard = librosa.onset.onset_strength(y=own, sr=SAMPLE_RATE, hop_length=_HOP)
    theirs = librosa.onset.onset_strength(y=drums, sr=SAMPLE_RATE, hop_length=_HOP)
    frames = np.arange(len(heard))
    fits = [
        float(heard @ theirs[(frames + shift) % len(theirs)])
        for shift in range(min(len(theirs), 2 * SAMPLE_RATE // _HOP))
    ]
    return np.resize(np.roll(drums, -int(np.argmax(fits)) * _HOP), len(own))


def _rms(y: np.ndarray) -> float:
    return float(np.sqrt(np.mean(y**2, dtype=np.float64)))
