"""Conversion of a song to the style of a genre: style transfer, band statistics, drums.

Notebook 10 derives and evaluates the three methods. All signals are mono at 22050 Hz.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import librosa
import numpy as np
import pandas as pd
import soxr
from scipy.ndimage import map_coordinates
from scipy.optimize import Bounds, minimize

from genre_utils.audio import (
    ENCODER_RATE,
    PATCH_BANDS,
    SAMPLE_RATE,
    AudioError,
    Spectra,
    check_signal,
    gain_to,
    load_audio,
    log_mel,
)
from genre_utils.data import DatasetError
from genre_utils.models.encoder import build_encoder
from genre_utils.models.networks import load_keras

if TYPE_CHECKING:
    import keras

METHODS = ("style", "bands", "drums")
STEPS = 15
CONTENT_WEIGHT = 0.03
PEAK = 0.98
_LAYERS = 4  # pools whose Gram matrices are the style
_CONTENT = 2  # the third pool is the content
_POOLED = 16  # frames that the fourth pool combines
_PART = 640  # frames that are optimized at once: 10 s, for which the encoder needs 200 MB
_SPREAD = (0.5, 2.0)  # limits of the factor of a band's deviation
_HOP = 512
# Limits of the filter in decades of power: amplified silence is only noise.
_UP, _DOWN = 2.0, -4.0


@dataclass(frozen=True, eq=False)
class StyleTarget:
    """Statistics of some songs of a genre, computed at first use.

    Attributes
    ----------
    genre
        Name of the genre.
    songs
        Signals, shape (samples,) each; about 10 s of each are enough.
    """

    genre: str
    songs: tuple[np.ndarray, ...]

    @cached_property
    def mels(self) -> list[np.ndarray]:
        """Mel spectrogram of each song, shape (frames, 96)."""
        return [encoder_mel(y) for y in self.songs]

    @cached_property
    def grams(self) -> list[np.ndarray]:
        """Gram matrix of each layer, mean over songs, shape (128, 128)."""
        network = style_network()
        every = [map(_gram, network.predict_on_batch(mel[None])) for mel in self.mels]
        return [
            np.mean([np.asarray(g) for g in layer], axis=0) for layer in zip(*every, strict=True)
        ]

    @cached_property
    def bands(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and deviation of each band over time, mean over songs, shape (96,)."""
        mean = np.mean([mel.mean(axis=0) for mel in self.mels], axis=0)
        return mean, np.mean([mel.std(axis=0) for mel in self.mels], axis=0)

    @cached_property
    def tempi(self) -> list[float]:
        """Beats per minute of each song."""
        return [Spectra(y, SAMPLE_RATE).tempo() for y in self.songs]


def load_style_target(
    tracks: pd.DataFrame, genre: str, *, songs: int = 8, seconds: float = 10.0, seed: int = 0
) -> StyleTarget:
    """Load the middle of some songs of a genre, drawn at random from the readable ones.

    Parameters
    ----------
    tracks
        Rows of `Dataset.tracks`.

    Raises
    ------
    DatasetError
        If there is no such genre, or no song of it can be read.
    """
    genres = sorted(tracks["genre"].unique())
    if genre not in genres:
        raise DatasetError(f"there is no genre {genre!r} here; choose one of {', '.join(genres)}")
    paths = tracks["path"][tracks["genre"] == genre].dropna()
    loaded: list[np.ndarray] = []
    for path in paths.iloc[np.random.default_rng(seed).permutation(len(paths))]:
        if len(loaded) == songs:
            break
        try:
            loaded.append(check_signal(middle(load_audio(path), seconds), SAMPLE_RATE))
        except AudioError:
            continue
    if not loaded:
        raise DatasetError(f"there is no readable recording of {genre} here")
    return StyleTarget(genre, tuple(loaded))


