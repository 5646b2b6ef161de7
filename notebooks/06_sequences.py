# %% [markdown]
# # 6. Recurrent networks and attention
#
# Music is ordered in time: a backbeat, a riff or a chorus is a matter of when something sounds. The student summary that
# this course follows suggests "architectures beyond CNN, like RNNs or attention mechanisms". Such networks process a
# segment as a sequence of frames. In this notebook we build five of them and ask one question: **do they use order to
# classify genres?** To find out, we train every network a second time on the same sequences in shuffled order. What it
# loses is what the order was worth.
#
# **After this notebook you can** compute a gated recurrent unit by hand and count its parameters, build recurrent networks
# and a transformer encoder in Keras, test with a control whether a model uses order, keep small networks from overfitting,
# and check whether attention weights explain a prediction.
#
# **Prerequisites:** mel spectrograms (notebook 1), splits by artist (notebook 3), training and learning curves (notebook
# 4).

# %% tags=["parameters"]
data = ""  # dataset folder; "" looks in GTZAN_HOME, then data/gtzan, then makes a demo collection
profile = "full"  # "quick" trains two networks for a few epochs on one fold
seed = 0
listen = True  # not used in this notebook
output = ""  # folder for the results file; "" writes none

# %% tags=["hide-input"]
import logging
import os
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
logging.getLogger("tensorflow").setLevel(logging.ERROR)

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from genre_utils.audio import EMBEDDING_COLUMNS, AudioError
from genre_utils.data import features_or_reason, make_splits, open_dataset
from genre_utils.evaluation import Results, bootstrap_interval, make_score, paired_test, verdict
from genre_utils.models import ModelError, classify_clip, load_model, save_song_network
from genre_utils.plots import set_style, show

set_style()
warnings.filterwarnings("ignore", "The least populated class", UserWarning)  # small collections
warnings.filterwarnings("ignore", category=FutureWarning, module="keras")
quick = profile == "quick"
dataset = open_dataset(data)
tracks = dataset.tracks
results = Results("06_sequences", dataset, profile, seed)
results.fact(title="Recurrent networks and attention")
results.notice()

# %% [markdown]
# ## Sequences of frames
#
# Every recording is cut into segments of 3 s. A log-mel spectrogram describes a segment by *frames*, one for every 23 ms,
# with the energy in each mel band. A recurrent network needs one step per frame, one after the other, so we shorten the
# sequences: five neighboring frames and four neighboring bands become their mean. The new frames last 115 ms, which is
# short enough for eighth notes at usual tempos. Neighboring segments of a track are similar, so we use every third one.

# %%
mel, reason = features_or_reason(dataset, "mel")
if mel is None:
    results.end(f"The networks of this notebook need recordings. {reason}", output)
index = mel.values.index
index = index[index.get_level_values("segment") % 3 == 0]
X = np.stack(mel.values.loc[index, "frames"])
X = X.reshape(len(X), 26, 5, 32, 4)  # 130 frames of 128 bands: 26 times 5, 32 times 4
X = X.mean(axis=(2, 4), dtype="float32")
y = mel.genre.loc[index].to_numpy(str)
track_id = index.get_level_values("track_id").to_numpy()
genres = np.unique(y)
print(
    f"{len(X)} segments of {len(set(track_id))} tracks: {X.shape[1]} frames of {X.shape[2]} bands"
)

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
change = np.diff(X.mean(axis=2), axis=1)  # of the mean level, from frame to frame
row = int(np.argmax((change[:, 8:] * change[:, :-8]).sum(axis=1)))  # repeats after 8 frames
fig, axes = plt.subplots(2, 1, figsize=(6, 4.4), sharex=True)
for ax, (order, sequences) in zip(axes, segments.items(), strict=True):
    ax.imshow(sequences[row].T, origin="lower", aspect="auto", cmap="magma", extent=(0, 3, 0, 32))
    ax.set(title=f"{track_id[row]}, {order}".replace("$", r"\$"), ylabel="mel band")
    ax.grid(visible=False)
axes[-1].set_xlabel("time (s)")
show(
    fig,
    alt="Two spectrograms of one segment. In order, bright vertical stripes return about every second; shuffled, the "
    "same stripes stand in irregular places.",
    caption="A segment with its frames in order, and the same frames in random order.",
)

# %% [markdown]
# In order, loud frames return about every second. Shuffled, the same frames are there, but the rhythm is gone.
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
    z_input, r_input, h_input = np.split(x_t @ W + b, 3)
    z_state, r_state, h_state = np.split(h @ U + c, 3)
    z, r = sigmoid(z_input + z_state), sigmoid(r_input + r_state)
    h = z * h + (1 - z) * np.tanh(h_input + r * h_state)
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
# The *queries* $Q$, *keys* $K$ and *values* $V$ are linear functions of the frames, and $d$ is the length of a query. Our
# network has four such *heads* side by side, each with its own $Q$, $K$ and $V$. This calculation does not know the order
# of the frames. So we add a *positional encoding* to every frame: sine and cosine waves of several wavelengths, whose
# values are different at every position.


