# %% [markdown]
# # 6. Does order in time help? GRU, LSTM, attention
#
# Music runs in time. So the student summary that this project starts from wishes for "architectures
# beyond CNN, like RNNs or attention mechanisms". Here they are, six of them, small. But a network that
# *can* use order need not use it: so each is trained twice, on frames in order and on the same frames
# shuffled. What is left after shuffling, order did not give.
#
# **After this notebook you can** say what a gate and an attention weight are, train both on pieces and
# on whole songs, mask what is missing, and test whether a model uses order.
# **You should know** what an MFCC is and what notebook 4 trains and how.
#
# Three words: a *frame* is a short slice of sound as a few numbers; a *sequence* is frames in order; a
# *twin* is the same network, trained and asked on shuffled frames.

# %% tags=["parameters"]
data = ""  # folder of the collection; "" searches GTZAN_HOME, then data/gtzan, then makes a demo
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # not used here: there is nothing to hear
output = ""  # folder for the results file; "" writes none

# %%
from dataclasses import replace
from functools import partial

import pandas as pd
from IPython.display import display
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils import evaluation, models, plots
from genre_utils.audio import EMBEDDING_COLUMNS
from genre_utils.data import (
    PROTOCOLS,
    features_or_reason,
    load_features,
    make_protocols,
    open_dataset,
    track_means,
)
from genre_utils.evaluation import MODEL_NAMES

plots.set_style()
quick = profile == "quick"
dataset = open_dataset(data)
tracks = dataset.tracks
results = evaluation.Results("06_sequences", dataset, profile, seed)
results.fact(title="Does order in time help? GRU, LSTM, attention")
mfcc, reason = features_or_reason(dataset, "mfcc")
if mfcc is None:
    results.end(f"There is no sound to read in order. {reason}", output)

# %% [markdown]
# A piece of 3 s is 130 frames of 13 MFCCs, or of 128 mel bands. A recurrent network takes one step a
# frame, and steps cannot be taken side by side. So each three neighbouring frames are averaged, which
# leaves 14 a second: beats are still apart, and a third of the time is enough.

# %%
step = 5 if quick else 3
frames = {"mfcc": models.pooled_frames(mfcc.values, step)}
if not quick:
    frames["mel"] = models.pooled_frames(load_features(dataset, "mel").values, step, 2)
genre = mfcc.genre
protocols, reasons = make_protocols(tracks, genre.index, n_splits=2, seed=seed)
if not protocols:
    results.end(f"Too few tracks for any evaluation: {next(iter(reasons.values()))}.", output)
# One half learns, the other is asked: each network once, instead of twice.
protocols = {name: replace(protocol, n_folds=1) for name, protocol in protocols.items()}
strict = next(name for name in ("filtered", "artist", "track", "random") if name in protocols)
shape = {kind: X["frames"].iloc[0].shape for kind, X in frames.items()}
plots.say(
    f"{len(genre)} pieces of {genre.index.get_level_values('track_id').nunique()} tracks; "
    + ", ".join(f"{kind}: {long} frames of {wide}" for kind, (long, wide) in shape.items())
    + ".\n\n"
    + "\n".join(f"- `{p}`: {PROTOCOLS[p]}." for p in protocols)
    + "".join(f"\n- Not possible: `{p}`, because {why}." for p, why in reasons.items())
    + "\n\nWithout a published partition, one half of the items learns and the other is asked."
)

# %% [markdown]
# ## Two ways to read
#
# **A recurrent network** keeps a state $h$ and hands it from frame to frame. A GRU
# ([Cho et al. 2014](https://arxiv.org/abs/1406.1078)) makes a proposal from the new frame $x_t$ and the
# old state, and mixes the two:
#
# $$z_t = \sigma(W_z x_t + U_z h_{t-1}), \quad r_t = \sigma(W_r x_t + U_r h_{t-1})$$
#
# $$\tilde h_t = \tanh(W x_t + U (r_t \odot h_{t-1})), \quad h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde h_t$$
#
# $z$ and $r$ are *gates*: numbers from 0 to 1, one for each number of the state, that say how much
# of the old state stays and how much of it the proposal may see. An LSTM has three gates and a second
# state that is only added to.
#
# **Attention pooling** ([Ilse et al. 2018](https://arxiv.org/abs/1802.04712)) gives each frame a weight
# and takes the weighted mean. It does not know which frame came first:
#
# $$a_t = \frac{\exp(w^T \tanh(V x_t))}{\sum_s \exp(w^T \tanh(V x_s))}, \quad \bar x = \sum_t a_t x_t$$
#
# **A transformer** ([Vaswani et al. 2017](https://arxiv.org/abs/1706.03762)) lets every frame weigh all
# others: $\mathrm{softmax}(Q K^T / \sqrt d) V$, where questions $Q$, keys $K$ and values $V$ are linear in
# the frames. It knows order only because waves that say "I am frame 7" are added to the frames.

