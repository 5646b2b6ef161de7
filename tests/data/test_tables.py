"""The published table: read, checked, preferred, and written again."""

import numpy as np
import pandas as pd
import pytest
from helpers import COLUMNS, NAMES_3, NAMES_30, extract, sound, sounds, table_of, written

from genre_utils.audio import FEATURE_COLUMNS
from genre_utils.data import (
    DatasetError,
    as_published_table,
    load_features,
    read_dataset,
    read_feature_table,
)


def test_a_table_of_tracks(tmp_path):
    table = table_of(NAMES_30)
    read = read_feature_table(written(table, tmp_path))
    assert read.index.name == "track_id"
    assert read.index.tolist() == ["blues.00000", "jazz.00001", "jazz.00002"]
    assert list(read) == ["length", *FEATURE_COLUMNS, "label"]
    assert np.allclose(read[list(FEATURE_COLUMNS)], table[list(FEATURE_COLUMNS)], rtol=1e-12)
    assert read["label"].tolist() == ["blues", "jazz", "jazz"]


def test_a_table_of_segments(tmp_path):
    read = read_feature_table(written(table_of(NAMES_3), tmp_path, 3))
    assert list(read.index.names) == ["track_id", "segment"]
    assert read.index.tolist() == [("blues.00000", 0), ("blues.00000", 1), ("jazz.00099", 9)]
    assert (read["length"] == 66149).all()


@pytest.mark.parametrize(
    "names", [["jazz.00000.wav", "jazz.00000.au"], ["jazz.00000.1.wav", "jazz.00000.1.au"]]
)
def test_two_files_of_one_track_are_twice_the_same_row(tmp_path, names):
    with pytest.raises(DatasetError, match=f"1 rows are there twice, the first is {names[1]}"):
        read_feature_table(written(table_of(names), tmp_path))


@pytest.mark.parametrize("names", [NAMES_30, NAMES_3])
def test_other_columns_and_their_order_do_not_matter(tmp_path, names):
    table = table_of(names)
    plain = read_feature_table(written(table, tmp_path))
    shuffled = table[COLUMNS[::-1]].assign(mood="sad")
    pd.testing.assert_frame_equal(read_feature_table(written(table, tmp_path, index=True)), plain)
    pd.testing.assert_frame_equal(read_feature_table(written(shuffled, tmp_path)), plain)


def without_a_column(table):
    return table.drop(columns="mfcc7_var")


def without_many(table):
    return table[["filename", "label"]]


def with_nan(table):
    return table.assign(tempo=[1.0, np.nan, 2.0])


def with_infinity(table):
    return table.assign(tempo=[1.0, np.inf, 2.0])


def with_text(table):
    return table.assign(rms_mean=["0.1", "loud", "0.2"])


def without_a_label(table):
    return table.assign(label=["blues", None, "jazz"])


def with_a_row_twice(table):
    return pd.concat([table, table.iloc[[1]]])


def with_a_wrong_label(table):
    return table.assign(label=["blues", "rock", "jazz"])


@pytest.mark.parametrize(
    "options", [{"sep": ";", "decimal": ","}, {"sep": "\t"}, {"sep": "|"}, {"sep": ";"}]
)
def test_other_separators_and_an_index_column_do_not_matter(tmp_path, options):
    plain = read_feature_table(written(table_of(NAMES_30), tmp_path))
    table = table_of(NAMES_30).set_axis([7, 8, 9])
    other = read_feature_table(written(table, tmp_path, index=True, **options))
    pd.testing.assert_frame_equal(plain, other)


def test_a_table_saved_by_a_spreadsheet_with_a_byte_order_mark(tmp_path):
    path = written(table_of(NAMES_30), tmp_path, encoding="utf-8-sig")
    assert len(read_feature_table(path)) == len(NAMES_30)


