"""The audit: faults that were made are found, and nothing else."""

import json
import os

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from helpers import extract, sound, table_of, written

from genre_utils.data import CHECKS, as_published_table, audit, in_ranges, read_dataset
from genre_utils.files import file_digest
from genre_utils.tool.main import main


@pytest.fixture
def root(tmp_path):
    """Six good files of 4 s."""
    for n in range(3):
        for genre in ("jazz", "rock"):
            sound(
                tmp_path / f"genres/{genre}/{genre}.{n:05d}.wav",
                4.0,
                seed=n + 10 * (genre == "rock"),
            )
    return tmp_path


def found_in(root):
    return audit(read_dataset(root), n_jobs=1, progress=False)


def checks(root):
    table = found_in(root).findings
    return {(row.check, row.track) for row in table.itertuples()}


def test_a_good_collection_has_no_faults(root):
    assert checks(root) == set()


@pytest.mark.parametrize("content", [b"", b"some text, no music", b"RIFF\x00\x00"])
def test_unreadable_files_are_named_with_a_reason(root, content):
    (root / "genres/jazz/jazz.00009.wav").write_bytes(content)
    (row,) = found_in(root).of("unreadable").itertuples()
    assert row.track == "jazz.00009"
    assert row.detail


def test_silence_is_unreadable_and_half_silence_is_told(root):
    sf.write(root / "genres/jazz/jazz.00008.wav", np.zeros(88200), 22050)
    y, _ = sf.read(root / "genres/jazz/jazz.00000.wav")
    y[: len(y) // 2] = 0
    sf.write(root / "genres/jazz/jazz.00009.wav", y, 22050)
    assert {("unreadable", "jazz.00008"), ("silence", "jazz.00009")} <= checks(root)


def test_clipping_is_told(root):
    y, _ = sf.read(root / "genres/jazz/jazz.00000.wav")
    sf.write(root / "genres/jazz/jazz.00000.wav", (4 * y).clip(-1, 1), 22050)
    assert checks(root) == {("clipping", "jazz.00000")}


def test_clipping_of_one_channel_is_told(root):
    """The mean of the channels would hide it."""
    for path in (root / "genres").rglob("*.wav"):
        y, _ = sf.read(path)
        left = (4 * y).clip(-1, 1) if path.stem == "jazz.00000" else y
        sf.write(path, np.stack([left, y / 3], axis=1), 22050)
    assert checks(root) == {("clipping", "jazz.00000")}


def test_channels_that_cancel_are_told_and_used(root):
    for path in (root / "genres").rglob("*.wav"):
        y, _ = sf.read(path)
        sf.write(path, np.stack([y, -y if path.stem == "jazz.00000" else y], axis=1), 22050)
    result = found_in(root)
    assert checks(root) == {("cancelling", "jazz.00000")}
    assert result.of("cancelling")["detail"].tolist() == ["2 channels"]
    assert result.counts.loc["jazz", "usable_audio"] == 3


def test_two_files_of_one_track_are_two_tracks(root):
    y, _ = sf.read(root / "genres/jazz/jazz.00000.wav")
    sf.write(root / "genres/jazz/jazz.00000.au", y, 22050)
    names = [f"{genre}.{n:05d}.wav" for genre in ("jazz", "rock") for n in range(3)]
    written(table_of(["jazz.00000.au", *names]), root)
    found = read_dataset(root)
    assert found.tracks.index.is_unique and len(found.audio) == 7
    assert {("near duplicate", "jazz/jazz.00000.wav")} < checks(root)


def test_a_copy_of_a_long_file_is_found(root, monkeypatch):
    """Of long files the beginning is compared."""
    monkeypatch.setattr("genre_utils.data.auditing.FINGERPRINT_SECONDS", 3.5)
    monkeypatch.setattr("genre_utils.audio.fingerprints.FINGERPRINT_SECONDS", 3.5)
    y, _ = sf.read(root / "genres/jazz/jazz.00001.wav")
    sf.write(root / "genres/jazz/jazz.00009.wav", np.tile(0.5 * y, 5), 22050)
    assert ("near duplicate", "jazz.00009") in checks(root)


@pytest.mark.skipif(os.name != "posix", reason="names of POSIX")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_names_that_are_not_utf8_are_tracks(root, capsys, form):
    """Of files with and without sound, pictures and genres."""
    good, bad = (os.fsdecode(b"\xe9" + name) for name in (b"a.wav", b"b.wav"))
    folders = root / "genres/jazz", root / "genres" / os.fsdecode(b"caf\xe9")
    for seed, folder in enumerate(folders, start=30):
        folder.mkdir(exist_ok=True)
        sound(root / "sound.wav", 4.0, seed=seed).rename(folder / good)
    (root / "genres/jazz" / bad).write_bytes(b"text")
    (root / "images_original").mkdir()
    (root / "images_original" / os.fsdecode(b"\xe9.png")).touch()
    assert main(["audit", str(root), "--jobs", "1", *form]) == 0
    out = capsys.readouterr().out
    assert "\\udce9b" in out
    if form:
        told = json.loads(out)
        assert {row["genre"] for row in told["genres"]} == {"jazz", "rock", "caf\\udce9"}
        assert [r["track"] for r in told["findings"] if r["check"] == "unreadable"] == [
            "jazz/\\udce9b"
        ]


def test_files_that_nobody_can_decode_are_counted(root, capsys):
    for name in ("a.m4p", "b.m4p", "c.mid", ".hidden.aax", "cover.jpg"):
        (root / "genres/jazz" / name).write_bytes(b"....ftypM4A ")
    assert main(["audit", str(root), "--jobs", "1"]) == 0
    assert "3 files were not read" in capsys.readouterr().out
    assert main(["audit", str(root), "--jobs", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["not_read"] == {".m4p": 2, ".mid": 1}


def test_such_files_alone_are_not_called_missing(tmp_path, capsys):
    (tmp_path / "jazz").mkdir()
    (tmp_path / "jazz/a.m4p").write_bytes(b"....ftypM4A ")
    assert main(["audit", str(tmp_path)]) == 1
    assert "encrypted, or notes and no sound (1 .m4p)" in capsys.readouterr().err


def test_odd_lengths_and_formats_are_told(root):
    sound(root / "genres/jazz/jazz.00007.wav", 9.0, seed=50)
    y, _ = sf.read(root / "genres/jazz/jazz.00000.wav")
    sf.write(root / "genres/jazz/jazz.00000.wav", np.stack([y, y], axis=1), 22050)
    assert checks(root) == {("length", "jazz.00007"), ("format", "jazz.00000")}


def test_a_collection_of_all_lengths_has_no_odd_ones(tmp_path):
    for n, seconds in enumerate(np.linspace(2, 12, 8)):
        sound(tmp_path / f"genres/{'jazz' if n % 2 else 'rock'}/{n}.wav", seconds, seed=n)
    assert checks(tmp_path) == set()


def test_truncated_files_are_told(root):
    path = root / "genres/jazz/jazz.00000.wav"
    path.write_bytes(path.read_bytes()[:-60_000])
    (row,) = found_in(root).of("truncated").itertuples()
    assert row.track == "jazz.00000"


def test_exact_and_near_duplicates_are_told_apart(root):
    genres = root / "genres"
    (genres / "rock/rock.00008.wav").write_bytes((genres / "jazz/jazz.00000.wav").read_bytes())
    y, _ = sf.read(genres / "jazz/jazz.00001.wav")
    sf.write(genres / "jazz/jazz.00009.wav", 0.5 * y[2000:], 22050)
    result = found_in(root)
    assert checks(root) == {("duplicate", "rock.00008"), ("near duplicate", "jazz.00009")}
    assert "another genre (jazz)" in result.of("duplicate")["detail"].iloc[0]
    assert "jazz.00001 from second 0.1 on" in result.of("near duplicate")["detail"].iloc[0]


def test_table_and_audio_are_compared_both_ways(root):
    written(table_of(["jazz.00000.wav", "jazz.00001.wav", "jazz.00042.wav"]), root)
    without_row = ("jazz.00002", "rock.00000", "rock.00001", "rock.00002")
    invented = {("features", "jazz.00000"), ("features", "jazz.00001")}
    gaps = {("no audio", "jazz.00042")} | {("not in table", t) for t in without_row}
    assert checks(root) == invented | gaps


def test_a_table_of_our_own_features_is_reproduced_and_a_changed_cell_is_named(root):
    for seconds in (30, 3):
        table = as_published_table(extract(read_dataset(root), f"features_{seconds}_sec"))
        written(table, root, seconds)
    assert checks(root) == set()
    table.loc[table["filename"] == "rock.00001.0.wav", "rolloff_mean"] += 50
    written(table, root, 3)
    found = found_in(root)
    (row,) = found.findings.itertuples()
    assert (row.check, row.track) == ("features", "rock.00001")
    assert "pieces of 3 s 0; the first in 1 of 57: most in rolloff_mean" in row.detail
    assert set(found.fidelity) == {30, 3}


def test_a_damaged_table_is_told_and_the_rest_is_audited(root):
    table = as_published_table(extract(read_dataset(root)))
    written(table.drop(columns=["tempo"]), root)
    (root / "genres/jazz/jazz.00009.wav").write_bytes(b"text")
    found = found_in(root)
    assert "lacks 1 of its columns: tempo" in found.of("table")["detail"].iloc[0]
    assert list(found.of("unreadable")["track"]) == ["jazz.00009"]


def test_files_that_are_not_the_published_ones_are_told(root):
    paths = read_dataset(root).audio
    listed = {t: {"audio": [f"genres/{t}.wav", file_digest(p, "md5")]} for t, p in paths.items()}
    listed["jazz.00002"]["audio"][1] = "0" * 32
    (root / "meta").mkdir()
    (root / "meta/gtzan_genre_index_1.0.json").write_text(json.dumps({"tracks": listed}))
    assert checks(root) == {("checksum", "jazz.00002")}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tracks": [1]}', '{"tracks": {"a": {}}}'])
def test_an_index_that_is_none_is_one_sentence(root, text, capsys):
    (root / "meta").mkdir()
    (root / "meta/gtzan_genre_index_1.0.json").write_text(text)
    assert main(["audit", str(root)]) == 1
    assert "is not an index of checksums" in capsys.readouterr().err


def test_counts_are_by_genre_and_artist(root):
    (root / "meta").mkdir()
    names = ["Ann", "Ann", "Bob"]
    lines = [f"jazz.{n:05d}.wav ::: {name} ::: Title" for n, name in enumerate(names)]
    (root / "meta/GTZANindex.txt").write_text("\n".join(lines))
    counts = found_in(root).counts
    assert counts.loc["jazz", "artists"] == 2
    assert counts.loc["jazz", "largest_artist_share"] == pytest.approx(2 / 3)
    assert pd.isna(counts.loc["rock", "largest_artist_share"])


# --- the command ------------------------------------------------------------------------------


def test_the_command_tells_faults_and_that_the_root_can_be_used(root, capsys):
    (root / "genres/jazz/jazz.00009.wav").write_bytes(b"text")
    assert main(["audit", str(root), "--jobs", "1"]) == 0
    told = capsys.readouterr().out
    assert "It can be used." in told
    assert "jazz.00009: not audio that can be decoded" in told


def test_json_says_the_same(root, capsys):
    (root / "genres/jazz/jazz.00009.wav").write_bytes(b"text")
    assert main(["audit", str(root), "--json", "--jobs", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["usable"] is True
    assert told["findings"][0]["track"] == "jazz.00009"
    assert {row["genre"] for row in told["genres"]} == {"jazz", "rock"}


def test_json_keeps_names_that_look_like_no_number(root, capsys):
    sound(root / "genres/NaN-core/NaN-core.00000.wav", 1.0, seed=7)
    assert main(["audit", str(root), "--json", "--jobs", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "NaN-core" in {row["genre"] for row in told["genres"]}
    assert any(row["largest_artist_share"] is None for row in told["genres"])


def test_excerpts_of_one_song_and_artists_on_two_sides_are_listed(root):
    (root / "meta").mkdir()
    names = [f"{g}.{n:05d}" for g in ("jazz", "rock") for n in range(2)]
    for name in names:
        sound(root / f"genres/{name[:4]}/{name}.wav", 1.0, seed=names.index(name) + 20)
    lines = [f"{names[0]}.wav ::: A B ::: So What", f"{names[1]}.wav ::: a b ::: so what?"]
    lines += [f"{names[2]}.wav ::: C D and A B ::: Blue", f"{names[3]}.wav ::: E F ::: Red"]
    (root / "meta/GTZANindex.txt").write_text("\n".join(lines))
    (root / "splits").mkdir()
    (root / "splits/train_filtered.txt").write_text(f"jazz/{names[0]}.wav\n")
    (root / "splits/test_filtered.txt").write_text(f"rock/{names[2]}.wav\nrock/{names[3]}.wav\n")
    found = audit(read_dataset(root), n_jobs=1, progress=False)
    assert list(found.of("excerpt")["track"]) == [names[1]]
    assert "A B" in found.of("two sides")["detail"].iloc[0]
    assert set(found.of("two sides")["track"]) == {names[0], names[2]}


def test_one_genre_cannot_be_used(tmp_path, capsys):
    sound(tmp_path / "genres/jazz/jazz.00000.wav", 1.0)
    (tmp_path / "genres/rock").mkdir()
    (tmp_path / "genres/rock/rock.00000.wav").write_bytes(b"text")
    assert main(["audit", str(tmp_path), "--jobs", "1"]) == 1
    assert "It cannot be used" in capsys.readouterr().out


def test_a_table_alone_can_be_used(tmp_path, capsys):
    written(table_of(["jazz.00000.wav", "rock.00000.wav"]), tmp_path)
    assert main(["audit", str(tmp_path), "--jobs", "1"]) == 0
    assert "0 with audio" in capsys.readouterr().out


def test_a_wrong_path_is_one_sentence(tmp_path, capsys):
    assert main(["audit", str(tmp_path / "gone")]) == 1
    assert "gone does not exist" in capsys.readouterr().err


def test_no_collection_anywhere_is_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["audit"]) == 1
    assert "There is no collection here." in capsys.readouterr().err


# --- naming many tracks -----------------------------------------------------------------------


def test_runs_of_numbers_are_put_together():
    names = [f"blues.{n:05d}" for n in range(10, 100)] + ["jazz.00054", "rock.00001", "rock.00002"]
    told = in_ranges(names)
    assert told == "blues.00010 to blues.00099 (90), jazz.00054, rock.00001, rock.00002"
    assert in_ranges(["song", "b1"]) == "b1, song"


@pytest.mark.real
def test_the_known_faults_of_the_real_collection_are_named(real_root, capsys):
    if not (real_root / "features_30_sec.csv").is_file():
        pytest.skip("the published table is not there")
    assert main(["audit", str(real_root), "--json"]) == 0
    table = pd.DataFrame(json.loads(capsys.readouterr().out)["findings"])
    by_check = table.groupby("check")["track"].agg(list)
    assert set(table["check"]) <= set(CHECKS)
    assert "checksum" not in by_check
    audio = len(read_dataset(real_root).audio)
    assert len(by_check.get("no audio", [])) == 1000 - audio
    if (real_root / "meta").is_dir():
        assert len(by_check["duplicate"]) == 14
    if (real_root / "images_original").is_dir():
        assert by_check["no picture"] == ["jazz.00054"]