# %%
plots.show(
    plots.reading_diagram(),
    "Two diagrams of four frames x1 to x4. Left: each has a state h, arrows lead from frame to state and "
    "from state to the next state, and their mean gives the genre. Right: each has a weight a, nothing "
    "leads from frame to frame, and the weighted mean gives the genre.",
)

# %% [markdown]
# This is a GRU in plain Keras. The package's networks are this and a *mask*: where an item is shorter
# than others, frames are missing, and must not count.

# %%
keras = models.load_keras()
plain = keras.Sequential(
    [
        keras.layers.Input(shape["mfcc"]),
        keras.layers.GRU(64, return_sequences=True),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dense(genre.nunique(), activation="softmax"),
    ]
)
print(f"{plain.count_params():,} parameters")

# %% [markdown]
# ## Six networks and their twins
#
# All get at most the same number of updates (training stops when `valid`, or a part of the
# training side, gets no better), the same rate, one seed. Beside them stands the published CNN of
# notebook 4. *Attention pooling* is a control of the control: it is blind to order by construction, so
# its twin must do as well as it does. Each network reads both inputs under the strictest protocol; under
# the others it reads the one that `valid` prefers (MFCC, where there is no `valid`).

# %%
UPDATES, BATCH = (40, 32) if quick else (300, 64)
builders = models.SEQUENCES | {"published_cnn": models.published_cnn}
size = {name: len(p.folds(genre.to_numpy(object))[0][0]) for name, p in protocols.items()}


def learner(name, protocol, start=seed):
    """A network with a fixed number of updates."""
    return models.SequenceClassifier(
        builders[name],
        epochs=UPDATES * BATCH / size[protocol],
        batch_size=BATCH,
        learning_rate=3e-3,
        by_song=protocol != "random",
        groups=tracks["artist_group"] if protocol in ("artist", "filtered") else None,
        random_state=start,
    )


def compare(names, protocol, starts, orders=models.ORDERS):
    """Predictions by network, input, seed and order."""
    asked = {(n, k, s): (learner(n, protocol, s), frames[k]) for n, k in names for s in starts}
    return models.compare_orders(asked, genre, protocols[protocol], orders, f"under {protocol}")


every = [(name, kind) for name in models.SEQUENCES for kind in frames]
first = compare(every, strict, [seed])
in_order = {key: sides for (key, order), sides in first.items() if order == "in order"}
if strict == "filtered":
    preferred = [key[:2] for key in evaluation.rank_on_valid(in_order).index]
else:
    preferred = [(name, "mfcc") for name in models.SEQUENCES]
reads = {name: kind for name, kind in reversed(preferred)}
own = [(name, reads[name]) for name in models.SEQUENCES]
runs = {p: compare(own, p, [seed]) for p in protocols if p != strict and not quick}
runs[strict] = first
for p in runs:
    runs[p] |= compare([("published_cnn", "mfcc")], p, [seed], ["in order"])

# %%
told = {}
for p, found in runs.items():
    for ((name, kind, _), order), sides in found.items():
        row = told.setdefault((MODEL_NAMES[name], kind), {})
        row[p, order] = evaluation.metrics(sides["test"])["accuracy"]
        if p == strict and order == "in order":
            passes = sides["test"].curves[0]["epoch"].iloc[-1]
            row["", "parameters"] = builders[name](shape[kind], genre.nunique()).count_params()
            row["", "seconds a pass"] = sides["test"].fit_seconds / passes
six = pd.DataFrame(told).T.rename_axis(["network", "input"])
six = six[
    [(p, order) for p in runs for order in models.ORDERS]
    + [("", "parameters"), ("", "seconds a pass")]
]
results.fact(
    six_networks={
        f"{n}, {k}": {" ".join(key).strip(): value for key, value in row.dropna().items()}
        for (n, k), row in six.iterrows()
    },
    updates=UPDATES,
)
six.round(3).astype(object).fillna("")

# %% [markdown]
# The table has the share of pieces named rightly; the last columns are how large a network is, and what
# a pass over all pieces costs on one core.

