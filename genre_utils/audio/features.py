"""The 57 features of the published table, MFCC frames and log-mel frames of one signal.

The definitions are librosa's of the time the table was made: frames of 2048 samples every 512,
centered, the edges padded by reflection. All features come from one short-time Fourier transform.
"""

from __future__ import annotations

from functools import cache, cached_property

import librosa
import numpy as np
import pandas as pd
import scipy.fft

from genre_utils.audio.decoding import SAMPLE_RATE, check_signal
from genre_utils.audio.kernels import load_librosa, running_medians

N_FFT = 2048
HOP_LENGTH = 512
N_MELS = 128
N_MFCC = 20
HPSS_KERNEL = 31
# Frames that are processed at a time, because all of a long recording would not fit.
_BLOCK = 4096

_SUMMARIZED = (
    "chroma_stft rms spectral_centroid spectral_bandwidth rolloff zero_crossing_rate "
    "harmony perceptr"
).split()
_CEPSTRAL = [f"mfcc{i}" for i in range(1, N_MFCC + 1)]


def _with_moments(names: list[str]) -> list[str]:
    return [f"{name}_{moment}" for name in names for moment in ("mean", "var")]


FEATURE_COLUMNS: tuple[str, ...] = (
    *_with_moments(_SUMMARIZED),
    "tempo",
    *_with_moments(_CEPSTRAL),
)

FEATURE_GROUPS: dict[str, tuple[str, ...]] = {
    "timbre": tuple(c for c in FEATURE_COLUMNS if c.startswith("mfcc")),
    "brightness": tuple(
        c for c in FEATURE_COLUMNS if c.startswith(("spectral", "rolloff", "zero_crossing"))
    ),
    "harmony": tuple(c for c in FEATURE_COLUMNS if c.startswith(("chroma", "harmony"))),
    "percussion": tuple(c for c in FEATURE_COLUMNS if c.startswith("perceptr")),
    "loudness": tuple(c for c in FEATURE_COLUMNS if c.startswith("rms")),
    "rhythm": ("tempo",),
}


def extract_features(y: np.ndarray, sr: int = SAMPLE_RATE) -> pd.Series:
    """The 57 features of a mono signal within [-1, 1], as in the published tables.

    Returns
    -------
    pandas.Series, float64, index `FEATURE_COLUMNS`
        Mean and population variance over frames; for ``harmony`` and ``perceptr`` over samples.
        Frequencies in Hz, tempo in beats per minute.

    Raises
    ------
    AudioError
        As `check_signal`.

    Examples
    --------
    >>> t = np.arange(3 * 22050) / 22050
    >>> float(extract_features(np.sin(2 * np.pi * 440 * t))["spectral_centroid_mean"]) // 10
    44.0
    """
    spectra = Spectra(y, sr)
    # What follows the last whole frame is zero, as in the librosa that made the table.
    harmonic, percussive = (librosa.util.fix_length(x, size=len(y)) for x in spectra.hpss())
    frames = {
        "chroma_stft": spectra.chroma(),
        "rms": spectra.rms(),
        **spectra.spectral_shape(),
        "zero_crossing_rate": spectra.zero_crossing_rate(),
        "harmony": harmonic,
        "perceptr": percussive,
    }
    values: dict[str, float] = {}
    for name, frame in frames.items():
        values |= moments(name, frame)
    values["tempo"] = spectra.tempo()
    for i, coefficient in enumerate(spectra.mfcc(N_MFCC).T, start=1):
        values |= moments(f"mfcc{i}", coefficient)
    return pd.Series(values, index=list(FEATURE_COLUMNS), dtype=np.float64)


def mfcc_frames(y: np.ndarray, sr: int = SAMPLE_RATE, n_mfcc: int = 13) -> np.ndarray:
    """The lowest MFCCs, shape (1 + samples // 512, n_mfcc): 130 x 13 for a segment of 3 s."""
    return Spectra(y, sr).mfcc(n_mfcc)


def mel_frames(y: np.ndarray, sr: int = SAMPLE_RATE) -> np.ndarray:
    """Log-mel spectrogram, shape (1 + samples // 512, 128): dB, at most 80 below the maximum."""
    return Spectra(y, sr).log_mel


def moments(name: str, values: np.ndarray) -> dict[str, float]:
    """Mean and population variance, as columns of the table."""
    return {
        f"{name}_mean": float(np.mean(values, dtype=np.float64)),
        f"{name}_var": float(np.var(values, dtype=np.float64)),
    }


