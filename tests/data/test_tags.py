"""What files say of themselves."""

import mutagen
import numpy as np
import pytest
import soundfile as sf
from genre_utils.data.tags import read_tags
from mutagen.id3 import TIT2, TPE1

from genre_utils.data import list_songs


def tagged(path, artist="Nina Simone", title="Sinnerman"):
    sf.write(path, np.zeros(8000), 22050)
    file = mutagen.File(path, easy=True)
    if path.suffix == ".wav":
        file.add_tags()
        file.tags.add(TPE1(encoding=3, text=[artist]))
        file.tags.add(TIT2(encoding=3, text=[title]))
    else:
        if file.tags is None:
            file.add_tags()
        file["artist"], file["title"] = artist, title
    file.save()
    return path


@pytest.mark.parametrize("ending", ["mp3", "flac", "ogg", "wav"])
def test_tags_are_read_of_every_format(tmp_path, ending):
    path = tagged(tmp_path / f"x.{ending}")
    assert read_tags(path) == ("Nina Simone", "Sinnerman")


def test_tags_go_before_names_and_names_fill_what_they_leave_out(tmp_path):
    tagged(tmp_path / "Wrong - name.mp3")
    tagged(tmp_path / "Björk - Jóga.mp3", artist=" ", title="Jóga (2019)")
    sf.write(tmp_path / "Air - untagged.wav", np.zeros(8000), 22050)
    told = list_songs(tmp_path)[["artist", "title"]]
    assert list(told.loc["Wrong - name"]) == ["Nina Simone", "Sinnerman"]
    assert list(told.loc["Björk - Jóga"]) == ["Björk", "Jóga (2019)"]
    assert list(told.loc["Air - untagged"]) == ["Air", "untagged"]


def test_damaged_tags_say_nothing(tmp_path):
    whole = tagged(tmp_path / "x.mp3").read_bytes()
    rng = np.random.default_rng(0)
    for number in range(60):
        hurt = bytearray(whole[: rng.integers(4, 400)] if number % 2 else whole)
        for at in rng.integers(0, min(len(hurt), 120), 12):
            hurt[at] = rng.integers(256)
        (tmp_path / "hurt.mp3").write_bytes(hurt)
        read_tags(tmp_path / "hurt.mp3")
    (tmp_path / "text.mp3").write_text("no")
    assert read_tags(tmp_path / "text.mp3") == (None, None)
    assert read_tags(tmp_path / "nowhere.mp3") == (None, None)
