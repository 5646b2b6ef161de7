"""The networks: the published one to the last parameter, the others by what they take and give."""

import os
from functools import partial

import numpy as np
import pytest

from genre_utils import models

# The summary's table: name, output shape, parameters.
TABLE = [
    ("conv2d", (None, 128, 11, 64), 640),
    ("max_pooling2d", (None, 64, 6, 64), 0),
    ("batch_normalization", (None, 64, 6, 64), 256),
    ("conv2d_1", (None, 62, 4, 32), 18464),
    ("max_pooling2d_1", (None, 31, 2, 32), 0),
    ("batch_normalization_1", (None, 31, 2, 32), 128),
    ("conv2d_2", (None, 30, 1, 32), 4128),
    ("max_pooling2d_2", (None, 15, 1, 32), 0),
    ("batch_normalization_2", (None, 15, 1, 32), 128),
    ("conv2d_3", (None, 15, 1, 16), 528),
    ("max_pooling2d_3", (None, 8, 1, 16), 0),
    ("batch_normalization_3", (None, 8, 1, 16), 64),
    ("flatten_2", (None, 128), 0),
    ("dense_9", (None, 64), 8256),
    ("dropout_3", (None, 64), 0),
    ("dense_10", (None, 10), 650),
]


def test_the_published_network_equals_its_table():
    network = models.published_cnn()
    found = [(layer.name, layer.output.shape, layer.count_params()) for layer in network.layers]
    assert found == TABLE
    assert network.count_params() == 33_242
    assert sum(int(np.prod(w.shape)) for w in network.non_trainable_weights) == 288


@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (models.published_cnn, (130, 13)),
        (models.dense_network, (130, 13)),
        (models.dense_network, (57,)),
        (models.waveform_network, (66150,)),
        (models.spectrogram_network, (130, 128)),
        (partial(models.spectrogram_network, widths=(4, 8)), (40, 64)),
    ],
)
def test_networks_give_probabilities_of_as_many_classes_as_asked(build, shape):
    items = np.random.default_rng(0).normal(size=(2, *shape)).astype(np.float32)
    said = build(shape, 3).predict_on_batch(items)
    assert said.shape == (2, 3)
    assert np.allclose(said.sum(axis=1), 1, atol=1e-5)


def test_a_spectrogram_may_have_any_length():
    network = models.spectrogram_network((None, 64), widths=(4, 8))
    for columns in (16, 49, 200):
        assert network.predict_on_batch(np.zeros((1, columns, 64), np.float32)).shape == (1, 10)


def test_the_average_of_networks_is_the_mean_of_what_they_say():
    members = [models.spectrogram_network((None, 64), 3, widths=(4, 8)) for _ in range(3)]
    items = np.random.default_rng(0).normal(size=(2, 32, 64)).astype(np.float32)
    each = np.mean([member.predict_on_batch(items) for member in members], axis=0)
    assert np.allclose(models.average(members).predict_on_batch(items), each, atol=1e-5)


def test_a_process_of_joblib_takes_its_share_of_the_cores_only(monkeypatch):
    monkeypatch.setattr(os, "environ", {"OMP_NUM_THREADS": "1"})
    models.load_keras()
    assert os.environ["TF_NUM_INTRAOP_THREADS"] == "1"
