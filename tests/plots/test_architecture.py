"""Figures of networks are drawn from the networks themselves."""

import numpy as np
import PIL.Image

from genre_utils import models, plots


def test_each_layer_is_a_box_with_its_shape_and_parameters():
    network = models.published_cnn((130, 13), 10)
    ax = plots.network_diagram(network, "Layers")
    shapes = plots.layer_shapes(network)
    assert len(ax.patches) == len(ax.texts) == len(shapes)
    assert sum(parameters for *_, parameters in shapes) == network.count_params()
    for text, (_, shape, parameters) in zip(ax.texts, shapes, strict=True):
        wanted = " × ".join(map(str, shape)) + (f"\n{parameters:,}" if parameters else "")
        assert text.get_text() == wanted
    kinds = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(kinds) == len(set(kinds)) and "convolution" in kinds


def test_each_filter_has_a_panel_with_bands_upwards():
    kernel = np.arange(3 * 2 * 1 * 20.0).reshape(3, 2, 1, 20)
    axes = plots.first_filters(kernel, "Filters")
    drawn = [ax.images[0].get_array() for ax in axes.flat if ax.images]
    assert len(drawn) == 20
    np.testing.assert_array_equal(drawn[7], kernel[:, :, 0, 7].T)


def test_a_picture_stands_beside_what_is_decoded_from_it(tmp_path):
    path = tmp_path / "picture.png"
    PIL.Image.new("RGB", (20, 10), (0, 128, 0)).save(path)
    picture, decoded = plots.decoded_picture(str(path), np.arange(12.0).reshape(4, 3), "Blues")
    assert picture.images[0].get_array().shape == (10, 20, 3)
    assert decoded.images[0].get_array().shape == (3, 4)
