# %% [markdown]
# # 6. Recurrent networks and attention
#
# Music is ordered in time: a backbeat, a riff or a chorus is a matter of when something sounds. The student summary that
# this course follows wishes for "architectures beyond CNN, like RNNs or attention mechanisms", which read a segment frame
# by frame. In this notebook we build five such networks and ask one question: **do they use the order of the frames to
# classify genres?** To find out, we train every network a second time on the same frames in shuffled order. What it loses is
# what the order was worth.
#
# **After this notebook you can** compute a gated recurrent unit by hand and count its parameters, build recurrent networks
# and a transformer encoder in Keras, test with a control whether a model uses order, keep small networks from overfitting,
# and check whether attention weights explain a prediction.
#
# **Prerequisites:** mel spectrograms (notebook 1), splits by artist (notebook 3), training and learning curves (notebook
# 4).

# %% tags=["parameters"]
data = ""  # dataset folder; "" looks in GTZAN_HOME, then data/gtzan, then makes a demo collection
profile = "full"  # "quick" trains for fewer epochs on one fold
seed = 0
listen = True  # not used in this notebook
output = ""  # folder for the results file; "" writes none

# %% tags=["hide-input"]
import logging
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
logging.getLogger("tensorflow").setLevel(logging.ERROR)

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from genre_utils.audio import EMBEDDING_COLUMNS
from genre_utils.data import features_or_reason, make_splits, open_dataset
from genre_utils.evaluation import Results, bootstrap_interval, make_score, paired_test, verdict
from genre_utils.models import ModelError, classify_clip, load_model, save_song_network
from genre_utils.plots import set_style, show

set_style()
quick = profile == "quick"
dataset = open_dataset(data)
tracks = dataset.tracks
results = Results("06_sequences", dataset, profile, seed)
results.fact(title="Recurrent networks and attention")
results.notice()

# %% [markdown]
# ## Sequences of frames
#
# Every recording is cut into segments of 3 s. A log-mel spectrogram describes a segment by 130 *frames*, one for every 23
# ms, with the energy in 128 mel bands. A recurrent network needs one step per frame, one after the other, so we shorten the
# sequences: three neighboring frames and four neighboring bands become their mean. This leaves 14 frames per second, which
# is still fast enough for sixteenth notes at 120 beats per minute (eight per second). Neighboring segments of a track are
# similar, so we use every second one.

# %%
mel, reason = features_or_reason(dataset, "mel")
if mel is None:
    results.end(f"The networks of this notebook need recordings. {reason}", output)
index = mel.values.index
index = index[index.get_level_values("segment") % 2 == 0]
X = np.stack(mel.values.loc[index, "frames"])[:, :129]
X = X.reshape(len(X), 43, 3, 32, 4).mean(axis=(2, 4), dtype="float32")
y = mel.genre.loc[index].to_numpy(str)
track_id = index.get_level_values("track_id").to_numpy()
genres = np.unique(y)
print(f"{len(X)} segments of {len(set(track_id))} tracks: {X.shape[1]} frames of {X.shape[2]} bands")

# %% [markdown]
# The *control* is a copy of the data in which the frames of every segment are in a random order. The order is drawn once
# per segment and stays the same during training and evaluation. Everything that does not depend on time is the same in
# both versions: the mean and the variance of every band, and each single frame.

# %%
rng = np.random.default_rng(seed)


def shuffle_time(X):
    """The same sequences, each with its steps in a random order."""
    return np.stack([sequence[rng.permutation(len(sequence))] for sequence in X])


segments = {"in order": X, "shuffled": shuffle_time(X)}
assert np.allclose(X.mean(axis=1), segments["shuffled"].mean(axis=1), atol=1e-3)

# %% tags=["hide-input"]
row = int(np.argmax(np.abs(np.diff(X, axis=1)).mean(axis=(1, 2))))  # the one that changes most
fig, axes = plt.subplots(2, 1, figsize=(6, 4.4), sharex=True)
for ax, (order, sequences) in zip(axes, segments.items(), strict=True):
    ax.imshow(
        sequences[row].T, origin="lower", aspect="auto", cmap="magma", extent=(0, 3, 0, 32)
    )
    ax.set(title=f"{track_id[row]}, {order}".replace("$", r"\$"), ylabel="mel band")
    ax.grid(visible=False)
axes[-1].set_xlabel("time (s)")
show(
    fig,
    alt="Two spectrograms of one segment. In order, bright vertical stripes return at regular distances; shuffled, the "
    "same stripes stand in irregular places.",
    caption="A segment with its frames in order, and the same frames in random order.",
)

