"""Fine-tuning: it begins as a linear probe, trains no more than it is told, and gets better."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from genre_utils.models import DEPTHS, FineTunedEncoder, encoder, encoder_network, lower_blocks

keras = pytest.importorskip("keras")


@pytest.fixture(scope="module", autouse=True)
def weights():
    """Random weights in place of those that were published: nothing here needs them."""
    keras.utils.set_random_seed(0)
    network = encoder_network()
    made = {
        f"{layer.name}/{weight.name}": keras.ops.convert_to_numpy(weight)
        for layer in network.layers
        for weight in layer.weights
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "_weights", lambda: made)
        yield made


def patches(songs=12, seed=0):
    """Low hum, or a high one."""
    rng = np.random.default_rng(seed)
    genre = np.array(["bass", "treble"])[np.arange(songs) % 2]
    frames = rng.uniform(0, 1, (songs, 187, 96)).astype(np.float32)
    frames[::2, :, :40] += 2
    frames[1::2, :, 56:] += 2
    index = pd.MultiIndex.from_product([[f"t{i:02d}" for i in range(songs)], [0]])
    index.names = ["track_id", "segment"]
    return pd.DataFrame({"frames": list(frames)}, index), pd.Series(genre, index)


def trained(depth, **options):
    X, y = patches()
    model = FineTunedEncoder(depth, epochs=1, batch_size=4, random_state=3, **options)
    return model.fit(X, y, validation=patches(6, seed=1))


@pytest.fixture(scope="module")
def fitted(weights):
    return trained("last blocks", learning_rate=1e-3)


def test_it_names_genres(fitted):
    X, y = patches(6, seed=2)
    assert (fitted.predict(X) == y).all()
    assert np.allclose(fitted.predict_proba(X).sum(axis=1), 1, atol=1e-5)


def test_it_is_the_same_again():
    X, _ = patches(6, seed=2)
    one, other = (trained("head only", learning_rate=1e-3).predict_proba(X) for _ in range(2))
    assert np.allclose(one, other, atol=1e-5)


def test_what_is_below_is_computed_once_and_gives_the_same(fitted):
    X, _ = patches(6, seed=2)
    below = lower_blocks(X, "last blocks")
    assert below["frames"].iloc[0].shape == (23, 12, 128) and below.index.equals(X.index)
    assert lower_blocks(X, "head only")["frames"].iloc[0].shape == (256,)
    assert np.allclose(fitted.predict_proba(below), fitted.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("depth", DEPTHS)
def test_no_more_is_trained_than_is_told(depth, weights):
    blocks = DEPTHS[depth]
    model = FineTunedEncoder(depth)
    shape = {0: (256,), 2: (23, 12, 128), 5: (187, 96)}[blocks]
    network = model._builder()(shape, 3)
    trainable = {weight.path.split("/")[0] for weight in network.trainable_weights}
    assert trainable == {"genre", *(f"{i}CNN" for i in range(6 - blocks, 6))}
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            before = layer.get_weights()
            network(np.ones((2, *shape), np.float32), training=True)
            assert all(map(np.array_equal, layer.get_weights(), before))


def test_it_begins_as_a_linear_probe(monkeypatch):
    """At a rate of nothing, it is the logistic regression on embeddings, whatever the depth."""
    X, _ = patches(6, seed=2)
    said = [trained(d, learning_rate=0.0) for d in ("head only", "last blocks")]
    logits = [np.log(model.predict_proba(X)) * model.temperature_ for model in said]
    margins = [part[:, 0] - part[:, 1] for part in logits]
    assert np.allclose(*margins, rtol=0.02, atol=0.02)
    assert np.abs(margins[0]).min() > 0.1


def test_it_is_an_estimator():
    model = FineTunedEncoder("all blocks", epochs=0.5, members=2)
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(ValueError, match="depth"):
        FineTunedEncoder("some blocks").fit(*patches(4), validation=patches(4))
