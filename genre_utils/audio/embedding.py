"""What ears that heard other music make of a signal: the pretrained encoder at work.

The encoder is MSD_vgg of the package musicnn 0.1.0 (Pons and Serra, "musicnn: pre-trained
convolutional neural networks for music audio tagging", 2019), a network that was trained to tag
songs of the Million Song Dataset. It is run as ONNX, so that neither TensorFlow nor its checkpoint
is needed to listen.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import platformdirs
import scipy.fft
import soxr

from genre_utils.audio.decoding import (
    LONG_SECONDS,
    SAMPLE_RATE,
    SEGMENT_SECONDS,
    check_signal,
    check_sound,
    duration,
    load_audio,
    stream_audio,
)
from genre_utils.audio.surveying import Survey, survey
from genre_utils.files import file_digest

ENCODER_VARIABLE = "GENRE_UTILS_ENCODER"
HOW_TO_GET_THE_ENCODER = "Get it once: genre download encoder (29 MB)."
_MISSING = f"The pretrained encoder is not there. {HOW_TO_GET_THE_ENCODER}"
ENCODER_RATE = 16000
PATCH_FRAMES = 187
PATCH_BANDS = 96
EMBEDDING_COLUMNS = tuple(f"e{i:03d}" for i in range(256))
LAYER_COLUMNS = tuple(f"l{i:03d}" for i in range(640))
TAGS = (
    "rock|pop|alternative|indie|electronic|female vocalists|dance|00s|alternative rock|jazz|"
    "beautiful|metal|chillout|male vocalists|classic rock|soul|indie rock|Mellow|electronica|80s|"
    "folk|90s|chill|instrumental|punk|oldies|blues|hard rock|ambient|acoustic|experimental|"
    "female vocalist|guitar|Hip-Hop|70s|party|country|easy listening|sexy|catchy|funk|electro|"
    "heavy metal|Progressive rock|60s|rnb|indie pop|sad|House|happy"
).split("|")
# The level is part of what the encoder hears, so every signal is brought to one.
LOUDNESS = 0.1

_N_FFT = 512
_HOP = 256
_PIECE_FRAMES = SEGMENT_SECONDS * ENCODER_RATE / _HOP
_BLOCK = 1 << 18  # samples whose spectra are held at a time


class EncoderMissing(RuntimeError):  # noqa: N818
    """The encoder is not there or cannot be used; the message says how to get it."""


class Heard(NamedTuple):
    """What the encoder makes of a signal, a row a piece of 3 s.

    Attributes
    ----------
    embedding
        What its last layer of pools holds, shape (pieces, 256).
    tags
        Probability of each of `TAGS`, shape (pieces, 50).
    layers
        Means over time and frequency of its five layers of pools, shape (pieces, 640).
    """

    embedding: np.ndarray
    tags: np.ndarray
    layers: np.ndarray


def encoder_path() -> Path:
    """Where the encoder is kept: ``GENRE_UTILS_ENCODER``, or the user's folder for data."""
    named = os.environ.get(ENCODER_VARIABLE)
    return (
        Path(named) if named else Path(platformdirs.user_data_dir("genre_utils"), "encoder-1.onnx")
    )


def is_encoder(path: Path) -> bool:
    """Whether a file is there and an encoder."""
    try:
        _session(path)
    except EncoderMissing:
        return False
    return True


def encoder_digest() -> str:
    """SHA-256 of the encoder, upon which all that it hears depends.

    Raises
    ------
    EncoderMissing
        If there is none.
    """
    try:
        return file_digest(encoder_path())
    except OSError as error:
        raise EncoderMissing(_MISSING) from error


def embed(y: np.ndarray) -> Heard:
    """Hear a signal.

    Parameters
    ----------
    y
        Signal at 22050 Hz, shape (samples,). It is brought to one loudness first.

    Returns
    -------
    Heard
        A row a piece of 3 s; the last one overlaps the one before it where the signal ends. A
        signal of less than 3 s is repeated.

    Raises
    ------
    EncoderMissing
        If there is no encoder.
    AudioError
        As `check_signal`.
    """
    check_signal(y, SAMPLE_RATE)
    return _joined(embed_stream([y], gain_to(_rms([y]))))


def embed_file(path: str | Path | BinaryIO, found: Survey | None = None) -> Heard:
    """Hear a file of any length; see `embed`.

    Parameters
    ----------
    path
        As in `load_audio`. Files of more than four minutes are read block by block.
    found
        What `survey` found, if that was asked already.

    Raises
    ------
    EncoderMissing
        If there is no encoder.
    AudioError
        As `load_audio`.
    """
    if (found.seconds if found else duration(path)) <= LONG_SECONDS:
        return embed(load_audio(path))
    channel = (found or survey(path)).instead_of_mean
    gain = gain_to(_rms(stream_audio(path, channel=channel)))
    return _joined(embed_stream(stream_audio(path, channel=channel), gain))


def encoder_patches(path: str | Path | BinaryIO) -> np.ndarray:
    """What the encoder is given of a file, for those who train it on.

    Parameters
    ----------
    path
        As in `load_audio`; a file that fits the memory.

    Returns
    -------
    numpy.ndarray, shape (pieces, 187, 96), float32
        Mel spectrograms of the same pieces, as `log_mel` makes them, that `embed_file` hears.

    Raises
    ------
    AudioError
        As `load_audio`.
    """
    y = load_audio(path)
    return np.stack(list(_patches(log_mel(_resampled([y], gain_to(_rms([y])))))))


def gain_to(rms: float, loudness: float = LOUDNESS) -> float:
    """By what to multiply a signal of a root mean square to bring it to another."""
    return loudness / max(rms, 1e-9)


