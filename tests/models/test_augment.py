"""What training changes about spectrograms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_utils.models import Augmentation, blank_spans, even_crops, mix, mix_style, random_crops


@pytest.fixture
def batch():
    return np.random.default_rng(1).normal(size=(6, 40, 16)).astype(np.float32)


def test_random_crops_are_pieces_of_their_own_items():
    frames = np.arange(5 * 30).reshape(5, 30, 1)
    crops = random_crops(frames, 7, np.random.default_rng(0))
    assert crops.shape == (5, 7, 1)
    assert (np.diff(crops[..., 0], axis=1) == 1).all()
    assert (crops[:, 0, 0] // 30 == np.arange(5)).all()
    assert len(set(crops[:, 0, 0] % 30)) > 1


@given(st.integers(1, 30), st.integers(1, 6))
def test_even_crops_reach_from_the_start_to_the_end(columns, views):
    frames = np.arange(2 * 30).reshape(2, 30, 1)
    crops = even_crops(frames, columns, views).reshape(2, views, columns)
    assert crops[0, 0, 0] == 0
    assert crops[1, 0, 0] == 30
    if views > 1:
        assert crops[0, -1, -1] == 29
        assert crops[1, -1, -1] == 59


@given(st.integers(0, 3), st.integers(0, 50), st.integers(0, 20), st.integers(0, 100))
def test_blanks_are_spans_no_wider_than_asked(spans, columns, bands, seed):
    batch = np.ones((4, 40, 16))
    blank_spans(batch, spans, columns, bands, np.random.default_rng(seed))
    assert set(np.unique(batch)) <= {0.0, 1.0}
    whole_columns = (batch == 0).all(axis=2).sum(axis=1)
    whole_bands = (batch == 0).all(axis=1).sum(axis=1)
    rest = (batch == 0).sum(axis=(1, 2))
    covered = whole_columns * 16 + whole_bands * 40 - whole_columns * whole_bands
    assert (rest == covered).all()
    if whole_bands.max() < 16:
        assert (whole_columns <= spans * columns).all()
    if whole_columns.max() < 40:
        assert (whole_bands <= spans * bands).all()


def test_mixing_keeps_labels_probabilities_and_items_in_between(batch):
    targets = np.eye(6, dtype=np.float32)
    mixed, labels = mix(batch, targets, 0.3, np.random.default_rng(0))
    assert np.allclose(labels.sum(axis=1), 1)
    assert np.allclose(mixed, np.tensordot(labels, batch, 1), atol=1e-5)


def test_style_is_mean_and_deviation_and_nothing_else(batch):
    batch *= np.random.default_rng(2).uniform(0.5, 2, (6, 1, 16)).astype(np.float32)
    changed = mix_style(batch, 1.0, np.random.default_rng(0))
    assert not np.allclose(changed, batch, atol=0.1)

    def shape(x):
        return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)

    assert np.allclose(shape(changed), shape(batch), atol=1e-3)
    low, high = batch.mean(axis=1).min(axis=0), batch.mean(axis=1).max(axis=0)
    assert (changed.mean(axis=1) > low - 1e-4).all()
    assert (changed.mean(axis=1) < high + 1e-4).all()


def test_training_batches_get_their_style_mixed(batch):
    targets = np.eye(6, dtype=np.float32)
    for style, moved in ((1.0, True), (0.0, False)):
        change = Augmentation(masks=0, style=style)
        changed, labels = change(batch.copy(), targets, np.random.default_rng(0))
        assert np.array_equal(labels, targets)
        assert moved == (not np.allclose(changed.mean(axis=1), batch.mean(axis=1), atol=1e-3))


def test_no_share_no_change(batch):
    assert np.allclose(mix_style(batch, 0.0, np.random.default_rng(0)), batch, atol=1e-5)


def test_the_same_seed_makes_the_same_changes(batch):
    targets = np.eye(6, dtype=np.float32)
    change = Augmentation(mixup=0.3)
    first = change(batch.copy(), targets, np.random.default_rng(3))
    again = change(batch.copy(), targets, np.random.default_rng(3))
    other = change(batch.copy(), targets, np.random.default_rng(4))
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    assert first[0].dtype == np.float32