# %%
def positional_encoding(length, width):
    """Sines and cosines, shape (length, width); the wavelengths grow from 2π frames toward 20,000π."""
    rate = 10_000.0 ** (-np.arange(0, width, 2) / width)
    angle = np.arange(length)[:, None] * rate
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1).astype("float32")


def transformer_block(x, width):
    """Self-attention, then two dense layers; each reads standardized values and is added to its input."""
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
# the networks are small, about ten thousand parameters each, and dropout at the input removes whole bands in training.

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
if quick:
    names = {name: names[name] for name in ["gru", "crnn"]}
print({names[name]: build(name, *X.shape[1:]).count_params() for name in names})

# %% [markdown]
# ## Training sets, validation sets and test sets
#
# Songs by one artist sound alike, so we keep all tracks of an artist in one set (split `artist`, notebook 3) and leave out
# the tracks whose artist is unknown. In a collection that names no artists, we group by song. In three folds, every
# remaining track is in the test set once. About a fifth of the tracks that are not tested is the *validation set*.

# %%
from sklearn.model_selection import StratifiedGroupKFold

ids = pd.Index(pd.unique(track_id), name="track_id")
genre = tracks.loc[ids, "genre"].to_numpy(str)
splits, reasons = make_splits(tracks, ids, n_splits=3, seed=seed)
strict = "artist" if "artist" in splits else "track"
if strict not in splits or pd.Series(genre).value_counts().min() < 3:
    results.end("These networks need at least three songs of every genre.", output)
groups = splits[strict].groups


# %% tags=["hide-input"]
def split_rest(rest):
    """Rows for training and validation, grouped; empty if the collection is too small."""
    n_inner = min(5, pd.Series(genre[rest]).value_counts().max())
    if n_inner < 2:
        return [], []
    inner = StratifiedGroupKFold(n_inner, shuffle=True, random_state=seed)
    pairs = inner.split(rest, genre[rest], groups[rest])
    train, valid = next(((a, b) for a, b in pairs if len(a) and len(b)), ([], []))
    return rest[train], rest[valid]


# %%
sets = []
for rest, test in splits[strict].folds(genre)[: 1 if quick else None]:
    train, valid = split_rest(rest)
    if len(set(genre[train])) > 1:
        sets.append((train, valid, test))
        print("tracks for training, validation and test:", [len(rows) for rows in sets[-1]])
if not sets:
    results.end("There are too few artists for training, validation and test sets.", output)

# %% [markdown]
# ## Training without overfitting
#
# A comparison of networks that only memorize their training sets tells us nothing about music. We use four remedies: the
# inputs are standardized with the training set, the networks are small, they have dropout, and we use *early stopping*:
# the training ends when the accuracy on the validation set has not risen for three epochs, and the best weights are
# restored.


# %%
import math

EPOCHS, BATCHES = (3, 8) if quick else (12, 8)  # every epoch has eight updates


def compile_network(network):
    """Compile a network for trainings of at most so many epochs."""
    rate = keras.optimizers.schedules.CosineDecay(5e-3, EPOCHS * BATCHES)
    network.compile(
        keras.optimizers.AdamW(rate), "sparse_categorical_crossentropy", metrics=["accuracy"],
        jit_compile=False,  # compiling with XLA takes longer than these short trainings
    )  # fmt: skip
    return network


def fit_network(network, x, codes, rows, seed):
    """Train from new random weights (faster than compiling a new network); return the learning curves."""
    keras.utils.set_random_seed(seed)
    new = keras.models.clone_model(network)
    for variable, value in zip(network.variables, new.variables, strict=True):
        variable.assign(value)  # weights, and the random states of dropout
    for variable in network.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    train, valid, _ = rows
    history = network.fit(
        x[train], codes[train], validation_data=(x[valid], codes[valid]), epochs=EPOCHS,
        batch_size=math.ceil(len(train) / BATCHES), validation_batch_size=512, verbose=0,
        callbacks=[keras.callbacks.EarlyStopping("val_accuracy", patience=3, restore_best_weights=True)],
    )  # fmt: skip
    return pd.DataFrame(history.history)


# %% [markdown]
# The experiment for one architecture: in every fold, train one network on the sequences in order and one on the shuffled
# sequences, and predict the genres of the test set. Random weights, batches and dropout are the same for both.
# (`network(x)` computes the probabilities.)


