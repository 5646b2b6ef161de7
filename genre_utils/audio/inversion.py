"""From the encoder's mel spectrogram back to sound.

The spectrogram has lost the phase, all details within its bands and all above 8 kHz. `reshaped`
takes them from a signal that it filters until it has the spectrogram; `sound_of_mel` invents them.
"""

from __future__ import annotations

import librosa
import numpy as np
import soxr
from scipy.ndimage import map_coordinates

from genre_utils.audio.decoding import SAMPLE_RATE, check_signal
from genre_utils.audio.embedding import ENCODER_RATE, PATCH_BANDS, gain_to, log_mel

HOPS_OF_ENCODER = 256  # samples between its frames
_FFT_OF_ENCODER = 512
_N_FFT, _HOP = 1024, 256
# Limits in decades of power: amplification of silence only raises its noise.
_UP, _DOWN = 2.0, -4.0


def encoder_mel(y: np.ndarray) -> np.ndarray:
    """Mel spectrogram of a signal at 22050 Hz as input of the encoder, brought to one loudness.

    Returns
    -------
    numpy.ndarray, shape (frames, 96), float32
        log10(1 + 10000 power), one frame every 16 ms.

    Raises
    ------
    AudioError
        As `check_signal`.
    """
    y = check_signal(np.asarray(y, np.float32), SAMPLE_RATE)
    gain = gain_to(float(np.sqrt(np.mean(y**2, dtype=np.float64))))
    resampled = soxr.resample(y * np.float32(gain), SAMPLE_RATE, ENCODER_RATE, quality="HQ")
    return np.concatenate(list(log_mel([resampled])))


def reshaped(y: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Filter a signal from one mel spectrogram to another, frame by frame and band by band.

    Its short-time spectra are multiplied by the root of the ratio of wanted to present power,
    interpolated linearly between frames and bands; above 8 kHz as in the highest band. The phase
    stays.

    Parameters
    ----------
    y
        Signal at 22050 Hz, shape (samples,).
    before
        `encoder_mel` of it.
    after
        The wanted one, same shape; at most 20 dB louder, or 40 dB softer, anywhere.

    Returns
    -------
    numpy.ndarray, shape (samples,), float32
        The signal itself, up to rounding, where `after` is `before`.
    """
    change = np.clip(after - before, _DOWN, _UP) / 2  # of amplitude
    spectra = librosa.stft(y, n_fft=_N_FFT, hop_length=_HOP)
    centers = librosa.mel_frequencies(PATCH_BANDS + 2, fmax=ENCODER_RATE / 2)[1:-1]
    hertz = np.linspace(0, SAMPLE_RATE / 2, len(spectra))
    bands = np.interp(hertz, centers, np.arange(PATCH_BANDS))
    frames = np.arange(spectra.shape[1]) * _HOP / SAMPLE_RATE * ENCODER_RATE / HOPS_OF_ENCODER
    places = np.stack(np.meshgrid(frames, bands)).astype(np.float32)
    gain = 10 ** map_coordinates(change, places, order=1, mode="nearest")
    return librosa.istft(spectra * gain, n_fft=_N_FFT, hop_length=_HOP, length=len(y))


def sound_of_mel(mel: np.ndarray, samples: int, *, seed: int = 0, rounds: int = 32) -> np.ndarray:
    """A signal that has a mel spectrogram.

    Spectra by non-negative least squares, their phase by Griffin and Lim, "Signal estimation from
    modified short-time Fourier transform", 1984, in the fast form of Perraudin et al., 2013.

    Parameters
    ----------
    mel
        As from `encoder_mel`, shape (frames, 96).
    samples
        Length of the signal at 22050 Hz.
    seed
        Of the initial phase.
    rounds
        Iterations on the phase.

    Returns
    -------
    numpy.ndarray, shape (samples,), float32
        Signal at 22050 Hz, with nothing above 8 kHz.
    """
    power = (10 ** np.maximum(mel.T, 0) - 1) / 10000
    spectra = librosa.feature.inverse.mel_to_stft(power, sr=ENCODER_RATE, n_fft=_FFT_OF_ENCODER)
    y = librosa.griffinlim(
        spectra,
        n_iter=rounds,
        hop_length=HOPS_OF_ENCODER,
        n_fft=_FFT_OF_ENCODER,
        random_state=seed,
    )
    made = soxr.resample(y, ENCODER_RATE, SAMPLE_RATE, quality="HQ")
    return librosa.util.fix_length(made, size=samples).astype(np.float32)
