"""What is heard of a stream: genres, silence, changes; in as much memory after hours."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from helpers import tone
from scipy.special import softmax

from genre_utils.audio import AudioError, Embedding, embed
from genre_utils.models import LinearModel, at_temperature, classify_signal
from genre_utils.tool.change_detector import ChangeDetector
from genre_utils.tool.listener import Event, Listener, Now, listen
from genre_utils.tool.streams import Block

RATE = 22050


@pytest.fixture
def head():
    rng = np.random.default_rng(0)
    weights = rng.normal(0, 0.05, (946, 3)).astype(np.float32)
    about = {"temperatures": {"3": 1.5, "30": 1.0}}
    return LinearModel(
        "tiny",
        Path(),
        about | {"classes": ["blues", "jazz", "rock"]},
        weights,
        np.zeros(3, np.float32),
    )


def blocks_of(y, samples=4000):
    return [Block(at / RATE, y[at : at + samples]) for at in range(0, len(y), samples)]


def noise(seconds, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def hum(seconds):
    return tone(seconds, hz=110.0).astype(np.float32)


def heard_in(y, head, window=30.0, samples=4000):
    found = list(listen(blocks_of(y, samples), Listener(head, window)))
    return [x for x in found if isinstance(x, Now)], [x for x in found if isinstance(x, Event)]


def test_a_piece_a_second_is_heard_once_whatever_the_blocks(head, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "genre_utils.tool.listener.embed", lambda y: asked.append(y.copy()) or embed(y)
    )
    y = noise(8.0)
    nows, _ = heard_in(y, head)
    assert [now.seconds for now in nows] == [3, 4, 5, 6, 7, 8] == [now.window for now in nows]
    assert len(asked) == 6
    assert all(np.array_equal(p, y[i * RATE : (i + 3) * RATE]) for i, p in enumerate(asked))
    for one, other in zip(heard_in(y, head, samples=100_000)[0], nows, strict=True):
        assert one.seconds == other.seconds and one.genre == other.genre
        assert one.probability == pytest.approx(other.probability, abs=1e-4)


def test_three_seconds_are_what_predict_says_of_them(head):
    y = noise(3.0)
    (now,), _ = heard_in(y, head)
    clip = classify_signal(y, head)
    assert now.genre == clip.genre and now.probability == pytest.approx(clip.probability, abs=1e-4)
    assert now.tags == pytest.approx(clip.tags, abs=1e-4)


def test_the_last_seconds_alone_are_spoken_of(head):
    y = np.concatenate([noise(6.0) * np.linspace(0.1, 1, 6 * RATE, dtype=np.float32), noise(6.0)])
    nows, _ = heard_in(y, head, window=4.0)
    rows = [np.hstack(embed(y[at * RATE : (at + 3) * RATE])) for at in (8, 9)]
    mean = softmax(head.logits(np.concatenate(rows)).mean(axis=0))
    temperature = np.interp(np.log(4), np.log([3, 30]), [1.5, 1.0])
    wanted = dict(zip(head.classes, at_temperature(mean, temperature), strict=True))
    assert nows[-1].window == 4 and nows[-1].probability == pytest.approx(wanted, abs=1e-4)


def test_silence_is_said_to_be_silence_and_forgets_the_song(head):
    y = np.concatenate([noise(5.0), np.zeros(5 * RATE, np.float32), noise(4.0)])
    nows, events = heard_in(y, head)
    assert [(e.kind, e.seconds) for e in events if e.kind != "genre"] == [
        ("silence", 8),
        ("sound", 11),
    ]
    silent = [now for now in nows if now.genre is None]
    assert [now.seconds for now in silent] == [8, 9, 10]
    assert all(not now.sure and not now.tags and now.window == 0 for now in silent)
    assert next(now for now in nows if now.seconds == 11).window == 3


def test_what_comes_after_silence_is_not_compared_with_what_was_before(head):
    y = np.concatenate([noise(15.0), np.zeros(5 * RATE, np.float32), hum(8.0)])
    assert [e.kind for e in heard_in(y, head)[1] if e.kind != "genre"] == ["silence", "sound"]


def test_another_song_is_noticed_and_the_same_one_is_not(head):
    nows, events = heard_in(np.concatenate([noise(15.0), hum(10.0)]), head)
    songs = [event.seconds for event in events if event.kind == "song"]
    assert len(songs) == 1 and 15 < songs[0] <= 20
    assert next(now for now in nows if now.seconds == songs[0]).window == 3
    assert not [e for e in heard_in(noise(25.0), head)[1] if e.kind == "song"]


def test_a_genre_is_an_event_once_it_is_sure_three_times(head):
    noisy, humming = (np.hstack(embed(y)) for y in (noise(3.0), hum(3.0)))
    sure = head.weights * 0
    sure[:, 1], sure[:, 2] = noisy[0], humming[0]
    sure -= sure.mean(axis=1, keepdims=True)
    sure_head = LinearModel("sure", Path(), head.about, sure * 0.01, head.bias)
    _, events = heard_in(np.concatenate([noise(15.0), hum(15.0)]), sure_head)
    genres = [(event.text, event.seconds) for event in events if event.kind == "genre"]
    assert genres[0] == ("jazz", 5)
    assert [genre for genre, _ in genres] == ["jazz", "rock"] and genres[1][1] <= 22


def test_less_than_a_piece_is_heard_as_it_is_and_next_to_nothing_refused(head):
    (now,), _ = heard_in(noise(1.0), head)
    assert now.window == now.seconds == 1.0
    with pytest.raises(AudioError, match="too short"):
        heard_in(noise(0.1), head)


def test_notes_of_the_source_are_events(head):
    block = Block(7.0, np.zeros(0, np.float32), "the station was lost")
    assert list(Listener(head).process(block)) == [Event(7.0, "note", "the station was lost")]


def test_memory_is_flat(head):
    listener, peaks = Listener(head), []
    tracemalloc.start()
    for _ in range(2):
        tracemalloc.reset_peak()
        for second in range(20):
            list(listener.process(Block(0.0, noise(1.0, second))))
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1e6


def rows(count, seed):
    rng = np.random.default_rng(seed)
    own = [rng.normal(size=256), rng.uniform(0.05, 0.95, 50), rng.normal(size=640)]
    for _ in range(count):
        embedding, tags, layers = (part + rng.normal(0, 0.01, len(part)) for part in own)
        yield Embedding(embedding[None], tags[None], layers[None])


def test_the_detector_tells_one_change_once_and_begins_anew():
    detector = ChangeDetector()
    told = [detector.add(heard) for seed in (0, 1) for heard in rows(12, seed)]
    assert told.index(True) in (12, 13, 14)
    assert sum(told) == 1


def test_the_detector_waits_until_it_knows_a_song():
    detector = ChangeDetector()
    assert not any(detector.add(heard) for seed in range(4) for heard in rows(2, seed))
    detector.reset()
    assert not any(detector.add(heard) for seed in (8, 9) for heard in rows(4, seed))