# %%
def standardize(values, train):
    """The values with mean 0 and standard deviation 1 in the training set, by band."""
    return (values - values[train].mean(axis=(0, 1))) / (values[train].std(axis=(0, 1)) + 1e-6)


def compare_orders(name, sequences, y, folds, seed=seed):
    """Out-of-fold predictions, training accuracy, and learning curves, each by order."""
    codes = np.searchsorted(genres, y)
    network = compile_network(build(name, *sequences["in order"].shape[1:]))
    y_pred = {order: np.full(len(y), None, object) for order in sequences}
    fitted, curves = {order: [] for order in sequences}, {}
    for fold, (train, _, test) in enumerate(folds):
        for order, values in sequences.items():
            x = standardize(values, train)
            curves[order, fold] = fit_network(network, x, codes, folds[fold], seed + fold)
            predicted = genres[np.asarray(network(x, training=False)).argmax(axis=1)]
            y_pred[order][test] = predicted[test]
            fitted[order].append(np.mean(predicted[train] == y[train]))
    return y_pred, {order: np.mean(shares) for order, shares in fitted.items()}, curves


# %% [markdown]
# We run it on the segments of 3 s for one architecture of each kind: recurrence, convolution with recurrence, and
# attention. The LSTM and the bidirectional GRU follow below, on shorter sequences.

# %%
segment_folds = [[np.flatnonzero(np.isin(track_id, ids[rows])) for rows in fold] for fold in sets]
frame_names = [name for name in ["gru", "crnn", "transformer"] if name in names]
on_segments = {name: compare_orders(name, segments, y, segment_folds) for name in frame_names}


# %% tags=["hide-input"]
def plot_curves(found, inputs):
    """Learning curves of the first fold, one panel per network."""
    fig, axes = plt.subplots(2, 2, figsize=(6.4, 5), sharex=True, sharey=True)
    for ax in axes.flat[len(found) :]:
        ax.axis("off")
    for ax, (name, (_, _, curves)) in zip(axes.flat, found.items(), strict=False):
        for order, color in [("in order", "#332288"), ("shuffled", "#CC6677")]:
            curve = curves[order, 0]
            epochs = np.arange(1, len(curve) + 1)
            ax.plot(epochs, curve["accuracy"], "--", color=color, label=f"training, {order}")
            ax.plot(epochs, curve["val_accuracy"], "-", color=color, label=f"validation, {order}")
        ax.set(title=names[name], ylim=(0, 1), xticks=range(1, EPOCHS + 1, 2))
        ax.tick_params(labelbottom=True)
    for ax in axes.flat[max(len(found) - 2, 0) : len(found)]:
        ax.set_xlabel("epoch")
    for ax in axes[:, 0]:
        ax.set_ylabel("accuracy")
    axes[-1, -1].legend(*axes[0, 0].get_legend_handles_labels(), loc="center", frameon=False)
    show(
        fig,
        alt=f"Panels with the accuracy of one network on {inputs} each, by epoch. The training curves rise above the "
        "validation curves, which soon level off; the curves in order and shuffled are close to each other.",
        caption=f"Learning curves on {inputs}, first fold, in order and shuffled; dropout is active in the training curves.",
    )


plot_curves(on_segments, "frames")

# %% [markdown]
# After about four epochs the validation curves stop rising, while the training curves go on. The two colors are almost the
# same, so the networks learn shuffled frames as well as ordered ones. The validation set of this fold has few artists, so
# its accuracy can be far from that of the test sets, which together cover all artists.
#
# ## Is the order of the frames worth anything?
#
# For each network, a *paired test* (notebook 3) compares the predictions in order with the shuffled ones on the same test
# segments; it resamples and exchanges whole artists. A gain is *resolved* if its 95% interval excludes 0 and $p < 0.05$.
# As a reference we add a model that cannot know any order: a logistic regression on the mean and the standard deviation of
# every band over the segment.

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def fit_reference(X, y, fold_of):
    """Out-of-fold predictions and training accuracy of a logistic regression."""
    y_pred, fitted = np.full(len(y), None, object), []
    for train, _, test in fold_of:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=2000))
        model.fit(X[train], y[train])
        y_pred[test] = model.predict(X[test])
        fitted.append(model.score(X[train], y[train]))
    return y_pred, np.mean(fitted)


statistics = np.hstack([X.mean(axis=1), X.std(axis=1)])
segment_reference = fit_reference(statistics, y, segment_folds)

# %%
artist_of = pd.Series(groups, ids)


