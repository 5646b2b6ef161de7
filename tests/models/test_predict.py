"""The genre of a clip: of any length, block by block the same, and how sure."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from helpers import sound, tone

from genre_utils.audio import COLUMNS_PER_SECOND, AudioError, load_audio
from genre_utils.models import (
    ModelError,
    SpectrogramModel,
    classify_clip,
    classify_signal,
    cut_windows,
    load_model,
    predict,
    spectrogram_temperatures,
    temperature_at,
)


class Stub(SpectrogramModel):
    """A model that is always equally sure, and counts how many windows it gets at a time."""

    def __init__(self, sure=0.9, **about):
        about = {"temperature": 1.0, "crop": 64, "classes": ["jazz", "rock"], **about}
        super().__init__("stub", Path(), about)
        object.__setattr__(self, "sure", sure)
        object.__setattr__(self, "windows", [])

    def predict_windows(self, windows):
        self.windows.append(len(windows))
        return np.tile([self.sure, 1 - self.sure], (len(windows), 1))


@pytest.mark.parametrize("columns", [1, 30, 64, 65, 500])
def test_windows_cover_a_clip_of_any_length(columns):
    spectrogram = np.arange(columns, dtype=np.float32)[:, None].repeat(64, axis=1)
    starts, windows = cut_windows(spectrogram, 64)
    assert windows.shape == (len(starts), 64, 64)
    assert (np.diff(starts) == 3).all()
    assert windows[0, 0, 0] == 0
    assert windows[-1].max() >= columns - 1 - 3 * COLUMNS_PER_SECOND / 2


def test_a_clip_gets_a_genre_probabilities_and_votes(home, song):
    answer = classify_clip(song, load_model())
    assert answer.seconds == pytest.approx(10)
    assert [vote.start for vote in answer.votes] == [0, 3, 6]
    assert sum(answer.probability.values()) == pytest.approx(1, abs=1e-5)
    assert answer.genre == next(iter(answer.probability))
    assert list(answer.probability.values()) == sorted(answer.probability.values(), reverse=True)
    assert not answer.sure


def test_level_does_not_change_the_answer(home):
    y = np.random.default_rng(0).normal(0, 0.1, 4 * 22050)
    model = load_model()
    loud, quiet = classify_signal(y, model), classify_signal(y / 50, model)
    assert loud.genre == quiet.genre
    assert loud.probability[loud.genre] == pytest.approx(quiet.probability[loud.genre], abs=1e-3)


def long_file(path, seconds=20, rate=44100):
    """Write two channels of a tone that rises, and noise."""
    t = np.arange(seconds * rate) / rate
    noise = np.random.default_rng(0).normal(0, 0.05, len(t))
    y = 0.3 * np.sin(2 * np.pi * (200 + 60 * t) * t) + noise
    sf.write(path, np.stack([y, y / 2], axis=1), rate)
    return path


@pytest.mark.parametrize("rate", [22050, 44100])
def test_a_long_file_is_heard_in_blocks_and_gets_the_same_answer(home, tmp_path, rate, monkeypatch):
    path, model = long_file(tmp_path / "a.wav", rate=rate), load_model()
    whole = classify_clip(path, model)
    monkeypatch.setattr(predict, "LONG_SECONDS", 5.0)
    monkeypatch.setattr(predict, "load_audio", None)
    monkeypatch.setattr(predict, "_AT_ONCE", 2)
    blocks = classify_clip(path, model)
    assert blocks.seconds == whole.seconds == 20
    assert [vote.genre for vote in blocks.votes] == [vote.genre for vote in whole.votes]
    for genre, value in whole.probability.items():
        assert blocks.probability[genre] == pytest.approx(value, abs=1e-4)


def test_windows_are_asked_about_some_at_a_time():
    model = Stub()
    answer = classify_signal(tone(300.0), model)
    assert len(answer.votes) == sum(model.windows) == 100
    assert max(model.windows) == 80


def test_a_file_that_shrinks_while_it_is_read_is_one_sentence(tmp_path, monkeypatch):
    path = long_file(tmp_path / "a.wav")
    monkeypatch.setattr(predict, "LONG_SECONDS", 5.0)
    monkeypatch.setattr(predict, "stream_audio", lambda path, channel: iter([tone(3.0)]))
    with pytest.raises(AudioError, match="shorter while it was read"):
        classify_clip(path, Stub())


def test_channels_that_cancel_are_a_note(home, tmp_path):
    y = 0.5 * load_audio(sound(tmp_path / "a.wav", 4.0))
    sf.write(tmp_path / "a.wav", np.stack([y, -y], axis=1), 22050, subtype="FLOAT")
    answer = classify_clip(tmp_path / "a.wav", load_model())
    assert "channels cancel each other" in answer.note
    expected = classify_signal(y, load_model()).probability
    assert answer.probability == pytest.approx(expected, abs=1e-4)


# --- how sure ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds, calibrated", [(1, False), (12, False), (29, True), (60, True)])
def test_a_clip_shorter_than_what_is_calibrated_is_not_sure(seconds, calibrated):
    answer = classify_signal(tone(seconds), Stub())
    assert (answer.calibrated, answer.sure) == (calibrated, calibrated)
    assert answer.probability["jazz"] == pytest.approx(0.9)


def test_less_sound_is_less_sure_where_temperatures_are_known():
    model = Stub(temperatures={"3": 2.0, "30": 1.0})
    said = [classify_signal(tone(s), model).probability["jazz"] for s in (3, 10, 30)]
    assert said[0] == pytest.approx(0.75)  # the root of 9 to 1 is 3 to 1
    assert said[0] < said[1] < said[2] == pytest.approx(0.9)
    assert classify_signal(tone(3.0), model).sure
    assert not classify_signal(tone(2.0), model).sure
    # A piece is heard with what is around it, but not with the whole.
    vote = classify_signal(tone(30.0), model).votes[0]
    assert 0.75 < vote.probability < 0.9


def test_temperatures_lie_between_known_ones_over_the_logarithm():
    known = {3.0: 2.0, 12.0: 1.0}
    assert [temperature_at(known, s) for s in (1, 3, 6, 12, 99)] == pytest.approx([2, 2, 1.5, 1, 1])


@pytest.mark.parametrize("damaged", [{"3": "hot"}, {"x": 1.0}, {"3": -1.0}, {"0": 1.0}, [1.0]])
def test_damaged_temperatures_are_an_error(home, damaged):
    path = home / "demo/model.json"
    about = json.loads(path.read_text())
    path.write_text(json.dumps(about | {"temperatures": damaged}))
    with pytest.raises(ModelError, match="damaged"):
        load_model()


def items(count=60, columns=496):
    """Items whose mean says the class, in short clips less clearly than in long ones."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, count)
    return rng.normal(0, 1, (count, columns, 64)).astype(np.float32), codes


def test_temperatures_are_fitted_to_how_often_short_clips_are_right():
    frames, codes = items()
    rng, lengths = np.random.default_rng(1), []

    def overconfident(windows):
        """Right two times of three, but as sure as nine of ten."""
        lengths.append(len(windows))
        right = rng.random(len(windows)) < 2 / 3
        first = np.where(right, 0.9, 0.1)
        return np.stack([first, 1 - first], axis=1)

    fitted = spectrogram_temperatures(overconfident, frames, np.zeros_like(codes), 64)
    assert list(fitted) == [3, 6, 12, 30]
    # log(9) / T = log(2)
    assert fitted[3] == pytest.approx(np.log(9) / np.log(2), rel=0.25)
    assert sum(lengths) == len(frames) * (4 * 1 + 4 * 2 + 2 * 4 + 1 * 10)
