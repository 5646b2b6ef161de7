"""Figures of networks are drawn from the networks themselves."""

import numpy as np
import PIL.Image

from genre_utils import models, plots


def test_each_layer_is_a_box_with_its_shape_and_parameters():
    network = models.published_cnn((130, 13), 10)
    layers = plots.layer_shapes(network)
    ax = plots.network_diagram(layers, "Layers")
    assert len(ax.patches) == len(layers)
    assert sum(parameters for *_, parameters in layers) == network.count_params()
    said = [text.get_text() for text in ax.texts]
    for kind, shape, parameters in layers:
        assert plots.layer_name(kind) in said
        assert " × ".join(map(str, shape)) in said
        assert not parameters or f"{parameters:,}" in said
    longest, stroke = ax.patches[0].get_width(), ax.patches[-1].get_width()
    assert longest == max(box.get_width() for box in ax.patches) > stroke


def test_a_network_for_any_length_is_drawn_for_one_and_without_what_changes_no_shape():
    layers = plots.layer_shapes(models.spectrogram_network((128, 64), 10), (128, 64))
    assert layers[0][1] == (128, 64) and layers[-1][1] == (10,)
    ax = plots.network_diagram(layers, "Layers", ("Activation", "Reshape", "BatchNormalization"))
    assert len(ax.patches) == 14
    alt, caption = plots.tell_layers(layers)
    assert "convolution 128 by 64 by 16" in alt
    assert caption.startswith("191,706 parameters.") and "from 128 frames to 4." in caption
    assert caption.endswith("channels: 16 at first, 128 in the end.")


def test_small_arrays_show_their_numbers_and_what_is_left_of_them():
    x, y = np.arange(6.0).reshape(3, 2), np.array([[1.0], [-2.0]])
    axes = plots.small_maps({"input": x, "answer": y}, "By hand")
    assert [text.get_text() for text in axes[0, 1].texts] == ["1", "-2"]
    assert not axes[0, 2].images
    alt, caption = plots.tell_small_maps(x, y, np.array([[1.0]]))
    assert "3 by 2" in alt and "[[1, -2]]" in alt
    assert "most (1)" in caption and "1 negative answer away" in caption


def test_filters_are_told_by_the_direction_in_which_they_differ():
    kernel = np.zeros((3, 3, 1, 2))
    kernel[0, :, 0, 0] = 1  # in time
    kernel[:, 0, 0, 1] = 1  # between bands
    assert plots.tell_filters(kernel)[1] == "1 of 2 filters differ more in time than in frequency."


def test_each_filter_has_a_panel_with_bands_upwards():
    kernel = np.arange(3 * 2 * 1 * 20.0).reshape(3, 2, 1, 20)
    axes = plots.first_filters(kernel, "Filters")
    drawn = [ax.images[0].get_array() for ax in axes.flat if ax.images]
    assert len(drawn) == 20
    np.testing.assert_array_equal(drawn[7], kernel[:, :, 0, 7].T)


def test_a_picture_stands_beside_what_is_decoded_from_it(tmp_path):
    path = tmp_path / "picture.png"
    PIL.Image.new("RGB", (20, 10), (0, 128, 0)).save(path)
    picture, decoded = plots.decoded_picture(
        str(path), np.arange(12.0).reshape(4, 3), "blues.00000"
    )
    assert picture.images[0].get_array().shape == (10, 20, 3)
    assert decoded.images[0].get_array().shape == (3, 4)