def gain_from_order(y_pred, y, track):
    """Paired test of the predictions in order against the shuffled ones, grouped by artist."""
    tested = pd.notna(y_pred["in order"])  # in the quick profile, one fold only
    in_order, shuffled = (y_pred[order][tested] == y[tested] for order in ["in order", "shuffled"])
    return paired_test(in_order, shuffled, artist_of.loc[track[tested]].to_numpy(), seed=seed)


# %% tags=["hide-input"]
gains = {}
inputs_of = {"segment": "mel frames", "track": "embeddings"}


def compare_table(found, reference, y, track, level):
    """Table of accuracies and gains (percentage points); notes the scores."""
    tested, rows = pd.notna(reference[0]), {}
    y_test, artist = y[tested], artist_of.loc[track[tested]].to_numpy()
    about = {"input": inputs_of[level], "split": strict, "level": level, "seed": seed}
    for name, (y_pred, fitted, _) in found.items():
        test = gain_from_order(y_pred, y, track)
        gains[level, name] = test | {"training": fitted["in order"]}
        score = make_score(y_test, y_pred["in order"][tested], artist, model=name, **about)
        results.scores.append(score)
        rows[names[name]] = {
            "training": f"{fitted['in order']:.1%}", "test": f"{score.accuracy:.1%}",
            "test, shuffled": f"{np.mean(y_pred['shuffled'][tested] == y_test):.1%}",
            "gain": "{:+.1f} [{:+.1f}, {:+.1f}]".format(
                *(100 * test[key] for key in ("difference", "low", "high"))
            ),
            "p": f"{test['p']:.3f}", "verdict": verdict(test),
        }  # fmt: skip
    score = make_score(y_test, reference[0][tested], artist, model="logistic", **about)
    results.scores.append(score)
    rows["logistic regression"] = {
        "training": f"{reference[1]:.1%}",
        "test": f"{score.accuracy:.1%}",
    }
    return pd.DataFrame(rows).T.fillna("")


compare_table(on_segments, segment_reference, y, track_id, "segment")

# %% [markdown]
# *Training* and *test* are the accuracies in order on the training sets and the test sets. The gain is in percentage points,
# with its 95% interval, which covers the choice of artists but not the chance of training (exercise 3). The largest gain,
# about one percentage point, is that of CNN + GRU; the figure of all gains below shows what it means.
#
# Before we conclude anything about music from this, look at the last row. No network reaches the logistic regression,
# although that model cannot know any order. Its own gap between training and test is even larger, so overfitting is not the
# only problem: from a few hundred recordings and at most about a hundred updates, these networks have not learned what two
# statistics per band express directly. We have not tested whether more of either would help. **A network that does worse
# than a simple model cannot tell us whether rhythm helps to classify genres.** We can only say that what these networks
# have learned hardly depends on order. Whether rhythm helps remains open on this page. Below, networks that perform well
# answer a related question: does the order of the segments in a track help?
#
# ## Which genres gain?
#
# Averages over all genres can hide a gain in a few. Disco, hip-hop and reggae have characteristic beats, so they should gain
# most. The next figure compares the *recall*, the share of a genre's segments that is classified correctly, in order and
# shuffled. It is the mean of all networks.

# %% tags=["hide-input"]
tested = pd.notna(segment_reference[0])
hits = {
    order: np.mean([np.equal(y_pred[order], y) for y_pred, _, _ in on_segments.values()], axis=0)
    for order in segments
}
difference = (hits["in order"] - hits["shuffled"])[tested]
rows = []
for name in genres:
    own = y[tested] == name
    artist = artist_of.loc[track_id[tested][own]].to_numpy()
    low, high = bootstrap_interval(difference[own], artist, seed=seed)
    recall = {order: values[tested][own].mean() for order, values in hits.items()}
    n = len(set(track_id[tested][own]))
    rows.append(
        [name, n, recall["in order"], recall["shuffled"], difference[own].mean(), low, high]
    )
columns = ["genre", "tracks", "in order", "shuffled", "gain", "low", "high"]
by_genre = pd.DataFrame(rows, columns=columns).set_index("genre").sort_values("gain")
results.fact(by_genre=by_genre.T.to_dict())
fig, ax = plt.subplots(figsize=(6, 0.36 * len(by_genre) + 1.2))
ax.hlines(range(len(by_genre)), 100 * by_genre["low"], 100 * by_genre["high"], color="#332288")
ax.plot(100 * by_genre["gain"], range(len(by_genre)), "o", color="#332288")
ax.axvline(0, color="#777777", ls="--")
labels = [
    f"{name} ({n}, {recall:.0%})".replace("$", r"\$")
    for name, n, recall in by_genre[["tracks", "in order"]].itertuples()
]
ax.set_yticks(range(len(by_genre)), labels)
ax.set(xlabel="gain in recall by order (percentage points)")
show(
    ax,
    alt="For every genre the gain in recall by the order of the frames, with an interval. Most intervals contain zero.",
    caption="Gain in recall by order, mean of the networks, with 95% intervals over artists; in parentheses the number of test tracks and the recall in order.",
)

