"""Decode audio files of any kind to mono, float32, 22050 Hz; measure and segment them."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile as sf
import soxr

from genre_utils.audio.containers import NOT_AUDIO, AudioError, Container

SAMPLE_RATE = 22050
SEGMENT_SECONDS = 3.0
MIN_SECONDS = 0.5
AUDIO_SUFFIXES = frozenset(
    {".wav", ".au", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".opus"}
    | {".m4a", ".m4b", ".aac", ".ac3", ".alac", ".amr", ".ape", ".dsf", ".mka", ".mpc", ".tta"}
    | {".wma", ".wv", ".mp4", ".mkv", ".mov", ".webm", ".avi"}
)
# Encrypted purchases, or notes without sound.
UNREADABLE_SUFFIXES = frozenset({".m4p", ".aax", ".aaxc", ".mid", ".midi"})
LONG_SECONDS = 240.0  # longer files are processed block by block

# Below this share of the channels' energy, they cancel each other in their mean.
CANCELLED = 1e-3
QUIET = 10 ** (-60 / 20)
FULL_SCALE = 0.999
_LEVEL_FRAME = 512
_BLOCK_FRAMES = 1 << 18
_RATES = range(1000, 768_001)
# libsndfile reads as much of a cut file as there is, and says so only in its log.
_SHORTENED = re.compile(
    r"^\s*(?:data|Data Size|SSND)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE
)
# What writers put into a header while they do not know the length.
_PLACEHOLDER = 0x7FFFF000


def load_audio(path: str | Path | BinaryIO, sr: int = SAMPLE_RATE) -> np.ndarray:
    """Decode a file that libsndfile (wav, flac, ogg, mp3, ...) or FFmpeg (m4a, wma, ...) reads.

    Returns
    -------
    numpy.ndarray, shape (samples,), float32
        The mean of the channels, resampled to `sr`, nominally within [-1, 1]. Where the channels
        cancel each other (the mean has less than a thousandth of their energy, as when one is
        wired the wrong way round), the loudest of them alone.

    Raises
    ------
    AudioError
        If the file is missing, empty, not audio, shorter than half a second, silent, or not finite.
    """
    y, rate = decode(path)
    check_signal(y, rate)
    if rate != sr:
        y = soxr.resample(y, rate, sr, quality="HQ")
    return np.ascontiguousarray(y, dtype=np.float32)


def decode(path: str | Path | BinaryIO) -> tuple[np.ndarray, int]:
    """Signal at the file's own sampling rate, and that rate; the signal is not checked."""
    balance, blocks, rate = Balance(), [], 0
    for rate, block in read_blocks(path):  # noqa: B007
        blocks.append(mix_down(block))
        balance.add(block, blocks[-1])
    if (channel := balance.instead_of_mean) is not None:
        blocks = [block[:, channel] for _, block in read_blocks(path)]
    return np.concatenate(blocks), rate


def stream_audio(
    path: str | Path | BinaryIO, sr: int = SAMPLE_RATE, *, channel: int | None = None
) -> Iterator[np.ndarray]:
    """Yield blocks of the signal that `load_audio` returns, or of one `channel`, without checks."""
    resampler = None
    for rate, block in read_blocks(path):
        mono = mix_down(block) if channel is None else np.ascontiguousarray(block[:, channel])
        if rate == sr:
            yield mono
            continue
        if resampler is None:
            resampler = soxr.ResampleStream(rate, sr, 1, dtype="float32", quality="HQ")
        yield resampler.resample_chunk(mono)
    if resampler is not None:
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def mix_down(block: np.ndarray) -> np.ndarray:
    """Mean of the channels, shape (frames,)."""
    with np.errstate(invalid="ignore", over="ignore"):
        if block.shape[1] == 2:  # the same digits, forty times as fast
            return (block[:, 0] + block[:, 1]) / np.float32(2)
        return block.mean(axis=1)