# %% [markdown]
# In order, you can see a beat. Shuffled, the same frames are there, but the rhythm is gone.
#
# ## A gated recurrent unit
#
# A recurrent layer keeps a *state* $h_t$, a vector of numbers that it updates at every frame $x_t$. The *gated recurrent
# unit* (GRU, [Cho et al. 2014](https://arxiv.org/abs/1406.1078)) computes two gates between 0 and 1 and a candidate
# $\tilde h_t$ for the new state. Keras uses the variant with two bias vectors, which allows a faster implementation
# (`reset_after=True`):
#
# $$z_t = \sigma(W_z x_t + b_z + U_z h_{t-1} + c_z), \qquad r_t = \sigma(W_r x_t + b_r + U_r h_{t-1} + c_r)$$
#
# $$\tilde h_t = \tanh(W_h x_t + b_h + r_t \odot (U_h h_{t-1} + c_h)), \qquad h_t = z_t \odot h_{t-1} + (1 - z_t) \odot
# \tilde h_t$$
#
# The *update gate* $z$ decides how much of the old state stays, and the *reset gate* $r$ how much of it enters the
# candidate. $\sigma$ is the logistic function, $\odot$ multiplies element by element. Is this what Keras computes? We take
# the weights of a layer and repeat its calculation in NumPy.

# %%
from keras import layers
from scipy.special import expit as sigmoid

units = 24
gru = layers.GRU(units)
state_of_keras = gru(X[:1])[0]
W, U, (b, c) = gru.get_weights()  # each contains z, r and h side by side
h = np.zeros(units)
for x_t in X[0]:
    from_input, from_state = np.split(x_t @ W + b, 3), np.split(h @ U + c, 3)
    z, r = (sigmoid(from_input[i] + from_state[i]) for i in (0, 1))
    h = z * h + (1 - z) * np.tanh(from_input[2] + r * from_state[2])
assert np.allclose(h, state_of_keras, atol=1e-4)
print(f"largest difference after {len(X[0])} frames: {np.abs(h - state_of_keras).max():.0e}")

# %% [markdown]
# Both agree up to rounding. The formula also tells us the number of parameters: each of the three lines needs a matrix for
# the $m$ inputs, a matrix for the $n$ units of the state, and two bias vectors, so $3 (mn + n^2 + 2n)$. A *long short-term
# memory* (LSTM, [Hochreiter and Schmidhuber 1997](https://doi.org/10.1162/neco.1997.9.8.1735)) has a second state, three
# gates and one bias vector, $4 (mn + n^2 + n)$.

# %%
m, n = X.shape[2], units
lstm = layers.LSTM(units)
lstm.build((None, None, m))
assert gru.count_params() == 3 * (m * n + n * n + 2 * n)
assert lstm.count_params() == 4 * (m * n + n * n + n)
print(f"GRU: {gru.count_params():,} parameters, LSTM: {lstm.count_params():,} parameters")
results.fact(parameters={"GRU": gru.count_params(), "LSTM": lstm.count_params()})

# %% [markdown]
# ## Self-attention
#
# A *transformer encoder* ([Vaswani et al. 2017](https://arxiv.org/abs/1706.03762)) has no state. Every frame compares
# itself with all frames at once, and takes a weighted mean of them:
#
# $$\mathrm{softmax}\!\left(\frac{Q K^T}{\sqrt{d}}\right) V.$$
#
# The *queries* $Q$, *keys* $K$ and *values* $V$ are linear functions of the frames, and $d$ is the length of a query. This
# calculation does not know the order of the frames. So we add a *positional encoding* to every frame: sine and cosine waves
# of several wavelengths, whose values are different at every position.


# %%
def positional_encoding(length, width):
    """Sines and cosines, shape (length, width); the wavelengths grow from 2π to 20,000π frames."""
    rate = 10_000.0 ** (-np.arange(0, width, 2) / width)
    angle = np.arange(length)[:, None] * rate
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1).astype("float32")