# %% [markdown]
# No genre gains clearly. For disco and reggae, nothing can be compared: the networks classify hardly any of their segments
# correctly, in whatever order, and of disco there are only 19 tracks by known artists. The interval of hip-hop contains
# zero. So these networks cannot answer our question for the genres where we expected an effect.
#
# ## A whole track in order
#
# The networks above had to learn from a few hundred recordings how music sounds. Notebook 7 presents an *encoder* that was
# pretrained on about 200,000 other songs. It turns every segment of 3 s into an *embedding*, a vector of 256 numbers, so a
# track becomes a sequence of embeddings. Their order is not rhythm, but form: verse and chorus, or where a solo begins. We
# train all five architectures. The reference is now a logistic regression on the mean of the embeddings.

# %%
encoded, reason = features_or_reason(dataset, "encoder")
sequences = {}
if encoded is None:
    print(reason)
else:
    rows = encoded.values[list(EMBEDDING_COLUMNS)].groupby(level="track_id", sort=False)
    # Tracks with fewer than ten segments are repeated from their beginning.
    sequences = {t: np.resize(e.to_numpy("float32"), (10, 256)) for t, e in rows if t in artist_of}
    songs = np.array(list(sequences))
    E = np.stack(list(sequences.values()))
    y_songs = tracks.loc[songs, "genre"].to_numpy(str)
    song_folds = [[np.flatnonzero(np.isin(songs, ids[rows])) for rows in fold] for fold in sets]
    orders = {"in order": E, "shuffled": shuffle_time(E)}
    on_songs = {name: compare_orders(name, orders, y_songs, song_folds) for name in names}
    plot_curves({name: on_songs[name] for name in frame_names}, "embeddings")

# %% tags=["hide-input"]
table = None
if sequences:
    song_reference = fit_reference(E.mean(axis=1), y_songs, song_folds)
    table = compare_table(on_songs, song_reference, y_songs, songs, "track")
table

# %% [markdown]
# These networks generalize: with new artists they classify about four of five tracks correctly. (The validation set of the
# first fold, in the figure, is more difficult than the test sets.) The best networks are about as good as the logistic
# regression, and the others are at most a few percentage points worse. So their answer counts: no gain from order is
# resolved. The mean of the embeddings already contains what helps to classify the genre of a track.
#
# ## The gains of all architectures
#
# The next figure shows all gains side by side. Of eight tests at a level of 5%, at least one is often significant by
# chance, so look at the whole picture and not at the best network.
#
# %% tags=["hide-input"]
results.fact(gains={f"{level}, {name}": test for (level, name), test in gains.items()})
names_of = {"segment": frame_names, "track": list(names) if sequences else []}
levels = [level for level in names_of if names_of[level]]
heights = [len(names_of[level]) for level in levels]
fig, axes = plt.subplots(
    len(levels), 1, figsize=(6, 0.45 * sum(heights) + 1.6), sharex=True, squeeze=False,
    height_ratios=heights,
)  # fmt: skip
titles = {"segment": "frames of a segment (3 s)", "track": "segments of a track (30 s)"}
for ax, level in zip(axes.flat, levels, strict=True):
    shown = names_of[level][::-1]
    for place, name in enumerate(shown):
        test = gains[level, name]
        filled = "white" if verdict(test) == "not resolved" else "#332288"
        ax.plot([100 * test["low"], 100 * test["high"]], [place, place], color="#332288")
        ax.plot(100 * test["difference"], place, "o", color="#332288", mfc=filled, ms=8)
    ax.axvline(0, color="#777777", ls="--")
    ax.set_yticks(range(len(shown)), [names[name] for name in shown])
    ax.set(title=titles[level], ylim=(-0.5, len(shown) - 0.5))
axes[-1, 0].set_xlabel("gain in accuracy by order (percentage points)")
show(
    fig,
    alt="The gain by order of each network with intervals, above for frames of a segment, below for segments of a track. "
    "Nearly all intervals contain zero.",
    caption="Accuracy in order minus accuracy shuffled, with 95% intervals over artists; a filled mark is a resolved difference.",
)

