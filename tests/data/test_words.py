"""Words beside a file and within it."""

import mutagen.id3
import pytest
from helpers import encode, tone, write

from genre_utils.data import plain_text, song_words


@pytest.fixture
def song(tmp_path):
    return write(tmp_path / "Somebody - Rain again.wav", tone(1.0))


def test_a_title_comes_from_the_name(song):
    assert song_words(song) == "Rain again"
    assert "Somebody" not in song_words(song)


def test_a_text_beside_it_is_read_without_its_times(song):
    song.with_suffix(".lrc").write_text(
        "\ufeff[ar:Somebody]\n[00:01.00]It <00:01.20>rained\n\n[00:02.50][00:09.00]all night\n",
        encoding="utf-8",
    )
    assert song_words(song) == "Rain again\nIt rained\nall night"


@pytest.mark.parametrize("content", [b"na\xefve", b"\0\1\2", b""])
def test_a_text_that_is_none_is_no_trouble(song, content):
    song.with_suffix(".txt").write_bytes(content)
    assert song_words(song) == "Rain again" + ("\nna\xefve" if content[:2] == b"na" else "")


def test_a_text_within_the_file_is_read_and_its_genre_is_not(tmp_path):
    path = encode(tmp_path / "a.mp3", tone(1.0), 22050, "mp3", "libmp3lame")
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(text="Rain"))
    tags.add(mutagen.id3.TCON(text="Blues"))
    tags.add(mutagen.id3.USLT(lang="eng", text="It rained"))
    tags.save(path)
    assert song_words(path) == "Rain\nIt rained"


def test_a_name_that_is_none_gives_nothing_away(tmp_path):
    assert song_words(tmp_path / "blues.00001.wav") == ""


def test_plain_text_keeps_what_only_looks_like_a_head():
    assert plain_text("[la: la la]\nLa [la] la") == "La [la] la"
