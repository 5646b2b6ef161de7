"""The table of artists and their decades."""

from genre_utils.data import artist_decades


def test_each_artist_has_the_decade_of_the_record_that_stands_for_it():
    table = artist_decades()
    assert table.index.is_unique
    assert 10 <= len(table) <= 25
    assert (table["year"] // 10 * 10 == table["decade"]).all()
    assert set(table["decade"]) == set(range(1960, 2010, 10))
    assert table["see"].str.startswith("https://").all()