# %% [markdown]
# The gains have both signs, and only that of CNN + GRU on frames comes with an interval above zero. With eight tests, its
# $p$ would have to be below $0.05 / 8$ (*Bonferroni correction*), and it is not. Exercise 3 shows that this gain also
# depends on the random weights. For frames, all this says little, because the networks perform poorly. For the segments of
# a track, the networks perform well, and the intervals exclude a gain of more than about three percentage points: with
# this encoder and these recordings, the order of the segments hardly helps to classify genres.
#
# ## Attention pooling
#
# Not all frames may matter equally. *Attention pooling* ([Ilse et al. 2018](https://arxiv.org/abs/1802.04712)) replaces the
# mean over time by a weighted mean whose weights are learned: a small network gives every frame a score, and softmax turns
# the scores into weights $a_t$ that add up to 1. Here $x_t$ is the output of a dense layer for frame $t$, and the matrix $A$
# and the vector $w$ are learned.
#
# $$a_t = \frac{\exp(w^T \tanh(A x_t))}{\sum_s \exp(w^T \tanh(A x_s))}, \qquad \bar x = \sum_t a_t x_t$$

# %%
inputs = layers.Input((None, X.shape[2]))
x = layers.SpatialDropout1D(0.2)(inputs)
x = layers.Dense(WIDTH, activation="relu")(x)
score_of_frame = layers.Dense(1, use_bias=False)(layers.Dense(WIDTH, activation="tanh")(x))
weights = layers.Softmax(axis=1, name="attention")(score_of_frame)
x = layers.Flatten()(layers.Dot(axes=1)([weights, x]))
x = layers.Dropout(0.4)(x)
pooling = keras.Model(inputs, layers.Dense(len(genres), activation="softmax")(x))

# %% [markdown]
# We train it on the frames of the first fold.

# %%
train, _, test = segment_folds[0]
codes = np.searchsorted(genres, y)
x = standardize(X, train)
fit_network(compile_network(pooling), x, codes, segment_folds[0], seed)
y_proba = np.asarray(pooling(x[test], training=False))
print(f"correct in the first fold: {np.mean(y_proba.argmax(axis=1) == codes[test]):.1%} of the test segments, "
      f"logistic regression {np.mean(segment_reference[0][test] == y[test]):.1%}")  # fmt: skip
assert np.allclose(pooling(x[test][:, ::-1], training=False), y_proba, atol=1e-4)

# %% [markdown]
# The last line checks a property: this network computes a weighted mean, so it cannot know any order. Reversed segments get
# the same probabilities. Where are the weights large? We show a segment with uneven weights, and the mean weight of every
# position.

# %%
attention = keras.Model(inputs, pooling.get_layer("attention").output)
a = np.asarray(attention(x[test], training=False))[:, :, 0]
assert np.allclose(a.sum(axis=1), 1, atol=1e-3)
row = int(np.argsort(a.max(axis=1))[int(0.9 * len(a))])  # more uneven than nine of ten segments

# %% tags=["hide-input"]
fig, axes = plt.subplots(3, 1, figsize=(6, 5.6), sharex=True, height_ratios=[2, 1, 1])
seconds = (np.arange(a.shape[1]) + 0.5) * 3 / a.shape[1]
axes[0].imshow(X[test[row]].T, origin="lower", aspect="auto", cmap="magma", extent=(0, 3, 0, 32))
axes[0].grid(visible=False)
axes[0].set(title=f"{track_id[test[row]]} ({y[test[row]]})".replace("$", r"\$"), ylabel="mel band")
for ax, values, title in [
    (axes[1], a[row], "weights of this segment"),
    (axes[2], a.mean(axis=0), "mean weights of all test segments"),
]:
    ax.bar(seconds, values, width=2.4 / a.shape[1], color="#332288")
    ax.axhline(1 / a.shape[1], color="#CC6677", ls="--")
    ax.set(title=title, ylabel="weight")
axes[2].set_xlabel("time (s)")
show(
    fig,
    alt="A spectrogram of 3 s; below it bars with the attention weight of each of its frames, a few of them much larger than "
    "the rest; below that the mean weights of all segments, which are almost equal at all positions.",
    caption="Attention weights of the frames of a segment, and their mean over all test segments; the dashed line is an equal weight.",
)

# %% [markdown]
# In this segment, a few frames have more than twice the weight that they would have in an ordinary mean. On average over all
# test segments, however, the weights are almost the same at all positions, as they should be: a segment begins and ends at
# arbitrary places of a song.
#
# ## Are attention weights an explanation?
#
# If the weights tell us which frames decide, then removing the frames with the largest weights must change the prediction
# more than removing random frames ([Jain and Wallace 2019](https://arxiv.org/abs/1902.10186) test this for texts). We
# remove a share of the frames, first those with the largest weights, and look at the probability of the genre that was
# predicted for the whole segment. The network takes segments of any length, so we really delete the frames.