def middle(y: np.ndarray, seconds: float) -> np.ndarray:
    """The middle of a signal, or all of it if it is shorter."""
    samples = int(seconds * SAMPLE_RATE)
    start = max(0, (len(y) - samples) // 2)
    return y[start : start + samples]


def convert(
    y: np.ndarray,
    target: StyleTarget,
    method: str = "style",
    *,
    steps: int = STEPS,
    progress: Callable[[], object] = lambda: None,
) -> np.ndarray:
    """Convert a song to the style of a genre.

    Parameters
    ----------
    y
        Signal, shape (samples,).
    method
        One of `METHODS`.
    steps
        Steps of the optimization of "style".
    progress
        Called after each step of "style", at most `count_steps` times.

    Returns
    -------
    numpy.ndarray, shape (samples,), float32
        As loud as the song, see `match_loudness`.

    Raises
    ------
    AudioError
        If the song is silent, too short or not finite.
    ModelError, DownloadError
        By "style", if there are no weights of the encoder or no Keras; see `build_encoder`.
    """
    y = check_signal(np.asarray(y, np.float32), SAMPLE_RATE)
    if method == "drums":
        return match_loudness(_replace_drums(y, target), y)
    mel = encoder_mel(y)
    if method == "bands":
        return match_loudness(filter_to_mel(y, mel, _match_bands(mel, target)), y)
    if method != "style":
        raise ValueError(f"{method!r} is not one of {', '.join(METHODS)}")
    converted = transfer_style(mel, target.grams, steps=steps, progress=progress)
    return match_loudness(filter_to_mel(y, mel, converted), y)


def count_steps(seconds: float, steps: int = STEPS) -> int:
    """Largest number of steps of `convert` with "style" for a song of so many seconds."""
    return steps * max(1, int(np.ceil((seconds * 62.5 + 1) / _PART)))


def match_loudness(y: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Scale a signal to the RMS of another one, or less if a sample would exceed 0.98."""
    gain = min(_rms(reference) / max(_rms(y), 1e-9), PEAK / max(float(np.abs(y).max()), 1e-9))
    return (y * gain).astype(np.float32)


def encoder_mel(y: np.ndarray) -> np.ndarray:
    """Mel spectrogram of a signal as input of the encoder, scaled to one loudness first.

    Returns
    -------
    numpy.ndarray, shape (frames, 96), float32
        log10(1 + 10000 power) of bands from 0 to 8 kHz, one frame every 16 ms.

    Raises
    ------
    AudioError
        As `check_signal`.
    """
    y = check_signal(np.asarray(y, np.float32), SAMPLE_RATE)
    scaled = y * np.float32(gain_to(_rms(y)))
    return np.concatenate(
        list(log_mel([soxr.resample(scaled, SAMPLE_RATE, ENCODER_RATE, quality="HQ")]))
    )


def filter_to_mel(y: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Filter a signal so that its mel spectrogram changes as wanted; the phase stays.

    The short-time spectra are multiplied by the root of the ratio of wanted to present power,
    interpolated linearly between frames and bands; above 8 kHz as in the highest band.

    Parameters
    ----------
    y
        Signal, shape (samples,).
    before
        Its `encoder_mel`.
    after
        The wanted one, same shape; at most 20 dB louder or 40 dB softer anywhere.

    Returns
    -------
    numpy.ndarray, shape (samples,), float32
    """
    change = np.clip(after - before, _DOWN, _UP) / 2  # of amplitude
    n_fft, hop_length = 1024, 256
    stft = librosa.stft(y, n_fft=n_fft, hop_length=hop_length)
    centers = librosa.mel_frequencies(PATCH_BANDS + 2, fmax=ENCODER_RATE / 2)[1:-1]
    hertz = librosa.fft_frequencies(sr=SAMPLE_RATE, n_fft=n_fft)
    bands = np.interp(hertz, centers, np.arange(PATCH_BANDS))
    frames = np.arange(stft.shape[1]) * (hop_length / SAMPLE_RATE) * 62.5
    places = np.stack(np.meshgrid(frames, bands)).astype(np.float32)
    gain = 10 ** map_coordinates(change, places, order=1, mode="nearest")
    return librosa.istft(stft * gain, n_fft=n_fft, hop_length=hop_length, length=len(y))


@cache
def style_network() -> keras.Model:
    """The first four blocks of the encoder, for spectrograms of any length.

    Returns
    -------
    keras.Model
        From mel spectrograms, shape (n, frames, 96), to the outputs of the pools `pool_1` to
        `pool_4`, shape (n, times, bands, 128) each. Its weights are fixed.

    Raises
    ------
    ModelError, DownloadError
        As `build_encoder`.
    """
    encoder = build_encoder()
    keras = load_keras()
    inputs = keras.layers.Input((None, PATCH_BANDS))
    x = keras.layers.Reshape((-1, PATCH_BANDS, 1))(inputs)
    x = encoder.get_layer("batch_normalization")(x)
    outputs = []
    for block in range(1, _LAYERS + 1):
        for name in (f"{block}CNN", f"batch_normalization_{block}", f"pool_{block}"):
            x = encoder.get_layer(name)(x)
        outputs.append(x)
    network = keras.Model(inputs, outputs)
    network.trainable = False
    return network


def transfer_style(
    mel: np.ndarray,
    grams: list[np.ndarray],
    *,
    steps: int = STEPS,
    progress: Callable[[], object] = lambda: None,
) -> np.ndarray:
    """Optimize a mel spectrogram by L-BFGS, starting from itself.

    The loss is that of Gatys, Ecker and Bethge, "Image style transfer using convolutional neural
    networks" (2016), with each term divided by the squared norm of what is wanted. A long
    spectrogram is optimized in parts of equal length.

    Parameters
    ----------
    mel
        As from `encoder_mel`, shape (frames, 96).
    grams
        Wanted Gram matrices, as `StyleTarget.grams`.
    progress
        Called after each step of each part.

    Returns
    -------
    numpy.ndarray, shape (frames, 96)
    """
    network = style_network()
    import tensorflow as tf  # noqa: PLC0415

    @tf.function(autograph=False)
    def loss_and_gradient(mel, content):
        with tf.GradientTape() as tape:
            tape.watch(mel)
            outputs = network(mel[None])
            style = [_distance(_gram(x), gram) for x, gram in zip(outputs, grams, strict=True)]
            loss = tf.add_n(style) / len(style)
            loss += CONTENT_WEIGHT * _distance(outputs[_CONTENT], content)
        return loss, tape.gradient(loss, mel)

    parts = -(-len(mel) // _PART)
    size = -(-len(mel) // (parts * _POOLED)) * _POOLED  # the pools drop what does not fill one
    padded = np.pad(mel, ((0, parts * size - len(mel)), (0, 0)), mode="edge")
    converted = []
    for part in np.split(padded, parts):
        content = network(part[None])[_CONTENT]

        def objective(x, content=content, shape=part.shape):
            loss, gradient = loss_and_gradient(tf.constant(x.reshape(shape), tf.float32), content)
            return float(loss), gradient.numpy().ravel().astype(float)

        found = minimize(
            objective,
            part.ravel(),
            jac=True,
            method="L-BFGS-B",
            bounds=Bounds(0, np.inf),
            options={"maxiter": steps},
            callback=lambda _: progress(),
        )
        converted.append(found.x.reshape(part.shape).astype(np.float32))
    return np.concatenate(converted)[: len(mel)]


def _gram(x):
    """Gram matrix of a layer's output, shape (1, times, bands, filters), mean over places."""
    ops = load_keras().ops
    flat = ops.reshape(x, (-1, x.shape[-1]))
    return ops.matmul(ops.transpose(flat), flat) / ops.cast(ops.shape(flat)[0], "float32")


def _distance(found, wanted):
    ops = load_keras().ops
    return ops.sum(ops.square(found - wanted)) / ops.sum(ops.square(wanted))


def _match_bands(mel: np.ndarray, target: StyleTarget) -> np.ndarray:
    mean, deviation = target.bands
    stretch = np.clip(deviation / np.maximum(mel.std(axis=0), 1e-3), *_SPREAD)
    return np.maximum((mel - mel.mean(axis=0)) * stretch + mean, 0)


def _replace_drums(y: np.ndarray, target: StyleTarget) -> np.ndarray:
    """The song's harmonic part, with the percussive part of the song of nearest tempo."""
    tempo = Spectra(y, SAMPLE_RATE).tempo()
    rates = [_stretch_rate(tempo, other) for other in target.tempi]
    nearest = int(np.argmin(np.abs(np.log(rates))))
    harmonic, percussive = _harmonic_percussive(y)
    other_harmonic, drums = _harmonic_percussive(target.songs[nearest])
    drums = drums * (_rms(harmonic) / max(_rms(other_harmonic), 1e-9))
    if rates[nearest] != 1:
        drums = librosa.effects.time_stretch(drums, rate=rates[nearest])
    return harmonic + _align(drums, percussive)


def _stretch_rate(tempo: float, other: float) -> float:
    """How much faster another song must be played; twice the tempo counts as the same."""
    if not tempo or not other:
        return 1.0
    octaves = np.log2(tempo / other)
    return float(2 ** (octaves - np.round(octaves)))


def _harmonic_percussive(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Harmonic and percussive part (Fitzgerald 2010), which add up to the signal."""
    harmonic = librosa.effects.harmonic(y, margin=1.0)
    return harmonic, y - harmonic


def _align(drums: np.ndarray, percussive: np.ndarray) -> np.ndarray:
    """Repeat drums to the length of the part that they replace, shifted so that onsets agree."""
    own, other = (
        librosa.onset.onset_strength(y=part, sr=SAMPLE_RATE, hop_length=_HOP)
        for part in (percussive, drums)
    )
    frames = np.arange(len(own))
    shifts = range(min(len(other), 2 * SAMPLE_RATE // _HOP))
    fits = [float(own @ other[(frames + shift) % len(other)]) for shift in shifts]
    return np.resize(np.roll(drums, -int(np.argmax(fits)) * _HOP), len(percussive))


def _rms(y: np.ndarray) -> float:
    return float(np.sqrt(np.mean(y**2, dtype=np.float64)))