class Balance:
    """Energy of the channels and of their mean, while a file is read."""

    def __init__(self) -> None:
        self._of_mean, self._of_channels = 0.0, np.zeros(1)

    def add(self, block: np.ndarray, mean: np.ndarray) -> None:
        """Add a block, shape (frames, channels), and its mean, shape (frames,)."""
        if block.shape[1] > 1:
            self._of_mean += np.einsum("i,i->", mean, mean, dtype=np.float64)
            energy = np.einsum("ij,ij->j", block, block, dtype=np.float64)
            self._of_channels = self._of_channels + energy

    @property
    def instead_of_mean(self) -> int | None:
        """The loudest channel if they cancel each other, else None."""
        if self._of_mean < CANCELLED * self._of_channels.mean():
            return int(self._of_channels.argmax())
        return None


def duration(path: str | Path | BinaryIO) -> float:
    """Length of a file in seconds by its header; 0 if that has none."""
    try:
        info = sf.info(_for_libsndfile(path))
        return info.frames / info.samplerate
    except (sf.LibsndfileError, TypeError, OSError):
        pass
    finally:
        if hasattr(path, "seek"):
            path.seek(0)
    try:
        with _container(path) as container:
            return container.seconds
    except (AudioError, OSError):
        return 0.0


def read_blocks(path: str | Path | BinaryIO) -> Iterator[tuple[int, np.ndarray]]:
    """Yield rate in Hz and blocks, shape (frames, channels), float32; the first is empty."""
    try:
        file = _sound_file(_not_empty(path))
        if file is None:
            with _container(path) as container:
                rate = _of_music(container.rate)
                yield rate, np.zeros((0, container.channels), np.float32)
                yield from ((rate, block) for block in container.blocks())
            return
        with file:
            rate = _of_music(file.samplerate)
            yield rate, np.zeros((0, file.channels), np.float32)
            # Block by block, because a header can claim more than the file or the memory holds; not
            # by `blocks`, which goes on to the claimed end, repeating what it read last.
            while len(block := file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)):
                yield rate, block
    except FileNotFoundError as error:
        name = Path(path).name if isinstance(path, str | Path) else "the file"
        raise AudioError(f"{name} does not exist") from error
    except sf.LibsndfileError as error:
        raise AudioError(NOT_AUDIO) from error
    except OSError as error:
        raise AudioError(f"the file cannot be read ({error.strerror or error})") from error


def _sound_file(path: str | Path | BinaryIO) -> sf.SoundFile | None:
    """The file, open; None if libsndfile does not know its format."""
    try:
        return sf.SoundFile(_for_libsndfile(path))
    except (sf.LibsndfileError, TypeError):
        return None


@contextmanager
def _container(path: str | Path | BinaryIO) -> Iterator[Container]:
    with ExitStack() as opened:
        if isinstance(path, str | Path):
            path = opened.enter_context(Path(path).open("rb"))
        path.seek(0)
        yield opened.enter_context(Container(path))
        path.seek(0)


def _of_music(rate: int) -> int:
    if rate not in _RATES:
        raise AudioError(f"a sampling rate of {rate} Hz is not that of music")
    return rate


def count_unreadable(paths: Iterable[Path]) -> dict[str, int]:
    """Number of files of each ending that is encrypted, or notes; hidden ones do not count."""
    endings = (path.suffix.lower() for path in paths if not path.name.startswith("."))
    return dict(sorted(Counter(e for e in endings if e in UNREADABLE_SUFFIXES).items()))


def format_unreadable(counts: Mapping[str, int]) -> str:
    """The counts of `count_unreadable` as a phrase of a message."""
    kinds = ", ".join(f"{count} {ending}" for ending, count in counts.items())
    files = "1 file was" if sum(counts.values()) == 1 else f"{sum(counts.values())} files were"
    return f"{files} not read, because such files are encrypted, or notes and no sound ({kinds})"


def _for_libsndfile(path: str | Path | BinaryIO) -> Path | BinaryIO | bytes:
    if not isinstance(path, str | Path):
        return path
    return Path(path) if os.name == "nt" else os.fsencode(path)