def transformer_block(x, width):
    """Self-attention and a dense layer, each added to its standardized input."""
    normal = layers.LayerNormalization()(x)
    x = x + layers.MultiHeadAttention(num_heads=4, key_dim=width // 4, dropout=0.2)(normal, normal)
    normal = layers.LayerNormalization()(x)
    return x + layers.Dense(width)(layers.Dense(2 * width, activation="relu")(normal))


# %% [markdown]
# ## Five networks
#
# - **GRU** and **LSTM** read the frames once, from the first to the last.
# - The **bidirectional GRU** consists of two GRUs of half the size; one of them reads backward ([Schuster and Paliwal
#   1997](https://doi.org/10.1109/78.650093)).
# - **CNN + GRU**: a convolution over time finds short patterns, and a GRU reads them ([Choi et al.
#   2017](https://arxiv.org/abs/1609.04243)).
# - The **transformer encoder** is one block of self-attention.
#
# All of them end in the same way: the mean over time, dropout, and a dense layer with softmax. The collection is small, so
# the networks are small, and dropout at the input removes whole bands in training.

# %%
import keras

WIDTH = 32


def build(name, length, bands):
    """A network on sequences of so many frames and bands."""
    inputs = layers.Input((length, bands))
    x = layers.SpatialDropout1D(0.2)(inputs)
    if name == "gru":
        x = layers.GRU(WIDTH, return_sequences=True)(x)
    elif name == "lstm":
        x = layers.LSTM(WIDTH, return_sequences=True)(x)
    elif name == "bidirectional":
        x = layers.Bidirectional(layers.GRU(WIDTH // 2, return_sequences=True))(x)
    elif name == "crnn":
        x = layers.Conv1D(WIDTH, 5, padding="same", activation="relu")(x)
        x = layers.Dropout(0.2)(layers.MaxPooling1D(2)(x))
        x = layers.GRU(WIDTH, return_sequences=True)(x)
    elif name == "transformer":
        x = layers.Dense(WIDTH)(x) + positional_encoding(length, WIDTH)
        x = layers.LayerNormalization()(transformer_block(x, WIDTH))
    x = layers.Dropout(0.4)(layers.GlobalAveragePooling1D()(x))
    return keras.Model(inputs, layers.Dense(len(genres), activation="softmax")(x))


names = {
    "gru": "GRU", "lstm": "LSTM", "bidirectional": "bidirectional GRU", "crnn": "CNN + GRU",
    "transformer": "transformer encoder",
}  # fmt: skip

# %% [markdown]
# ## Training sets, validation sets and test sets
#
# Songs by one artist sound alike, so we keep all tracks of an artist in one set (split `artist`, notebook 3; where artists
# are unknown, we group by song). In three folds, every track is in the test set once. A fifth of each remaining part is the
# *validation set*.

# %%
from sklearn.model_selection import StratifiedGroupKFold

ids = pd.Index(pd.unique(track_id), name="track_id")
genre = tracks.loc[ids, "genre"].to_numpy(str)
splits, reasons = make_splits(tracks, ids, n_splits=3, seed=seed)
strict = "artist" if "artist" in splits else "track"
if strict not in splits or pd.Series(genre).value_counts().min() < 3:
    results.end("These networks need at least three songs of every genre.", output)
groups = splits[strict].groups

sets = []
for rest, test in splits[strict].folds(genre)[: 1 if quick else None]:
    n_inner = min(5, pd.Series(genre[rest]).value_counts().max())
    inner = StratifiedGroupKFold(n_inner, shuffle=True, random_state=seed)
    train, valid = next(inner.split(rest, genre[rest], groups[rest]))
    sets.append((rest[train], rest[valid], test))
    print(", ".join(f"{name} {len(rows)}" for name, rows in zip(["training", "validation", "test"], sets[-1], strict=True)))

# %% [markdown]
# ## Training without overfitting
#
# A comparison of two networks that only memorize their training sets tells us nothing about music. We use four remedies:
# the inputs are standardized with the training set, the networks are small, they have dropout, and *early stopping* ends
# the training when the loss on the validation set has not fallen for several epochs, and restores the best weights.


# %%
def compile_network(network, updates):
    """Compile a network for trainings of at most so many updates."""
    rate = keras.optimizers.schedules.CosineDecay(3e-3, updates)
    network.compile(
        keras.optimizers.AdamW(rate), "sparse_categorical_crossentropy", metrics=["accuracy"],
        jit_compile=False, steps_per_execution=4,  # settings for speed on a CPU
    )  # fmt: skip
    return network


def fit_network(network, x, codes, train, valid, updates, seed):
    """Train a compiled network from new random weights; return its learning curves."""
    keras.utils.set_random_seed(seed)
    network.set_weights(keras.models.clone_model(network).get_weights())
    for variable in network.optimizer.variables:  # forget the previous training
        variable.assign(keras.ops.zeros_like(variable))
    history = network.fit(
        x[train], codes[train], validation_data=(x[valid], codes[valid]), batch_size=64,
        epochs=max(2, 64 * updates // len(train)), verbose=0,
        callbacks=[keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)],
    )  # fmt: skip
    return pd.DataFrame(history.history)


# %% [markdown]
# One function does the experiment for one architecture: it trains a network per fold and order, and predicts the test sets.


# %%
def compare_orders(name, sequences, y, fold_of, updates):
    """Out-of-fold predictions by order, and learning curves by order and fold."""
    network = compile_network(build(name, *sequences["in order"].shape[1:]), updates)
    codes = np.searchsorted(genres, y)
    y_pred = {order: np.full(len(y), "", object) for order in sequences}
    curves = {}
    for fold, (train, valid, test) in enumerate(fold_of):
        for order, X in sequences.items():
            x = (X - X[train].mean(axis=(0, 1))) / X[train].std(axis=(0, 1))
            curve = fit_network(network, x, codes, train, valid, updates, seed + fold)
            y_pred[order][test] = genres[network.predict(x[test], batch_size=512, verbose=0).argmax(axis=1)]
            fitted = network.evaluate(x[train], codes[train], batch_size=512, verbose=0)[1]
            curves[order, fold] = curve.assign(fitted=fitted)
    return y_pred, curves