def embed_stream(pieces: Iterable[np.ndarray], gain: float = 1.0) -> Iterator[Heard]:
    """Hear a signal that comes in arrays of any lengths, in some memory however long it is.

    Parameters
    ----------
    pieces
        The signal at 22050 Hz, from its beginning.
    gain
        By what it is multiplied, as from `gain_to`.

    Yields
    ------
    Heard
        A piece of 3 s; all together as from `embed`.
    """
    for patch in _patches(log_mel(_resampled(pieces, gain))):
        yield _run(patch[None])


def log_mel(pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Mel spectrogram as the encoder knows it: librosa's, and the logarithm of 1 + 10000 of it.

    Parameters
    ----------
    pieces
        A signal at 16000 Hz, in arrays of any lengths.

    Yields
    ------
    numpy.ndarray, shape (frames, 96), float32
        One after the other the frames of the whole signal, one every 16 ms.
    """
    held = np.zeros(_N_FFT // 2, np.float32)
    for piece in chain(_cut(pieces), [np.zeros(_N_FFT // 2, np.float32)]):
        held = np.concatenate([held, piece])
        if len(held) >= _N_FFT:
            frames = np.lib.stride_tricks.sliding_window_view(held, _N_FFT)[::_HOP]
            power = np.abs(scipy.fft.rfft(frames * _window())) ** 2
            yield np.log10(10000 * (power @ _bank()) + 1)
            held = held[len(frames) * _HOP :]


def _cut(pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    for piece in pieces:
        for start in range(0, len(piece), _BLOCK):
            yield piece[start : start + _BLOCK]


def _resampled(pieces: Iterable[np.ndarray], gain: float) -> Iterator[np.ndarray]:
    """The signal at the encoder's rate, multiplied."""
    resampler = soxr.ResampleStream(SAMPLE_RATE, ENCODER_RATE, 1, dtype="float32", quality="HQ")
    for piece in _cut(pieces):
        yield resampler.resample_chunk(piece * np.float32(gain))
    yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def _patches(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Cut frames into pieces of 3 s, shape (187, 96)."""
    held, first, done = np.zeros((0, PATCH_BANDS), np.float32), 0, 0
    for block in blocks:
        held = np.concatenate([held, block])
        while (start := _start_of(done)) + PATCH_FRAMES <= first + len(held):
            yield held[start - first : start - first + PATCH_FRAMES]
            done += 1
        drop = len(held) - PATCH_FRAMES
        if drop > 0:
            held, first = held[drop:], first + drop
    frames = first + len(held)
    if done < max(1, round(frames / _PIECE_FRAMES)):
        yield held if len(held) == PATCH_FRAMES else np.resize(held, (PATCH_FRAMES, PATCH_BANDS))


def _start_of(piece: int) -> int:
    """First frame of a piece."""
    return int(piece * _PIECE_FRAMES + 0.5)


def _rms(pieces: Iterable[np.ndarray]) -> float:
    """Root mean square of a signal; says so where it is silent or too short to be heard."""
    energy, samples = 0.0, 0
    for piece in pieces:
        energy += np.einsum("i,i->", piece, piece, dtype=np.float64)
        samples += len(piece)
    check_sound(samples, SAMPLE_RATE, finite=bool(np.isfinite(energy)), heard=energy > 0)
    return float(np.sqrt(energy / samples))


def _joined(parts: Iterable[Heard]) -> Heard:
    return Heard(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _run(patches: np.ndarray) -> Heard:
    session = _session(encoder_path())
    return Heard(*session.run(None, {session.get_inputs()[0].name: patches}))


@cache
def _session(path: Path):
    """The encoder, opened once a process, and found to be one."""
    import onnxruntime  # noqa: PLC0415  (slow to import)

    if not path.is_file():
        raise EncoderMissing(_MISSING)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Processes beside each other say so, that they do not all take all cores; 0: all.
    threads = os.environ.get("OMP_NUM_THREADS", "")
    options.intra_op_num_threads = int(threads) if threads.isdecimal() else 0
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        blank = np.zeros((1, PATCH_FRAMES, PATCH_BANDS), np.float32)
        shapes = [found.shape for found in session.run(None, {session.get_inputs()[0].name: blank})]
    except Exception as error:  # its errors have no common class of their own
        raise EncoderMissing(f"{path} cannot be read. {HOW_TO_GET_THE_ENCODER}") from error
    wanted = [(1, len(names)) for names in (EMBEDDING_COLUMNS, TAGS, LAYER_COLUMNS)]
    if shapes != wanted:
        raise EncoderMissing(f"{path} is not the encoder. {HOW_TO_GET_THE_ENCODER}")
    return session


@cache
def _bank() -> np.ndarray:
    """`librosa.filters.mel`, without the second that importing librosa takes; shape (257, 96).

    Triangles on the mel scale of Slaney, "Auditory toolbox" (1998), linear below 1000 Hz and
    logarithmic above; each of area 1 over Hz.
    """
    step = np.log(6.4) / 27
    top = 15 + np.log(ENCODER_RATE / 2 / 1000) / step
    mel = np.linspace(0, top, PATCH_BANDS + 2)
    edges = np.where(mel < 15, 200 / 3 * mel, 1000 * np.exp(step * (mel - 15)))
    hz = np.linspace(0, ENCODER_RATE / 2, _N_FFT // 2 + 1)[:, None]
    rising = (hz - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - hz) / np.diff(edges)[1:]
    weights = np.maximum(0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2])
    return weights.astype(np.float32)


@cache
def _window() -> np.ndarray:
    """Hann's, periodic."""
    return np.hanning(_N_FFT + 1)[:-1].astype(np.float32)
