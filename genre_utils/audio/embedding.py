"""Embeddings of signals by the pretrained encoder.

The encoder is MSD_vgg of the package musicnn 0.1.0 (Pons and Serra, "musicnn: pre-trained
convolutional neural networks for music audio tagging", 2019), trained to tag songs of the Million
Song Dataset. It is run as ONNX, so that neither TensorFlow nor its checkpoint is needed.
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
    AudioInfo,
    audio_info,
    check_signal,
    check_sound,
    duration,
    load_audio,
    stream_audio,
)
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
# The encoder depends on the level, so every signal is brought to this root mean square.
LOUDNESS = 0.1

_N_FFT = 512
_HOP = 256
_SEGMENT_FRAMES = SEGMENT_SECONDS * ENCODER_RATE / _HOP
_BLOCK = 1 << 18  # samples whose spectra are held at a time


class EncoderMissing(RuntimeError):  # noqa: N818
    """The encoder is not there or cannot be used; the message says how to get it."""


class Embedding(NamedTuple):
    """Outputs of the encoder, one row per segment of 3 s.

    Attributes
    ----------
    embedding
        The last pooling layer, shape (segments, 256).
    tags
        Probability of each of `TAGS`, shape (segments, 50).
    layers
        Means over time and frequency of its five pooling layers, shape (segments, 640).
    """

    embedding: np.ndarray
    tags: np.ndarray
    layers: np.ndarray


def encoder_path() -> Path:
    """File of the encoder: ``GENRE_UTILS_ENCODER``, or in the user's folder for data."""
    named = os.environ.get(ENCODER_VARIABLE)
    return (
        Path(named) if named else Path(platformdirs.user_data_dir("genre_utils"), "encoder-1.onnx")
    )


def second_encoder_path() -> Path:
    """File of the encoder trained on MagnaTagATune, beside `encoder_path`."""
    first = encoder_path()
    return first.with_stem(f"{first.stem}-mtt")


def is_encoder(path: Path) -> bool:
    """Whether a file is there and an encoder."""
    try:
        _session(path)
    except EncoderMissing:
        return False
    return True


def encoder_digest(path: Path | None = None) -> str:
    """SHA-256 of the encoder's file, or of another encoder's."""
    try:
        return file_digest(path or encoder_path())
    except OSError as error:
        raise EncoderMissing(_MISSING) from error


def embed(y: np.ndarray) -> Embedding:
    """Embed a signal at 22050 Hz, shape (samples,); it is brought to one loudness first.

    One row per segment of 3 s. The last overlaps the one before it; a shorter signal is repeated.

    Raises
    ------
    EncoderMissing
        If there is no encoder.
    AudioError
        As `check_signal`.
    """
    check_signal(y, SAMPLE_RATE)
    return _joined(embed_stream([y], gain_to(_rms([y]))))


def embed_file(path: str | Path | BinaryIO, info: AudioInfo | None = None) -> Embedding:
    """Embed a file of any length, as `embed` does; `info` saves decoding it once more."""
    if (info.seconds if info else duration(path)) <= LONG_SECONDS:
        return embed(load_audio(path))
    channel = (info or audio_info(path)).instead_of_mean
    gain = gain_to(_rms(stream_audio(path, channel=channel)))
    return _joined(embed_stream(stream_audio(path, channel=channel), gain))


def encoder_patches(path: str | Path | BinaryIO) -> np.ndarray:
    """Input of the encoder for a file, shape (segments, 187, 96), float32, to fine-tune it."""
    y = load_audio(path)
    return np.stack(list(_patches(log_mel(_resampled([y], gain_to(_rms([y])))))))


def embed_by_second(path: str | Path | BinaryIO) -> np.ndarray:
    """Embedding of a file, shape (segments, 256), by the encoder trained on MagnaTagATune.

    Raises
    ------
    EncoderMissing, AudioError
        As `embed_file`.
    """
    session = _session(second_encoder_path())
    patches = encoder_patches(path)
    return np.concatenate([session.run(None, {"log_mel": each[None]})[0] for each in patches])


def gain_to(rms: float, loudness: float = LOUDNESS) -> float:
    """Factor that brings a signal from one root mean square to another."""
    return loudness / max(rms, 1e-9)


def embed_stream(blocks: Iterable[np.ndarray], gain: float = 1.0) -> Iterator[Embedding]:
    """Embed a signal at 22050 Hz in blocks of any lengths, times `gain`; yield each segment."""
    for patch in _patches(log_mel(_resampled(blocks, gain))):
        yield _run(patch[None])


def log_mel(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the encoder's mel spectrogram, log10(1 + 10000 power), shape (frames, 96), every 16 ms.

    The blocks are of a signal at 16000 Hz.
    """
    held = np.zeros(_N_FFT // 2, np.float32)
    for block in chain(_cut(blocks), [np.zeros(_N_FFT // 2, np.float32)]):
        held = np.concatenate([held, block])
        if len(held) >= _N_FFT:
            frames = np.lib.stride_tricks.sliding_window_view(held, _N_FFT)[::_HOP]
            power = np.abs(scipy.fft.rfft(frames * _window())) ** 2
            yield np.log10(10000 * (power @ _bank()) + 1)
            held = held[len(frames) * _HOP :]


def _cut(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    for block in blocks:
        for start in range(0, len(block), _BLOCK):
            yield block[start : start + _BLOCK]


def _resampled(blocks: Iterable[np.ndarray], gain: float) -> Iterator[np.ndarray]:
    resampler = soxr.ResampleStream(SAMPLE_RATE, ENCODER_RATE, 1, dtype="float32", quality="HQ")
    for block in _cut(blocks):
        yield resampler.resample_chunk(block * np.float32(gain))
    yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def _patches(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Cut frames into segments of 3 s, shape (187, 96)."""
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
    if done < max(1, round(frames / _SEGMENT_FRAMES)):
        yield held if len(held) == PATCH_FRAMES else np.resize(held, (PATCH_FRAMES, PATCH_BANDS))


def _start_of(segment: int) -> int:
    return int(segment * _SEGMENT_FRAMES + 0.5)


def _rms(blocks: Iterable[np.ndarray]) -> float:
    """Root mean square of a signal, checked as by `check_signal`."""
    energy, samples = 0.0, 0
    for block in blocks:
        energy += np.einsum("i,i->", block, block, dtype=np.float64)
        samples += len(block)
    check_sound(samples, SAMPLE_RATE, finite=bool(np.isfinite(energy)), silent=energy == 0)
    return float(np.sqrt(energy / samples))


def _joined(parts: Iterable[Embedding]) -> Embedding:
    return Embedding(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _run(patches: np.ndarray) -> Embedding:
    session = _session(encoder_path())
    return Embedding(*session.run(None, {session.get_inputs()[0].name: patches}))


@cache
def _session(path: Path):
    """The encoder, opened once per process, and checked."""
    import onnxruntime  # noqa: PLC0415  (slow to import)

    if not path.is_file():
        raise EncoderMissing(_MISSING)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Set by joblib in its processes, so that not each takes all cores; 0: all.
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
    """`librosa.filters.mel`, without importing librosa, which is slow; shape (257, 96).

    Triangles of area 1 over Hz on the mel scale of Slaney, "Auditory toolbox" (1998).
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