# %%
predicted = y_proba.argmax(axis=1)
rankings = {
    "largest weights": np.argsort(-a, axis=1),
    "random frames": rng.permuted(np.tile(np.arange(a.shape[1]), (len(a), 1)), axis=1),
    "smallest weights": np.argsort(a, axis=1),
}
shares = [0, 0.1, 0.2, 0.4, 0.6, 0.8]
remaining = {}
for name, ranking in rankings.items():
    for share in shares:
        kept = np.sort(ranking[:, round(share * a.shape[1]) :], axis=1)
        p = np.asarray(pooling(np.take_along_axis(x[test], kept[:, :, None], 1), training=False))
        remaining[name, share] = p[np.arange(len(p)), predicted]

# %% tags=["hide-input"]
fig, ax = plt.subplots(figsize=(6, 3.8))
for (name, look), color in zip(
    {"largest weights": "o-", "random frames": "s--", "smallest weights": "^:"}.items(),
    ["#CC6677", "#777777", "#332288"],
    strict=True,
):
    ax.plot(
        shares, [remaining[name, share].mean() for share in shares], look, color=color, label=name
    )
ax.set(xlabel="share of the frames that is deleted", ylabel="probability of the prediction")
ax.xaxis.set_major_formatter("{x:.0%}")
ax.set_ylim(0, 1.2 * max(p.mean() for p in remaining.values()))
ax.legend(loc="lower left")
show(
    ax,
    alt="The mean probability of the predicted genre against the share of deleted frames, for three orders of deletion. "
    "The three curves start at the same value and stay close to each other.",
    caption="Mean probability of the original prediction after deleting frames by their attention weight.",
)

# %% [markdown]
# The difference between deleting the largest weights and deleting random frames, with an interval over artists:

# %%
artist = artist_of.loc[track_id[test]].to_numpy()
deletion = {}
for share in [0.1, 0.4]:
    change = remaining["largest weights", share] - remaining["random frames", share]
    low, high = bootstrap_interval(change, artist, seed=seed)
    deletion[f"{share:.0%}"] = {"difference": change.mean(), "low": low, "high": high}
    print(f"{share:.0%} deleted: {100 * change.mean():+.1f} percentage points of probability "
          f"[{100 * low:+.1f}, {100 * high:+.1f}]")  # fmt: skip
results.fact(
    attention={"accuracy": np.mean(predicted == codes[test]), "largest weight": a.max(axis=1).mean(),
               "equal weight": 1 / a.shape[1], "mean by position": a.mean(axis=0)},
    deletion=deletion,
    remaining={f"{name}, {share}": p.mean() for (name, share), p in remaining.items()},
)  # fmt: skip

# %% [markdown]
# If the weights were an explanation, the difference would be negative. It is small and positive: without the frames that have
# the largest weights, the network is slightly more certain of its prediction. A weight tells us how strongly a frame enters
# the mean, but not for which genre it speaks. Even without 80% of its frames, chosen at random, a segment gets almost the
# same probability: the remaining frames are similar enough to replace them. So we must not present the weights of this
# network as the reason for its predictions; another network needs its own check.
#
# ## Save a network over embeddings
#
# `genre predict song.mp3 --model gtzan-sequence` classifies a song with the GRU over its embeddings, the simplest of the
# networks. We train it once more on the published partition: on `train`, with early stopping and calibration (notebook 4)
# on `valid`, and we report `test` once. Collections without this partition use the first fold from above.

# %%
if sequences:
    song_splits, _ = make_splits(tracks, pd.Index(songs, name="track_id"), seed=seed)
    train, valid, test = song_folds[0]
    final = song_splits.get("filtered")
    if final is not None:
        part = tracks.loc[songs, "partition"].to_numpy(object)
        train, valid, test = (np.flatnonzero(part == name) for name in ("train", "valid", "test"))
    mean, sd = E[train].mean(axis=(0, 1)), E[train].std(axis=(0, 1)) + 1e-6
    network = compile_network(build("gru", 10, 256))
    song_codes = np.searchsorted(genres, y_songs)
    fit_network(network, (E - mean) / sd, song_codes, (train, valid, test), seed)
    y_pred = genres[np.asarray(network((E[test] - mean) / sd, training=False)).argmax(axis=1)]

# %% tags=["hide-input"]
from types import SimpleNamespace

if sequences:
    split_name = "filtered" if final is not None else strict
    artist = final.groups if final is not None else artist_of.loc[songs].to_numpy()
    score = make_score(
        y_songs[test], y_pred, artist[test], model="gru", input="embeddings", split=split_name,
        level="track", seed=seed,
    )  # fmt: skip
    print(f"{split_name}: {score.accuracy:.1%} of {score.n} test tracks, "
          f"95% interval [{score.ci95[0]:.1%}, {score.ci95[1]:.1%}]")  # fmt: skip
    if final is not None:
        results.scores.append(score)
    trained = SimpleNamespace(networks_=[network], classes_=genres, mean_=mean, scale_=sd)
    try:
        folder = save_song_network(trained, E[valid], song_codes[valid], results, [score])
        song = classify_clip(tracks.loc[songs[test[0]], "path"], load_model(folder.name))
        print(folder.name, {genre: round(p, 2) for genre, p in list(song.probability.items())[:3]})
    except (ModelError, AudioError) as error:
        print(error)