# %%
twins = six[strict].drop(index=MODEL_NAMES["published_cnn"], level=0).astype(float)
panels = {kind: twins.xs(kind, level="input") for kind in frames}
plots.show(
    plots.order_worth(panels, f"What is left without order, {strict}"),
    " ".join(f"{kind}: {evaluation.tell_shares(table)}" for kind, table in panels.items()),
    cover=True,
)

# %%
gaps = 100 * (twins["in order"] - twins["shuffled"])
blind = gaps.xs(MODEL_NAMES["attention"], level="network").abs().max()
results.fact(points_by_order={f"{n}, {k}": gap for (n, k), gap in gaps.items()})
plots.say(
    f"Order is worth between {gaps.min():+.1f} points ({', '.join(gaps.idxmin())}) and "
    f"{gaps.max():+.1f} ({', '.join(gaps.idxmax())}). Attention pooling, which cannot know order, "
    f"differs from its twin by {blind:.1f}."
)

# %% [markdown]
# ## Is it chance? The best two, three seeds
#
# One seed and one side are little. Of the networks that can read order, the best two on `valid` (where
# there is no `valid`, GRU and CRNN, without any choice) are trained from more seeds, under `artist` too.

# %%
if strict == "filtered":
    ranks = [name for name, kind in preferred if reads[name] == kind and name != "attention"]
    best = [(name, reads[name]) for name in ranks[:2]]
else:
    best = [("gru", "mfcc"), ("crnn", "mfcc")]
starts = range(seed, seed + (1 if quick else 3))
repeated = sorted({strict, "artist"} & runs.keys()) if len(starts) > 1 else []
for p in repeated:
    runs[p] |= compare(best, p, starts[1:])

# %%
gains = {}
for found in runs.values():
    scores, gained = models.score_orders(found, seed)
    results.scores += scores
    gains |= gained
plots.say(
    "What order is worth, pieces, one seed"
    + (f", and {len(starts)} under {' and '.join(repeated)}" if repeated else "")
    + ".\n\n"
    + "\n".join(
        f"- {MODEL_NAMES[n]} on {k}, `{p}`: {models.tell_gain(g)}"
        for (n, k, p), g in gains.items()
        if (n, k) in best
    )
)
evaluation.score_matrix(results.scores, {})

# %% [markdown]
# *Learning curves* show how the two go apart, or do not.

# %%
(name, kind), *_ = best
curves = {
    f"{MODEL_NAMES[name]} on {kind}, {order}": runs[strict][(name, kind, seed), order][
        "test"
    ].curves[0]
    for order in models.ORDERS
}
ends = {label: curve.iloc[-1] for label, curve in curves.items()}
plots.show(
    plots.training_curves(curves, "In order and shuffled, while they learn"),
    "; ".join(
        f"{label}: training {e['accuracy']:.0%}, validation {e['val_accuracy']:.0%}"
        for label, e in ends.items()
    )
    + ".",
)

# %% [markdown]
# ## Rhythm should need order
#
# Disco, hip-hop and reggae differ in beat more than in sound. If order is used anywhere, then here.

# %%
rows = protocols[strict].folds(genre.to_numpy(object))[0][1]
beats = [g for g in ("disco", "hiphop", "reggae") if g in set(genre.iloc[rows])]
both = {order: runs[strict][(name, kind, seed), order]["test"] for order in models.ORDERS}
rhythm = pd.DataFrame({o: evaluation.recall_by_genre(p).reindex(beats) for o, p in both.items()})
mixed_up = {}
for order, prediction in both.items():
    pairs = evaluation.confusions(prediction).loc[beats, beats].to_numpy()
    mixed_up[order] = int(pairs.sum() - pairs.trace())
results.fact(rhythm_recall=rhythm.to_dict(), rhythm_confusions=mixed_up)
plots.say(
    f"Pieces that {MODEL_NAMES[name]} takes for one another among {', '.join(beats) or 'these'}: "
    + ", ".join(f"{n} {order}" for order, n in mixed_up.items())
    + "."
)
rhythm.round(3).rename_axis("share named rightly")

# %% [markdown]
# ### Does the state know the tempo?
#
# The network was told genres only. We read the annotated tempo out of its mean state by a linear model
# (*ridge*), on tracks that it was not trained on, artists apart. $R^2$ is the share of the variance of the
# tempo that is explained; at or below 0 nothing is.

