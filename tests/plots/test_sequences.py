"""Figures of sequences show what they were given."""

import numpy as np
import pandas as pd

from genre_utils import plots


def test_both_readings_have_a_panel_and_a_box_a_frame():
    axes = plots.reading_diagram()
    said = [[text.get_text() for text in ax.texts] for ax in axes]
    assert {"$x_4$", "$h_4$", "mean"} <= set(said[0])
    assert {"$x_4$", "$a_4$", "weighted mean"} <= set(said[1])


def test_each_network_has_a_row_and_both_orders():
    table = pd.DataFrame({"in order": [0.5, 0.4], "shuffled": [0.3, 0.4]}, ["GRU", "attention"])
    axes = plots.order_worth({"mfcc": table, "mel": table}, "Worth")
    assert axes.shape == (1, 2)
    ax = axes[0, 0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["GRU", "attention"]
    drawn = [dots.get_offsets()[:, 0].tolist() for dots in ax.collections[1:]]
    assert drawn == [[0.5, 0.4], [0.3, 0.4]]


def test_weights_stand_above_their_frames():
    weights = np.array([0.1, 0.6, 0.3])
    below = plots.frame_weights(np.zeros((3, 5)), weights, 3.0, "Where")
    above = below.figure.axes[0]
    x, y = above.lines[0].get_data()
    assert x.tolist() == [0.5, 1.5, 2.5] and y.tolist() == weights.tolist()
    assert below.get_xlim() == (0, 3)


def test_songs_have_a_row_and_pieces_a_column():
    weights = pd.DataFrame([[0.25, 0.75], [0.5, 0.5]], ["a", "b"])
    ax = plots.piece_weights(weights, "Which")
    assert [text.get_text() for text in ax.texts] == ["25", "75", "50", "50"]