# %% tags=["hide-input"]
phrases = []
for level in levels:
    found = [round(100 * gains[level, name]["difference"], 1) + 0.0 for name in names_of[level]]
    resolved = [names[n] for n in names_of[level] if verdict(gains[level, n]) == "better"]
    phrases.append(
        f"{min(found):+.1f} to {max(found):+.1f} percentage points for the order of "
        + {"segment": "frames", "track": "segments in a track"}[level]
        + f" ({len(found)} networks; resolved: {', '.join(resolved) or 'none'})"
    )
finding = f"Gain in accuracy from order: {'; '.join(phrases)}."
results.fact(finding=finding)
_ = results.write(output)

# %% [markdown]
# ## What to remember
#
# - A recurrent network carries a state from frame to frame; gates decide what it keeps. Attention compares all frames at
#   once and knows their order only from a positional encoding.
# - A network that *can* use order need not use it. Here no architecture gained more than about one percentage point, neither
#   from the order of frames (where the networks were too weak to answer the question of rhythm) nor from that of segments
#   in a track. Train the same network on shuffled sequences before you claim that it uses order.
# - Look at the training and the test accuracy of a network before you draw conclusions from it, and compare it with a
#   simple model.
# - Report the differences of all architectures with their intervals, not only the largest one.
# - Attention weights are an explanation only as far as deleting the frames changes the prediction.
#
# ## Exercises
#
# 1. How many parameters does a bidirectional GRU with two times 16 units on 32 bands have? Calculate, then check.
# 2. Show that a transformer encoder without positional encoding does not know the order of the frames.
# 3. Train the CNN + GRU on frames with two other seeds. Does its gain from order remain?
#
# <details><summary>Solutions</summary>
#
# ```python
# both = layers.Bidirectional(layers.GRU(16))
# both.build((None, 32, 32))
# print(2 * 3 * (32 * 16 + 16 * 16 + 2 * 16), both.count_params())
# ```
#
# ```python
# inputs = layers.Input((26, 32))
# pooled = layers.GlobalAveragePooling1D()(transformer_block(layers.Dense(WIDTH)(inputs), WIDTH))
# blind = keras.Model(inputs, pooled)
# print(np.allclose(blind(X[:4]), blind(X[:4, ::-1]), atol=1e-3))
# ```
#
# ```python
# for other in [100, 200]:
#     y_pred, _, _ = compare_orders("crnn", segments, y, segment_folds, seed=other)
#     test = gain_from_order(y_pred, y, track_id)
#     print({key: round(test[key], 3) for key in ["difference", "low", "high", "p"]}, verdict(test))
# ```
#
# Output:
#
#     4800 4800
#     True
#     {'difference': 0.012, 'low': 0.002, 'high': 0.022, 'p': 0.025} better
#     {'difference': 0.001, 'low': -0.008, 'high': 0.009, 'p': 0.953} not resolved
#
# 1. Each direction has $3 (32 \cdot 16 + 16^2 + 2 \cdot 16) = 2400$ parameters.
# 2. The mean of the outputs is the same for the reversed frames, up to rounding: self-attention compares all pairs of frames
#    and does not know which came first.
# 3. It remains with one seed and disappears with the other. The interval does not contain this variation, because it
#    resamples artists, not trainings. A gain of this size needs several trainings before you may claim it.
#
# </details>
#
# ## Questions
#
# <details><summary>The gain of a network is "not resolved". Does this show that order does not matter for genres?</summary>
#
# No. The interval contains zero, but it also contains gains of a few percentage points. We can only say that these
# networks, trained on these recordings, do not gain much more than that. Networks trained on far more music may use
# order that ours could not learn.
#
# </details>
#
# <details><summary>Why is the random order drawn once per segment, and not again in every epoch?</summary>
#
# New orders in every epoch would be an augmentation: the network would see more different sequences than its counterpart in
# order and overfit less. The comparison would mix two effects.
#
# </details>
#
# **Where to go on.** Notebook 7 explains the encoder. Choi et al. ([2017](https://arxiv.org/abs/1609.04243)) train CNN + GRU
# networks on far more songs, and Won et al. ([2019](https://arxiv.org/abs/1906.04972)) use self-attention for music.