# %%
train, test = protocols[strict].folds(genre.to_numpy(object))[0]
X, mixed = frames["mfcc"], models.shuffled(frames["mfcc"])
unseen = genre.index[test]
states = {"mean MFCCs": pd.DataFrame([f.mean(axis=0) for f in X["frames"].loc[unseen]], unseen)}
for order, items in zip(models.ORDERS, (X, mixed), strict=True):
    gru = learner("gru", strict).fit(items.iloc[train], genre.iloc[train])
    states[f"GRU, {order}"] = gru.embed(items.iloc[test])
tempo = tracks["annotated_tempo"].reindex(unseen.get_level_values("track_id").unique()).dropna()
who = tracks["artist_group"].fillna(tracks["song"]).reindex(tempo.index)
read = {}
if len(tempo) >= 20:
    for label, state in states.items():
        read[label] = models.linear_reading(track_means(state).loc[tempo.index], tempo, who)
results.fact(tempo_r2=read, tempo_tracks=len(tempo))
plots.say(
    f"R squared of {len(tempo)} tracks: " + ", ".join(f"{k} {r:.2f}" for k, r in read.items()) + "."
    if read
    else "Too few tracks here have an annotated tempo."
)

# %% [markdown]
# ## Where attention looks
#
# The attention network says how much each frame weighed. Here is the piece whose weights are most uneven.

# %%
looking = learner("attention", strict).fit(X.iloc[train], genre.iloc[train])
weights = looking.attention_weights(X.iloc[test])
row = int(weights.max(axis=1).argmax())
track, piece = unseen[row]
at = 3.0 * (weights[row].argmax() + 0.5) / weights.shape[1]
plots.show(
    plots.frame_weights(
        X["frames"].iloc[test[row]], weights[row], 3.0, f"Weights over piece {piece} of {track}"
    ),
    f"Piece {piece} of {track}: the largest weight is {weights[row].max():.0%} at {at:.1f} s; alike "
    f"would be {1 / weights.shape[1]:.1%}.",
)

# %% [markdown]
# Is that an *explanation*? Then taking the most attended tenth away should cost more probability than
# taking a random tenth ([Jain and Wallace 2019](https://arxiv.org/abs/1902.10186) ask so of text).

# %%
drops = models.attention_drops(looking, X.iloc[test], seed=seed)
of_track = track_means(drops)
results.fact(attention_drops=drops.mean().to_dict())
apart = (of_track["most attended"] - of_track["random"]).to_numpy()
low, high = evaluation.bootstrap_interval(apart, of_track.index.to_numpy(), seed=seed)
plots.say(
    "Without a tenth of the frames, the probability of the named genre falls by "
    + ", ".join(f"{100 * fall:.1f} points ({what})" for what, fall in drops.mean().items())
    + f". Most attended against random: {100 * apart.mean():+.1f} points [{100 * low:+.1f}, "
    f"{100 * high:+.1f}]. "
    + (
        "The weights point at what counts."
        if low > 0
        else "So the weights alone explain little here."
    )
)

# %% [markdown]
# ## A whole song in order
#
# A song is ten pieces. The encoder of notebook 7, which heard other music, turns each into 256 numbers.
# Does a network that reads these ten in order beat the mean of the ten (with a linear model on it), or a
# vote of ten linear models? Short songs are filled up with missing pieces, which the mask hides.

# %%
heard, why_not = features_or_reason(dataset, "encoder")
song_protocols, of_song, songs, chosen = {}, {}, None, "gru"
if heard is not None:
    ears = heard.values[list(EMBEDDING_COLUMNS)]
    songs = models.song_sequences(ears)
    song_genre = tracks["genre"].loc[songs.index]
    song_protocols, _ = make_protocols(tracks, songs.index, n_splits=2 if quick else 3, seed=seed)
    wanted = ["filtered"] if quick and "filtered" in song_protocols else ["artist", "filtered"]
    song_protocols = {p: song_protocols[p] for p in wanted if p in song_protocols}
probe = make_pipeline(
    StandardScaler(), LogisticRegression(C=0.01, class_weight="balanced", max_iter=3000)
)
builds = {
    "transformer": models.transformer_network,
    "gru": models.recurrent_network,
    "attention": models.attention_network,
}


def song_learner(name, protocol, start=seed):
    """A network over the pieces of a song."""
    return models.SequenceClassifier(
        builds[name],
        epochs=UPDATES
        * 16
        / len(song_protocols[protocol].folds(song_genre.to_numpy(object))[0][0]),
        batch_size=16,
        learning_rate=3e-3,
        groups=tracks["artist_group"],
        random_state=start,
    )


