"""Figures of a signal: one time axis, texts that follow the sound."""

import librosa
import numpy as np
import pytest

from genre_utils import plots
from genre_utils.audio import FEATURE_COLUMNS, SAMPLE_RATE, Spectra

TIME = np.arange(SAMPLE_RATE) / SAMPLE_RATE


def tone(*hertz):
    return sum(np.sin(2 * np.pi * hz * TIME) for hz in hertz).astype(np.float32)


@pytest.fixture(scope="module")
def beat():
    """Two seconds: a held tone of 1000 Hz, and a burst of noise each half second."""
    y = 0.1 * np.tile(tone(1000), 2)
    for start in np.arange(0.25, 2, 0.5):
        at = int(start * SAMPLE_RATE)
        y[at : at + 2000] += np.random.default_rng(0).normal(0, 0.3, 2000)
    return y.astype(np.float32)


def test_the_peaks_of_a_spectrum_are_those_partials_that_are_there():
    told = plots.two_views(0.6 * tone(220) + 0.3 * tone(660))
    assert (
        "220 Hz with amplitude 0.60" in told.caption
        and "660 Hz with amplitude 0.30" in told.caption
    )
    assert [text.get_text() for text in told.axes[1].texts] == ["220 Hz", "660 Hz"]
    assert "440" not in told.caption + told.alt
    assert "300 Hz with amplitude 1.00" in plots.two_views(tone(300)).caption


def test_all_panels_have_one_time_axis(beat):
    kinds = ["waveform", "spectrogram", "mel", "chroma", "mfcc", "onsets"]
    axes = plots.aligned([(kind, kind, beat) for kind in kinds], "All")
    axes[0].figure.canvas.draw()
    assert {ax.get_xlim() for ax in axes} == {(0, 2)}
    lefts, widths = zip(
        *[(ax.get_position().x0, ax.get_position().width) for ax in axes], strict=True
    )
    assert np.ptp(lefts) < 1e-6 and np.ptp(widths) < 1e-6
    assert [ax.get_title() for ax in axes] == kinds


def test_the_onset_and_the_held_tone_are_where_they_were_put(beat):
    found = plots.landmarks(beat)
    assert min(abs(found["onset"] - t) for t in (0.25, 0.75, 1.25, 1.75)) < 0.06
    assert found["tone"] == pytest.approx(1000, abs=12) and 0.4 < found["held"] < 1.6
    assert f"{found['tone']:.0f} Hz" in plots.onset_and_tone(beat).caption


def test_a_long_window_counts_tones_and_a_short_one_clicks():
    pair = 0.3 * tone(1000, 1060)
    pair[[11025, 11025 + 882]] += 8
    assert (plots.tones_seen(pair, 256), plots.tones_seen(pair, 4096)) == (1, 2)
    assert (plots.clicks_seen(pair, 256), plots.clicks_seen(pair, 4096)) == (2, 1)
    caption = plots.window_sizes(pair).caption
    assert "1 tone and 2 clicks with a window of 256" in caption
    assert "2 tones and 1 click with a window of 4096" in caption
    told = plots.tell_windows(pair, [256, 1024, 4096])
    assert "2 tones and 2 clicks with 1024" in told and "Both are shown by 1024." in told
    assert "shown by no window" in plots.tell_windows(pair, [256])
    titles = [ax.get_title() for ax in plots.windows(pair, [(512, 128)], "One")]
    assert titles == ["window 512 samples (23 ms), hop 128"]


def test_the_filters_told_are_those_of_the_bank():
    bank = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=2048, n_mels=64)
    told = plots.filters(bank)
    centres = librosa.mel_frequencies(66, fmax=SAMPLE_RATE / 2)[1:-1]
    assert told.caption.startswith(f"{(centres < 2000).sum()} of 64 bands")
    assert len(told.axes.lines) == 8