@pytest.mark.parametrize("names", [NAMES_30, NAMES_3], ids=["30 s", "3 s"])
@pytest.mark.parametrize(
    "damage, reason",
    [
        (without_a_column, "lacks 1 of its columns: mfcc7_var$"),
        (without_many, r"lacks 58 of its columns: length, .*\.\.\.$"),
        (with_nan, "missing values, the first is {}"),
        (with_infinity, "missing values, the first is {}"),
        (with_text, "missing values, the first is {}"),
        (without_a_label, "missing values, the first is {}"),
        (with_a_row_twice, "twice, the first is {}"),
        (with_a_wrong_label, "{} is labelled rock"),
    ],
)
def test_a_damaged_table_is_refused_with_the_reason(tmp_path, names, damage, reason):
    path = written(damage(table_of(names)), tmp_path)
    with pytest.raises(DatasetError, match=reason.format(names[1])) as refused:
        read_feature_table(path)
    message = str(refused.value)
    assert message.startswith(str(path)) and "\n" not in message


@pytest.mark.parametrize("content", [b"", bytes(range(128, 256)) * 9, b'a,b\n"1,2\n3'])
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "features_30_sec.csv"
    path.write_bytes(content)
    for wrong in (path, tmp_path, tmp_path / "gone.csv"):
        with pytest.raises(DatasetError, match=r"that can be read|lacks"):
            read_feature_table(wrong)


def test_the_published_table_is_preferred_and_this_is_said(tmp_path, own_cache, poison):
    sounds(tmp_path)
    path = written(table_of(["jazz.00000.wav", "rock.00001.wav", "jazz.00007.wav"]), tmp_path)
    features = extract(read_dataset(tmp_path))
    assert path.name in features.source and "3 rows" in features.source
    assert features.genre.to_dict() == {
        "jazz.00000": "jazz",
        "rock.00001": "rock",
        "jazz.00007": "jazz",
    }
    assert list(features.X) == list(FEATURE_COLUMNS) and "label" not in features.values
    assert features.faults.empty and not own_cache.exists()


def test_the_published_table_can_be_declined(tmp_path, own_cache):
    sounds(tmp_path)
    written(table_of(NAMES_30), tmp_path)
    found = read_dataset(tmp_path)
    features = load_features(found, published=False, n_jobs=1, progress=False)
    assert set(features.values.index) == {"jazz.00000", "rock.00001", "jazz.00002"}
    assert features.source.startswith("Computed from 3 audio files (3 rows)")


def test_a_table_of_tracks_does_not_stand_in_for_segments(tmp_path, own_cache):
    sounds(tmp_path, count=1, seconds=3.1)
    written(table_of(NAMES_30), tmp_path)
    assert extract(read_dataset(tmp_path), "features_3_sec").values.index.tolist() == [
        ("jazz.00000", 0)
    ]


@pytest.mark.real
def test_the_real_table(real_root):
    features = extract(read_dataset(real_root))
    assert features.X.shape == (1000, 57) and features.values.index.is_unique
    assert (features.genre.value_counts() == 100).all()
    assert features.values["length"].between(29 * 22050, 31 * 22050).all()


@pytest.mark.parametrize("kind, rows", [("features_30_sec", 2), ("features_3_sec", 4)])
def test_what_is_computed_can_be_published_and_read_again(tmp_path, kind, rows):
    features = extract(sounds(tmp_path, count=2, seconds=6.5), kind)
    table = as_published_table(features)
    assert list(table) == COLUMNS and table.shape == (rows, 60)
    names = {
        "features_30_sec": ["jazz.00000.wav", "rock.00001.wav"],
        "features_3_sec": [f"{t}.{n}.wav" for t in ("jazz.00000", "rock.00001") for n in (0, 1)],
    }
    assert table["filename"].tolist() == names[kind]
    read = read_feature_table(written(table, tmp_path))
    pd.testing.assert_frame_equal(read.drop(columns="label"), features.values)
    assert read["label"].tolist() == features.genre.tolist()


def test_a_table_of_other_music_can_be_read_again(tmp_path):
    for genre in ("rock", "jazz"):
        sound(tmp_path / genre / "track12345.wav", seed=len(genre) + (genre == "jazz"))
    features = extract(read_dataset(tmp_path))
    read = read_feature_table(written(as_published_table(features), tmp_path))
    assert read.index.tolist() == features.values.index.tolist()