for p, protocol in song_protocols.items():
    asked = {(n, "encoder", s): (song_learner(n, p, s), songs) for n in builds for s in starts}
    of_song[p] = models.compare_orders(asked, song_genre, protocol, progress=f"songs, {p}")

# %%
told, on_songs = [], []
for p, found in of_song.items():
    mean = evaluation.cross_predict(probe, track_means(ears), song_genre, song_protocols[p])
    pieces = make_protocols(tracks, ears.index, n_splits=2 if quick else 3, seed=seed)[0][p]
    vote = evaluation.to_tracks(evaluation.cross_predict(probe, ears, heard.genre, pieces), "vote")
    scores, gained = models.score_orders(found, seed)
    for prediction, how in ((mean, "mean"), (vote, "vote")):
        scores.append(evaluation.score(prediction, "probe", f"encoder, {how}", seed=seed))
    gains |= gained
    on_songs += scores
    for (name, _, _), gain in gained.items():
        mine = [found[(name, "encoder", s), "in order"]["test"] for s in starts]
        against = models.order_gain(mine, [mean], seed)
        results.fact(**{f"{name}_{p}_against_mean": against})
        told.append(
            f"- {MODEL_NAMES[name]}, `{p}`: order {models.tell_gain(gain)}; against the mean "
            f"{models.tell_gain(against)}"
        )
results.scores += on_songs
results.fact(order_gain={", ".join(key): gain for key, gain in gains.items()})
plots.say("\n".join(told) or f"Not possible here: {why_not or 'too few songs'}")
evaluation.score_matrix(on_songs, {}) if on_songs else None

# %% [markdown]
# ### And with the ears of notebook 4?
#
# Its CNN heard nothing but the songs of the training side. What its last layer makes of each piece (64
# numbers) is read in the same way. The songs that it was trained on look clearer to it than others do,
# and the networks above it cannot know that.

# %%
if "filtered" in of_song:
    mel = load_features(dataset, "mel")
    cnn = models.NetworkClassifier(
        partial(models.spectrogram_network, widths=(16, 32, 48, 64), columns=2),
        updates=40 if quick else 800,
        random_state=seed,
    )
    mel_protocol = make_protocols(tracks, mel.values.index, seed=seed)[0]["filtered"]
    cnn, _ = evaluation.fit_on_partition(cnn, mel.values, mel.genre, mel_protocol)
    seen = cnn.embed(mel.values)
    own_songs = models.song_sequences(seen)
    own_genre = tracks["genre"].loc[own_songs.index]
    own_protocol = make_protocols(tracks, own_songs.index, seed=seed)[0]["filtered"]
    found = models.compare_orders(
        {
            (n, "own CNN", s): (song_learner(n, "filtered", s), own_songs)
            for n in builds
            for s in starts
        },
        own_genre,
        own_protocol,
        progress="songs, own CNN",
    )
    mean = evaluation.cross_predict(probe, track_means(seen), own_genre, own_protocol)
    scores, gained = models.score_orders(found, seed)
    scores.append(evaluation.score(mean, "probe", "own CNN, mean", seed=seed))
    results.scores += scores
    gains |= gained
    results.fact(own_cnn_order_gain={", ".join(key): gain for key, gain in gained.items()})
    plots.say(
        "\n".join(
            f"- {MODEL_NAMES[name]}, `{p}`: order {models.tell_gain(gain)}; against the mean "
            + models.tell_gain(
                models.order_gain(
                    [found[(name, "own CNN", s), "in order"]["test"] for s in starts], [mean], seed
                )
            )
            for (name, _, p), gain in gained.items()
        )
    )
    display(evaluation.score_matrix(scores, {}))

# %% [markdown]
# ### Which pieces weigh?
#
# A song's attention over its ten pieces, for some songs that were not trained on, and the same check.

