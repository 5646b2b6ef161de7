"""Figures of the recommender show what they were given."""

import numpy as np
import pandas as pd
import pytest

from genre_utils import plots


def test_the_way_to_ten_songs_has_six_steps_and_says_what_the_encoder_adds():
    texts = [t.get_text() for t in plots.recommender_diagram(57, 256, 1000).texts]
    assert "57 features\n+ 256 of the encoder" in texts and "with 1,000 songs" in texts
    deaf = [t.get_text() for t in plots.recommender_diagram(57, 0, 9).texts]
    assert "57 features" in deaf


def test_arrows_stand_at_the_angle_of_their_cosine():
    ax = plots.angles({"near": 0.5, "far": -1.0}, "Angles")
    texts = [t.get_text() for t in ax.texts]
    assert "near\ncosine 0.50, 60°" in texts and "far\ncosine -1.00, 180°" in texts
    feet = [line.get_xydata().tolist() for line in ax.lines[1:]]
    assert feet[0][1] == pytest.approx([0.5, np.sqrt(0.75)])


def test_lists_are_columns_of_genres():
    ax = plots.genre_lists({"0": ["jazz", "pop"], "3": ["pop"]}, "Lists")
    assert [(*t.get_position(), t.get_text()) for t in ax.texts] == [
        (0, 0, "jazz"),
        (0, 1, "pop"),
        (1, 0, "pop"),
    ]


def test_each_genre_has_a_panel_with_its_share():
    place = np.arange(12.0).reshape(6, 2)
    genre = pd.Series(["jazz", "pop", "rock"] * 2)
    shares = pd.Series({"jazz": 0.5, "pop": 0.25, "rock": 1.0})
    axes = plots.genre_maps(place, genre, [0, 4], shares, "Map")
    titles = [ax.get_title() for ax in axes.flat]
    assert titles == ["jazz, 50 %", "pop, 25 %", "rock, 100 %"]
    assert axes[0, 0].collections[1].get_offsets().tolist() == [[0, 1], [6, 7]]
    assert len(axes[0, 0].collections) == 4  # the seed is circled once more
    assert axes[0, 1].collections[2].get_offsets().tolist() == [[8, 9]]