class Spectra:
    """One short-time Fourier transform of a signal, (frames, bins), and its descriptors."""

    def __init__(self, y: np.ndarray, sr: int) -> None:
        y = check_signal(np.asarray(y, dtype=np.float32), sr)
        self._transform(np.pad(y, N_FFT // 2, mode="reflect"), sr, (True, True))

    @classmethod
    def of_part(cls, padded: np.ndarray, sr: int, ends: tuple[bool, bool]) -> Spectra:
        """Spectra of a part, with half a frame more (reflected where `ends` says) on each side."""
        part = cls.__new__(cls)
        part._transform(padded, sr, ends)
        return part

    def _transform(self, padded: np.ndarray, sr: int, ends: tuple[bool, bool]) -> None:
        load_librosa()
        self.padded, self.sr, self.ends = padded, sr, ends
        frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP_LENGTH]
        self.stft = scipy.fft.rfft(frames * _window(), overwrite_x=True)
        self.magnitude = np.abs(self.stft)
        self.power = self.magnitude**2

    def chroma(self) -> np.ndarray:
        """Energy of the 12 pitch classes, the largest of each frame 1; shape (frames, 12)."""
        return self.chroma_at(self.tuning())

    def chroma_at(self, tuning: float) -> np.ndarray:
        """As `chroma`, for a known deviation from A440 in fractions of a semitone."""
        bank = _chroma_bank(self.sr, tuning)
        return librosa.util.normalize(self.power @ bank.T, norm=np.inf, axis=1)

    def tuning(self) -> float:
        """Deviation from A440 in fractions of a semitone, within [-0.5, 0.5)."""
        return tuning_of(*self.peaks())

    def peaks(self) -> tuple[np.ndarray, np.ndarray]:
        """Frequency in Hz and height of the spectral peaks of all frames; shape (peaks,) each."""
        hz_per_bin = self.sr / N_FFT
        low, high = np.ceil(np.array([150.0, 4000.0]) / hz_per_bin).astype(int)
        center = self.power[:, low:high]
        left, right = self.power[:, low - 1 : high - 1], self.power[:, low + 1 : high + 1]
        floor = 0.1 * self.power.max(axis=1, keepdims=True)
        peaks = np.nonzero((center > floor) & (center > left) & (center >= right))
        height, slope = center[peaks], (right[peaks] - left[peaks]) / 2
        curve = left[peaks] + right[peaks] - 2 * height
        shift = np.divide(-slope, curve, out=np.zeros_like(slope), where=abs(slope) < abs(curve))
        height += slope * shift / 2
        return (low + peaks[1] + shift) * hz_per_bin, height

    def rms(self) -> np.ndarray:
        """Root mean square of each frame; shape (frames,)."""
        blocks = self.padded[: len(self.padded) // HOP_LENGTH * HOP_LENGTH].reshape(-1, HOP_LENGTH)
        energy = np.einsum("ij,ij->i", blocks, blocks, dtype=np.float64)
        per_frame = np.convolve(energy, np.ones(N_FFT // HOP_LENGTH), mode="valid")
        return np.sqrt(per_frame / N_FFT)

    def zero_crossing_rate(self) -> np.ndarray:
        """Share of neighboring samples of each frame that differ in sign; shape (frames,)."""
        negative = self.padded < -1e-10
        half = N_FFT // 2  # here the edges are not mirrored, they go on as they are
        if self.ends[0]:
            negative[:half] = negative[half]
        if self.ends[1]:
            negative[-half:] = negative[-half - 1]
        crossings = np.concatenate([[0], np.cumsum(negative[1:] != negative[:-1])])
        starts = np.arange(len(self.magnitude)) * HOP_LENGTH
        return (crossings[starts + N_FFT - 1] - crossings[starts]) / N_FFT

    def spectral_shape(self) -> dict[str, np.ndarray]:
        """Centroid, bandwidth and 85 % rolloff in Hz; shape (frames,) each."""
        hz = np.fft.rfftfreq(N_FFT, 1 / self.sr)
        total, first, second = (
            self.magnitude.astype(np.float64) @ np.column_stack([np.ones_like(hz), hz, hz**2])
        ).T
        audible = total > np.finfo(np.float32).tiny
        centroid = np.divide(first, total, out=np.zeros_like(total), where=audible)
        spread = np.divide(second, total, out=np.zeros_like(total), where=audible) - centroid**2
        cumulated = np.cumsum(self.magnitude, axis=1)
        rolloff = hz[np.count_nonzero(cumulated < 0.85 * cumulated[:, -1:], axis=1)]
        return {
            "spectral_centroid": centroid,
            "spectral_bandwidth": np.sqrt(np.maximum(spread, 0)),
            "rolloff": rolloff,
        }

    def hpss(self) -> tuple[np.ndarray, np.ndarray]:
        """Harmonic and percussive part of the signal; shape (512 * (frames - 1),) each.

        From the middle of the first frame to that of the last. Median filtering (Fitzgerald, DAFx
        2010) with soft masks of power 2, which add up to one.
        """
        harmonic = running_medians(self.magnitude, HPSS_KERNEL)
        turned = np.ascontiguousarray(self.magnitude.T)
        percussive = np.ascontiguousarray(running_medians(turned, HPSS_KERNEL).T)
        scale = np.maximum(harmonic, percussive)
        audible = scale > np.finfo(np.float32).tiny
        scale[~audible] = 1
        harmonic, percussive = (harmonic / scale) ** 2, (percussive / scale) ** 2
        mask = np.divide(
            harmonic, harmonic + percussive, out=np.full_like(scale, 0.5), where=audible
        )
        part = _inverse(self.stft * mask)
        return part, self.padded[N_FFT // 2 : N_FFT // 2 + len(part)] - part

    @property
    def mel(self) -> np.ndarray:
        """Mel spectrogram, power; shape (frames, 128)."""
        return self.power @ _mel_bank(self.sr).T

    @cached_property
    def log_mel(self) -> np.ndarray:
        """Mel spectrogram in dB, floored 80 dB below its maximum; shape (frames, 128)."""
        return librosa.power_to_db(self.mel, top_db=80)

    def mfcc(self, n_mfcc: int) -> np.ndarray:
        """Cepstral coefficients; shape (frames, n_mfcc)."""
        return scipy.fft.dct(self.log_mel, axis=1, norm="ortho")[:, :n_mfcc]

    def onset_strength(self) -> np.ndarray:
        """Median rise of the mel bands from frame to frame in dB; shape (frames,)."""
        return onset_strength(self.log_mel)

    def tempo(self) -> float:
        """Beats per minute, 0 if nothing has an onset."""
        return tempo_of(self.onset_strength(), self.sr)


def tuning_of(pitches: np.ndarray, heights: np.ndarray) -> float:
    """Deviation of peaks (see `Spectra.peaks`) from A440 in semitones; the louder half counts."""
    if not len(pitches):
        return 0.0
    return float(librosa.pitch_tuning(pitches[heights >= np.median(heights)], resolution=0.01))


def onset_strength(log_mel: np.ndarray) -> np.ndarray:
    """Median rise of the mel bands, (frames, bands), from frame to frame in dB; shape (frames,).

    `librosa.feature.tempo` takes the mean over bands, but the published tempi are of the median.
    """
    centered = 1 + N_FFT // (2 * HOP_LENGTH)
    strength = np.zeros(centered + max(len(log_mel) - 1, 0), log_mel.dtype)
    for at in range(0, len(log_mel) - 1, _BLOCK):
        rise = np.maximum(np.diff(log_mel[at : at + _BLOCK + 1], axis=0), 0)
        strength[centered + at : centered + at + len(rise)] = np.median(rise, axis=1)
    return strength[: len(log_mel)]


def tempo_of(onset: np.ndarray, sr: int) -> float:
    """Beats per minute of an onset strength, 0 if nothing has an onset.

    The lag with the largest autocorrelation, weighted by a log-normal prior around 120 (Ellis,
    "Beat tracking by dynamic programming", JNMR 2007), as in `librosa.feature.tempo`. Frames are
    normalized by their energy, their largest autocorrelation, so that one inverse transform serves
    the mean.
    """
    onset = onset.astype(np.float64)
    if not onset.any():
        return 0.0
    lags = int(8.0 * sr / HOP_LENGTH)
    padded = np.pad(onset, lags // 2, mode="linear_ramp", end_values=0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, lags)[: len(onset)]
    size = scipy.fft.next_fast_len(2 * lags - 1, real=True)
    mean_power = np.zeros(size // 2 + 1)
    for at in range(0, len(onset), _BLOCK):
        frames = windows[at : at + _BLOCK] * librosa.filters.get_window("hann", lags)
        energy = np.einsum("ij,ij->i", frames, frames)
        energy[energy < np.finfo(np.float64).tiny] = 1
        spectrum = scipy.fft.rfft(frames, n=size, axis=1)
        mean_power += (1 / energy) @ (spectrum.real**2 + spectrum.imag**2)
    autocorrelation = scipy.fft.irfft(mean_power, n=size)[:lags] / len(onset)
    bpm = librosa.tempo_frequencies(lags, hop_length=HOP_LENGTH, sr=sr)[1:]
    score = np.log1p(1e6 * autocorrelation[1:]) - 0.5 * np.log2(bpm / 120) ** 2
    score[bpm >= 320] = -np.inf
    return float(bpm[np.argmax(score)])


@cache
def _window() -> np.ndarray:
    return librosa.filters.get_window("hann", N_FFT).astype(np.float32)


def _inverse(stft: np.ndarray) -> np.ndarray:
    """`librosa.istft` of a transform (frames, bins), to the middle of its last frame."""
    overlap = N_FFT // HOP_LENGTH
    frames = scipy.fft.irfft(stft, overwrite_x=True) * _window()
    total = np.zeros((len(frames) + overlap - 1, HOP_LENGTH), np.float32)
    weight = np.zeros_like(total)
    for i in range(overlap):
        block = slice(i * HOP_LENGTH, (i + 1) * HOP_LENGTH)
        total[i : i + len(frames)] += frames[:, block]
        weight[i : i + len(frames)] += _window()[block] ** 2
    middle = slice(overlap // 2, overlap // 2 + len(frames) - 1)
    return (total[middle] / weight[middle]).ravel()


@cache
def _mel_bank(sr: int) -> np.ndarray:
    return librosa.filters.mel(sr=sr, n_fft=N_FFT, n_mels=N_MELS)


@cache
def _chroma_bank(sr: int, tuning: float) -> np.ndarray:
    return librosa.filters.chroma(sr=sr, n_fft=N_FFT, tuning=tuning, n_chroma=12)
