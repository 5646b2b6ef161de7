"""Playlists: what other players wrote is read, what is written is read again."""

from pathlib import Path

import pytest

from genre_utils.tool.playlists import Entry, PlaylistError, read_playlist, write_playlist


def test_what_was_written_is_read_again(tmp_path):
    names = ("a.mp3", "Björk/Jóga.flac", "#1 hit.mp3", "a b & c.ogg", "s3://x.wav")
    entries = [Entry(tmp_path / "music" / name, "Artist", "A - title", 61) for name in names]
    entries.append(Entry(tmp_path / "no name.mp3"))
    target = tmp_path / "lists" / "next.m3u8"
    write_playlist(target, entries)
    lines = target.read_text("utf-8").splitlines()
    assert lines[:3] == ["#EXTM3U", "#EXTINF:61,Artist - A - title", "../music/a.mp3"]
    read = read_playlist(target)
    assert [entry.path for entry in read[:-2]] == [entry.path for entry in entries[:-2]]
    assert read[0][1:4] == ("Artist", "A - title", 61)
    assert read[-1][1:4] == (None, "no name", -1)


def test_what_others_write_is_read(tmp_path):
    raw = (
        "\ufeff#EXTM3U\r\n#PLAYLIST:Mix\r\n"
        "#EXTINF:-1 tvg-id=1,Only a title\r\nsub\\song.mp3\r\n\r\n"
        "#EXTINF:x\r\nfile:///music/a%20b.mp3\r\nhttps://radio.example/live\r\n/abs/c.ogg\r\n"
    )
    (tmp_path / "mix.m3u8").write_bytes(raw.encode())
    read = read_playlist(tmp_path / "mix.m3u8")
    assert [entry.path for entry in read] == [
        tmp_path / "sub/song.mp3", Path("/music/a b.mp3"), None, Path("/abs/c.ogg"),
    ]  # fmt: skip
    assert read[0][1:4] == (None, "Only a title", -1)
    assert read[2].line == "https://radio.example/live"
    (tmp_path / "old.m3u").write_bytes("Café.mp3\n".encode("latin-1"))
    assert read_playlist(tmp_path / "old.m3u")[0].path == tmp_path / "Café.mp3"


@pytest.mark.parametrize("content", [None, b"", b"#EXTM3U\n#EXTINF:1,x\n", b"RIFF\0\0"])
def test_what_is_no_playlist_is_said_so(tmp_path, content):
    path = tmp_path / "bad.m3u"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PlaylistError, match=r"bad\.m3u"):
        read_playlist(path)


def test_what_cannot_be_written_is_said_so_and_leaves_what_was_there(tmp_path):
    target = tmp_path / "a.m3u8"
    target.write_text("as it was")
    for path in (tmp_path / "two\nlines.mp3", tmp_path / "no\udce9utf.mp3", None):
        with pytest.raises(PlaylistError):
            write_playlist(target, [Entry(path)])
    with pytest.raises(PlaylistError, match="ends in"):
        write_playlist(tmp_path / "a.txt", [])
    assert target.read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["a.m3u8"]