def _not_empty(path: str | Path | BinaryIO) -> str | Path | BinaryIO:
    if not isinstance(path, str | Path):
        size = path.seek(0, os.SEEK_END)
        path.seek(0)
    else:
        about = Path(path).stat()
        if stat.S_ISDIR(about.st_mode):
            raise AudioError(f"{Path(path).name} is a folder, not an audio file")
        if not stat.S_ISREG(about.st_mode):
            raise AudioError("a pipe or device, not an audio file")
        size = about.st_size
    if not size:
        raise AudioError("the file is empty")
    return path


def check_signal(y: np.ndarray, sr: int) -> np.ndarray:
    """Return a signal; `AudioError` if it is not mono, too short, not finite or silent."""
    if y.ndim != 1:
        raise AudioError(f"expected a mono signal of shape (samples,), got {y.shape}")
    check_sound(len(y), sr, finite=bool(np.isfinite(y).all()), silent=not y.any())
    return y


def check_sound(samples: int, sr: int, *, finite: bool, silent: bool) -> None:
    """Check as `check_signal` does, knowing no more than this of a signal."""
    if samples < MIN_SECONDS * sr:
        length = "1 sample" if samples == 1 else f"{samples} samples"
        raise AudioError(
            f"too short: {samples / sr:.3g} s ({length}), at least {MIN_SECONDS} s are needed"
        )
    if not finite:
        raise AudioError("some samples are not finite numbers")
    if silent:
        raise AudioError(f"silent: all {samples / sr:.3g} s are zero")


def find_truncation(path: str | Path | BinaryIO) -> str | None:
    """A phrase about a file that ends before its header says, else None."""
    if (file := _sound_file(path)) is None:
        return None
    with file:
        found = _SHORTENED.search(file.extra_info)
    if not found:
        return None
    present, announced = sorted(map(int, found.groups()))
    if announced >= _PLACEHOLDER:
        return None
    share = min(99, round(100 * present / announced))
    return f"truncated: {share} % of the announced sound is there, and was used"


def split_segments(
    y: np.ndarray, sr: int = SAMPLE_RATE, seconds: float = SEGMENT_SECONDS
) -> np.ndarray:
    """Cut a signal into segments without overlap, shape (segments, int(seconds * sr)); a view."""
    samples = int(seconds * sr)
    if samples < 1:
        raise AudioError(f"a segment of {seconds} s at {sr} Hz has no samples")
    segments = len(y) // samples
    return y[: segments * samples].reshape(segments, samples)


@dataclass(frozen=True)
class AudioInfo:
    """A file at its own sampling rate.

    Attributes
    ----------
    clipped
        Share of the samples at full scale, of the channel that has most.
    quiet
        Share of the time in which all channels together are quieter than -60 dB.
    instead_of_mean
        The channel that `load_audio` takes if the channels cancel each other, else None.
    """

    rate: int
    channels: int
    samples: int
    clipped: float
    quiet: float
    instead_of_mean: int | None

    @property
    def seconds(self) -> float:
        return self.samples / self.rate


def audio_info(path: str | Path | BinaryIO) -> AudioInfo:
    """Decode a file block by block, and measure it."""
    balance, samples, frames, quiet = Balance(), 0, 0, 0
    rate, channels, clipped = 0, 0, np.zeros(1)
    silent, finite = True, True
    for rate, block in read_blocks(path):  # noqa: B007
        channels = block.shape[1]
        samples += len(block)
        mean = mix_down(block)
        balance.add(block, mean)
        finite &= bool(np.isfinite(mean).all())
        silent &= not block.any()
        if len(block) and max(block.max(), -block.min()) >= FULL_SCALE:
            clipped = clipped + (np.abs(block) >= FULL_SCALE).sum(axis=0)
        whole = len(block) // _LEVEL_FRAME * _LEVEL_FRAME
        with np.errstate(invalid="ignore", over="ignore"):
            squares = np.square(block[:whole].reshape(-1, _LEVEL_FRAME * channels))
            level = np.sqrt(squares.mean(axis=1))
        frames += len(level)
        quiet += int((level < QUIET).sum())
    check_sound(samples, rate, finite=finite, silent=silent)
    return AudioInfo(
        rate,
        channels,
        samples,
        float(clipped.max() / samples),
        quiet / max(frames, 1),
        balance.instead_of_mean,
    )