# %%
firmest = song_protocols.get("filtered") or song_protocols.get("artist")
if firmest:
    train, test = firmest.folds(song_genre.to_numpy(object))[0]
    over = song_learner("attention", firmest.name).fit(songs.iloc[train], song_genre.iloc[train])
    shown = pd.DataFrame(over.attention_weights(songs.iloc[test]), songs.index[test])
    fall = models.attention_drops(over, songs.iloc[test], seed=seed).mean()
    results.fact(song_attention_drops=fall.to_dict(), largest_weight=shown.max(axis=1).mean())
    plots.show(
        plots.piece_weights(shown.iloc[:: max(1, len(shown) // 12)][:12], "Weights of pieces"),
        f"The largest weight of a song is {shown.max(axis=1).mean():.0%} on average.",
    )
    plots.say(
        "Without one piece, the probability of the named genre falls by "
        + ", ".join(f"{100 * value:.1f} points ({what})" for what, value in fall.items())
        + "."
    )

# %% [markdown]
# ## The one that is kept
#
# The network over songs that is best on `valid` is kept: `genre predict song.mp3 --model NAME` asks it.
# Its probabilities are calibrated on `valid`, for clips of 3, 6, 12 and 30 s.

# %%
kept = "Nothing is kept here: that takes the encoder, and a published partition to choose on."
if "filtered" in of_song:
    ranking = evaluation.rank_on_valid(
        {name: of_song["filtered"][(name, "encoder", seed), "in order"] for name in builds}
    )
    chosen, side = ranking.index[0], tracks["partition"].loc[songs.index]
    valid = songs[side == "valid"], song_genre[side == "valid"]
    final = song_learner(chosen, "filtered")
    final.fit(songs[side == "train"], song_genre[side == "train"], validation=valid)
    score = next(
        s for s in on_songs if (s.model, s.input, s.protocol) == (chosen, "encoder", "filtered")
    )
    folder = models.save_song_network(final, *valid, results, [score])
    results.fact(kept=chosen, model=folder.name)
    kept = (
        f"Kept as `{folder.name}`: {MODEL_NAMES[chosen]}, {evaluation.tell_score(score)} "
        f"(mean of {score.runs} seed(s))."
    )
plots.say(kept)

# %% [markdown]
# ## What to remember
#
# - A network that can use order need not use it: train its twin before you say that it does.
# - Sequences must be masked; test that padding changes nothing.
# - An attention weight is a number, and an explanation only if taking the frame away costs something.
# - What a frame *is* (which ears heard it) matters before the question in which order frames come.

# %%
name, kind, p = max(gains, key=lambda key: (key[1] in frames, key[2] == strict, key[:2] == best[0]))
gain = gains[name, kind, p]
own = next(
    s
    for s in results.scores
    if (s.model, s.input, s.protocol) == (name, kind, p) and s.level == "segment"
)
need = (
    f"{MODEL_NAMES[name]} on {kind} names {own.accuracy:.1%} of pieces rightly under {p}. Order gives "
    f"{models.tell_gain(gain)} of that; the rest is there with the frames shuffled."
)
plots.say(need)

# %% [markdown]
# ## Exercises
#
# 1. Reverse the frames instead of shuffling them. Is a GRU that was trained forwards still right?
# 2. Shuffle blocks of half a second: how long is the order that helps?
# 3. Which genre has the most uneven attention over its frames?
#
# <details><summary>Solutions</summary>
#
# ```python
# backwards = pd.DataFrame({"frames": [f[::-1] for f in X["frames"]]}, X.index)
# gru = learner("gru", strict).fit(X.iloc[train], genre.iloc[train])
# gru.score(X.iloc[test], genre.iloc[test]), gru.score(backwards.iloc[test], genre.iloc[test])
# ```
#
# ```python
# import numpy as np
# rng, long = np.random.default_rng(0), 10
# def in_blocks(f):
#     blocks = np.array_split(f, len(f) // long)
#     return np.concatenate([blocks[i] for i in rng.permutation(len(blocks))])
# blocks = pd.DataFrame({"frames": [in_blocks(f) for f in X["frames"]]}, X.index)
# ```
#
# ```python
# train, test = protocols[strict].folds(genre.to_numpy(object))[0]
# pd.Series(weights.max(axis=1)).groupby(genre.iloc[test].to_numpy()).mean().sort_values()
# ```
#
# </details>
#
# **Where to go on.** Notebook 7 is about the ears. On what recurrent networks can be made to do with far
# more data, read Choi et al. ([2017](https://arxiv.org/abs/1609.04243)).

# %%
finding = need
if firmest:
    own, mean = (
        next(s for s in on_songs if (s.model, s.input, s.protocol) == (*what, firmest.name))
        for what in ((chosen, "encoder"), ("probe", "encoder, mean"))
    )
    finding += (
        f" Over whole songs of a pretrained encoder's pieces, {MODEL_NAMES[chosen]} names "
        f"{own.accuracy:.1%} under {firmest.name}, a linear model on the mean {mean.accuracy:.1%}."
    )
results.fact(finding=finding)
results.write(output)
plots.say(finding)