def test_more_coefficients_keep_more_and_a_wave_over_the_bands_needs_few():
    frame = 10 * np.cos(np.pi * 2 * (np.arange(128) + 0.5) / 128)
    assert plots.envelope(frame).caption.endswith("5 MFCC 100 %, 20 MFCC 100 %.")
    noise = np.random.default_rng(0).normal(size=128)
    assert not plots.envelope(noise).caption.endswith("20 MFCC 100 %.")


def test_the_strongest_note_is_the_one_that_sounds():
    caption = plots.three_descriptions(tone(440, 880)).caption
    assert caption.startswith("The strongest notes are A,")


def test_the_division_into_two_parts_is_told():
    caption = plots.two_parts(3 * tone(300), tone(500)).caption
    assert caption.endswith("harmonic 90 %, percussive 10 %.")


def test_beats_lie_on_the_onsets_and_their_error_is_told(beat):
    spectra = Spectra(beat, SAMPLE_RATE)
    beats = plots.beat_times(spectra.onset_strength(), 120)
    assert np.diff(beats) == pytest.approx(0.5)
    assert np.abs((beats - 0.25 + 0.25) % 0.5 - 0.25).max() < 0.06
    assert "off by 25.0 %" in plots.beat(beat, beats, 120, 160).caption


def test_the_diagram_has_all_numbers_and_the_guide_all_features():
    texts = [text.get_text() for text in plots.way(30 * SAMPLE_RATE).axes.texts]
    assert f"{len(FEATURE_COLUMNS)}\nnumbers" in texts and "timbre: 40\n20 MFCC" in texts
    names = set(plots.feature_guide().index)
    stems = {column.removesuffix("_mean").removesuffix("_var") for column in FEATURE_COLUMNS}
    assert stems - names == {f"mfcc{i}" for i in range(3, 21)}
    assert plots.feature_guide().loc["zero_crossing_rate", "group"] == "brightness"
    assert not plots.feature_guide().isna().any(axis=None)


def test_chroma_is_played_as_the_notes_that_it_has():
    chroma = np.zeros((44, 12))
    chroma[:, 9] = 1
    y = plots.sound_of_chroma(chroma, np.ones(44))
    spectrum = np.abs(np.fft.rfft(y))
    hz = np.fft.rfftfreq(len(y), 1 / SAMPLE_RATE)
    loud = hz[spectrum > spectrum.max() / 3]
    assert all(min(abs(loud - octave)) < 2 for octave in (220, 440, 880))
    assert not ((loud > 225) & (loud < 435)).any()
    assert not plots.sound_of_chroma(chroma, np.zeros(44)).any()


def test_mel_bands_are_played_as_what_they_came_from():
    mel = librosa.feature.melspectrogram(y=tone(1000), sr=SAMPLE_RATE)
    y = plots.sound_of_mel(mel)
    loudest = np.fft.rfftfreq(len(y), 1 / SAMPLE_RATE)[np.abs(np.fft.rfft(y)).argmax()]
    assert loudest == pytest.approx(1000, rel=0.05)
    assert np.array_equal(y, plots.sound_of_mel(mel))


def test_clicks_are_where_they_should_be_and_the_length_stays():
    y = plots.with_clicks(np.zeros(SAMPLE_RATE), np.array([0.5, 0.99]))
    assert len(y) == SAMPLE_RATE
    assert not y[: SAMPLE_RATE // 2].any() and y[SAMPLE_RATE // 2 :][:100].any()
    assert y[int(0.99 * SAMPLE_RATE) :].any()


def test_each_sound_has_a_player_with_its_name(monkeypatch):
    shown = []
    monkeypatch.setattr("genre_utils.plots.sounding.display", shown.append)
    plots.hear({"a < b": tone(440), "c": tone(220)})
    (html,) = (one.data for one in shown)
    assert html.count("<audio") == 2 and "<p>a &lt; b</p>" in html and 'aria-label="c"' in html
