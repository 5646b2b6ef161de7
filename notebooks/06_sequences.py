# %% [markdown]
# # 6. Does order in time help? GRU, LSTM, attention
#
# Music runs in time. So the student summary that this project starts from wishes for "architectures beyond CNN, like
# RNNs or attention mechanisms". Here they are, six of them, small. But a network that *can* use order need not use
# it: so each is trained twice, on frames in order and on the same frames shuffled. What is left after shuffling,
# order did not give.
#
# **After this notebook you can** say what a gate and an attention weight are, train both on pieces and on whole
# songs, mask what is missing, and test whether a model uses order.
# **You should know** what an MFCC is and what notebook 4 trains and how.
#
# Three words: a *frame* is a short slice of sound as a few numbers; a *sequence* is frames in order; a *twin* is the
# same network, trained and asked on shuffled frames.

# %% tags=["parameters"]
data = ""  # folder of the collection; "" searches GTZAN_HOME, then data/gtzan, then makes a demo
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # not used here: there is nothing to hear
output = ""  # folder for the results file; "" writes none

# %%
from dataclasses import replace

import pandas as pd
from IPython.display import display
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils import evaluation, models, plots, wording
from genre_utils.audio import EMBEDDING_COLUMNS
from genre_utils.data import SPLITS, features_or_reason, load_features
from genre_utils.data import make_splits, open_dataset, track_means
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
# A piece of 3 s is 130 frames of 13 MFCCs, or of 128 mel bands. A recurrent network takes one step a frame, and
# steps cannot be taken side by side. So each three neighbouring frames are averaged, which leaves 14 a second: beats
# are still apart, and a third of the time is enough.

# %%
step = 5 if quick else 3
frames = {"mfcc": models.pooled_frames(mfcc.values, step)}
if not quick:
    frames["mel"] = models.pooled_frames(load_features(dataset, "mel").values, step, 2)
genre = mfcc.genre
splits, reasons = make_splits(tracks, genre.index, n_splits=2, seed=seed)
if not splits:
    results.end(f"Too few tracks for any evaluation: {next(iter(reasons.values()))}.", output)
# Without a published partition one half learns, the other is asked: each network once.
splits = {name: replace(split, n_folds=1) for name, split in splits.items()}
strict = next(name for name in ("filtered", "artist", "track", "random") if name in splits)
shape = {kind: X["frames"].iloc[0].shape for kind, X in frames.items()}
lines = [f"- {kind}: {long} frames of {wide}." for kind, (long, wide) in shape.items()]
lines += [f"- `{p}`: {SPLITS[p]}." for p in splits]
lines += [f"- Not possible: `{p}`, because {why}." for p, why in reasons.items()]
plots.say("\n".join([f"- {wording.count(len(genre), 'piece')}.", *lines]))

# %% [markdown]
# ## Two ways to read
#
# **A recurrent network** keeps a state $h$ and hands it from frame to frame. A GRU ([Cho et al.
# 2014](https://arxiv.org/abs/1406.1078)) makes a proposal from the new frame $x_t$ and the old state, and mixes the
# two:
#
# $$z_t = \sigma(W_z x_t + U_z h_{t-1}), \quad r_t = \sigma(W_r x_t + U_r h_{t-1})$$
#
# $$\tilde h_t = \tanh(W x_t + U (r_t \odot h_{t-1})), \quad h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde h_t$$
#
# $z$ and $r$ are *gates*: numbers from 0 to 1, one for each number of the state, that say how much of the old state
# stays and how much of it the proposal may see. An LSTM has three gates and a second state that is only added to.
#
# **Attention pooling** ([Ilse et al. 2018](https://arxiv.org/abs/1802.04712)) gives each frame a weight and takes
# the weighted mean. It does not know which frame came first:
#
# $$a_t = \frac{\exp(w^T \tanh(V x_t))}{\sum_s \exp(w^T \tanh(V x_s))}, \quad \bar x = \sum_t a_t x_t$$
#
# **A transformer** ([Vaswani et al. 2017](https://arxiv.org/abs/1706.03762)) lets every frame weigh all others:
# $\mathrm{softmax}(Q K^T / \sqrt d) V$, where questions $Q$, keys $K$ and values $V$ are linear in the frames. It
# knows order only because waves that say "I am frame 7" are added to the frames.

# %%
plots.show(
    plots.reading_diagram(),
    "Four frames x1 to x4. Left, each has a state h, with arrows from frame to state and from state to state; "
    "right, each has a weight a, and nothing leads from frame to frame. A mean gives the genre.",
    "Only the left one can know which frame came first.",
)

# %% [markdown]
# This is a GRU in plain Keras. The package's networks are this and a *mask*: where an item is shorter than others,
# frames are missing, and must not count.

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
# All get at most the same number of updates (training stops when `valid`, or a part of the training side, gets no
# better), the same rate, one seed. Beside them stands the summary's CNN of notebook 4. *Attention pooling* is a
# control of the control: it is blind to order by construction, so its twin must do as well as it does. Each network
# reads both inputs under the strictest split; under the others it reads the one that `valid` prefers (MFCC, where
# there is no `valid`). The table has per cent of pieces named rightly, in order / shuffled, and what a pass over all
# pieces costs on one core.

# %%
UPDATES, BATCH = (40, 32) if quick else (300, 64)
builders = models.SEQUENCES | {"published_cnn": models.published_cnn}
size = {name: len(p.folds(genre.to_numpy(object))[0][0]) for name, p in splits.items()}


def learner(name, split, start=seed):
    """A network with a fixed number of updates."""
    return models.SequenceClassifier(
        builders[name],
        epochs=UPDATES * BATCH / size[split],
        batch_size=BATCH,
        learning_rate=3e-3,
        by_song=split != "random",
        groups=tracks["artist_group"] if split in ("artist", "filtered") else None,
        random_state=start,
    )


def compare(names, split, starts, orders=models.ORDERS):
    """Predictions by network, input, seed and order."""
    asked = {(n, k, s): (learner(n, split, s), frames[k]) for n, k in names for s in starts}
    return models.compare_orders(asked, genre, splits[split], orders, f"under {split}")


every = [(name, kind) for name in models.SEQUENCES for kind in frames]
first = compare(every, strict, [seed])
in_order = {key: sides for (key, order), sides in first.items() if order == "in order"}
if strict == "filtered":
    preferred = [key[:2] for key in evaluation.rank_on_valid(in_order).index]
else:
    preferred = [(name, "mfcc") for name in models.SEQUENCES]
reads = {name: kind for name, kind in reversed(preferred)}
own = [(name, reads[name]) for name in models.SEQUENCES]
runs = {p: compare(own, p, [seed]) for p in splits if p != strict and not quick}
runs[strict] = first
for p in runs:
    runs[p] |= compare([("published_cnn", "mfcc")], p, [seed], ["in order"])

# %%
six = models.order_table(runs, strict, builders, shape, genre.nunique())
results.fact(six_networks=models.order_facts(six), updates=UPDATES)
models.shown_orders(six)

# %%
panels, gaps = models.twin_gaps(six, strict)
results.fact(points_by_order={f"{n}, {k}": gap for (n, k), gap in gaps.items()})
axes = plots.order_worth(panels, f"What is left without order, {strict}")
alt = " ".join(f"{kind}: {evaluation.tell_shares(table)}" for kind, table in panels.items())
plots.show(axes, alt, models.tell_gaps(gaps))

# %% [markdown]
# ## Is it chance? The best two, three seeds
#
# One seed and one side are little. Of the networks that can read order, the best two on `valid` (where there is no
# `valid`, GRU and CRNN, without any choice) are trained from more seeds, under `artist` too. *Learning curves* show
# how the two go apart, or do not.

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
plots.say(f"What order is worth on pieces:\n\n{models.tell_gains(gains, best)}")
models.gain_matrix(results.scores, "segment")

# %%
(name, kind), *_ = best
both = {order: runs[strict][(name, kind, seed), order]["test"] for order in models.ORDERS}
curves = {f"{MODEL_NAMES[name]} on {kind}, {o}": said.curves[0] for o, said in both.items()}
axes = plots.training_panels(curves, UPDATES, "In order and shuffled, while they learn")
plots.show(axes, *plots.tell_training(curves))

# %% [markdown]
# ## Rhythm should need order
#
# Disco, hip-hop and reggae differ in beat more than in sound. If order is used anywhere, then here.

# %%
rhythm = models.rhythm_of(MODEL_NAMES[name], both)
results.fact(rhythm_recall=rhythm.recall.to_dict(), rhythm_confusions=rhythm.mixed_up)
display(rhythm.shown(), rhythm)

# %% [markdown]
# ### Does the state know the tempo?
#
# The network was told genres only. We read the annotated tempo out of its mean state by a linear model (*ridge*), on
# tracks that it was not trained on, artists apart. $R^2$ is the share of the variance of the tempo that is
# explained; at or below 0 nothing is.

# %%
train, test = splits[strict].folds(genre.to_numpy(object))[0]
X, mixed = frames["mfcc"], models.shuffled(frames["mfcc"])
unseen = genre.index[test]
states = {"mean MFCCs": pd.DataFrame([f.mean(axis=0) for f in X["frames"].loc[unseen]], unseen)}
for order, items in zip(models.ORDERS, (X, mixed), strict=True):
    gru = learner("gru", strict).fit(items.iloc[train], genre.iloc[train])
    states[f"GRU, {order}"] = gru.embed(items.iloc[test])
read, n, told = models.read_tempo({k: track_means(state) for k, state in states.items()}, tracks)
results.fact(tempo_r2=read, tempo_tracks=n)
plots.say(told)

# %% [markdown]
# ## Where attention looks
#
# The attention network says how much each frame weighed. Here is the piece whose weights are most uneven.

# %%
looking = learner("attention", strict).fit(X.iloc[train], genre.iloc[train])
weights = looking.attention_weights(X.iloc[test])
row = int(weights.max(axis=1).argmax())
track, piece = unseen[row]
one, called = X["frames"].iloc[test[row]], f"piece {piece} of {track}"
axes = plots.frame_weights(one, weights[row], 3.0, f"Weights over {called}")
plots.show(axes, *plots.tell_frame_weights(weights[row], 3.0, called))

# %% [markdown]
# Is that an *explanation*? Then taking the most attended tenth away should cost more probability than taking a
# random tenth ([Jain and Wallace 2019](https://arxiv.org/abs/1902.10186) ask so of text).

# %%
drops = models.attention_drops(looking, X.iloc[test], seed=seed)
of_track = track_means(drops)
results.fact(attention_drops=drops.mean().to_dict())
plots.say(models.tell_drops(drops.mean(), "a tenth of the frames"))
plots.say(models.tell_explanation(of_track, seed=seed))

# %% [markdown]
# ## A whole song in order
#
# A song is ten pieces. The encoder of notebook 7, which heard other music, turns each into 256 numbers. Does a
# network that reads these ten in order beat the mean of the ten (with a linear model on it), or a vote of ten linear
# models? Short songs are filled up with missing pieces, which the mask hides.

# %%
heard, why_not = features_or_reason(dataset, "encoder")
song_splits, of_song, songs, chosen = {}, {}, None, "gru"
if heard is not None:
    ears = heard.values[list(EMBEDDING_COLUMNS)]
    songs = models.song_sequences(ears)
    song_genre = tracks["genre"].loc[songs.index]
    song_splits, _ = make_splits(tracks, songs.index, n_splits=2 if quick else 3, seed=seed)
    wanted = ["filtered"] if quick and "filtered" in song_splits else ["artist", "filtered"]
    song_splits = {p: song_splits[p] for p in wanted if p in song_splits}
    labels = song_genre.to_numpy(object)
    song_size = {p: len(split.folds(labels)[0][0]) for p, split in song_splits.items()}
probe = make_pipeline(
    StandardScaler(), LogisticRegression(C=0.01, class_weight="balanced", max_iter=3000)
)
builds = {
    "transformer": models.transformer_network,
    "gru": models.recurrent_network,
    "attention": models.attention_network,
}


def song_learner(name, split, start=seed):
    """A network over the pieces of a song."""
    return models.SequenceClassifier(
        builds[name],
        epochs=UPDATES * 16 / song_size[split],
        batch_size=16,
        learning_rate=3e-3,
        groups=tracks["artist_group"],
        random_state=start,
    )


for p, split in song_splits.items():
    asked = {(n, "encoder", s): (song_learner(n, p, s), songs) for n in builds for s in starts}
    of_song[p] = models.compare_orders(asked, song_genre, split, progress=f"songs, {p}")

# %%
on_songs = []
for p, found in of_song.items():
    mean = evaluation.evaluate(probe, track_means(ears), song_genre, song_splits[p])
    pieces = make_splits(tracks, ears.index, n_splits=2 if quick else 3, seed=seed)[0][p]
    vote = evaluation.to_tracks(evaluation.evaluate(probe, ears, heard.genre, pieces), "vote")
    judged = models.judge_songs(found, {"mean": mean, "vote": vote}, "encoder", seed=seed)
    gains |= judged.gains
    on_songs += judged.scores
    results.fact(**{f"{n}_{p}_against_mean": against for n, against in judged.against.items()})
    display(judged)
results.scores += on_songs
results.fact(order_gain={", ".join(key): gain for key, gain in gains.items()})
if not on_songs:
    plots.say(f"Not possible here: {why_not or 'too few songs'}")
models.gain_matrix(on_songs, "track")

# %% [markdown]
# ### And with the ears of notebook 4?
#
# Its CNN heard nothing but the songs of the training side. What its last layer makes of each piece (64 numbers) is
# read in the same way. The songs that it was trained on look clearer to it than others do, and the networks above it
# cannot know that.

# %%
if "filtered" in of_song:
    seen = models.embed_pieces(dataset, updates=40 if quick else 800, seed=seed)
    own_songs = models.song_sequences(seen)
    own_genre = tracks["genre"].loc[own_songs.index]
    own_split = make_splits(tracks, own_songs.index, seed=seed)[0]["filtered"]
    keys = [(n, "own CNN", s) for n in builds for s in starts]
    asked = {(n, k, s): (song_learner(n, "filtered", s), own_songs) for n, k, s in keys}
    found = models.compare_orders(asked, own_genre, own_split, progress="songs, own CNN")
    mean = evaluation.evaluate(probe, track_means(seen), own_genre, own_split)
    judged = models.judge_songs(found, {"mean": mean}, "own CNN", seed=seed)
    results.scores += judged.scores
    gains |= judged.gains
    results.fact(own_cnn_order_gain={", ".join(key): gain for key, gain in judged.gains.items()})
    display(judged, models.gain_matrix(judged.scores, "track"))

# %% [markdown]
# ### Which pieces weigh?
#
# A song's attention over its ten pieces, for some songs that were not trained on, and the same check.

# %%
firmest = song_splits.get("filtered") or song_splits.get("artist")
if firmest:
    train, test = firmest.folds(song_genre.to_numpy(object))[0]
    over = song_learner("attention", firmest.name).fit(songs.iloc[train], song_genre.iloc[train])
    shown = pd.DataFrame(over.attention_weights(songs.iloc[test]), songs.index[test])
    fall = models.attention_drops(over, songs.iloc[test], seed=seed).mean()
    results.fact(song_attention_drops=fall.to_dict(), largest_weight=shown.max(axis=1).mean())
    axes = plots.piece_weights(shown.iloc[:: max(1, len(shown) // 12)][:12], "Weights of pieces")
    plots.show(axes, *plots.tell_piece_weights(shown, models.tell_drops(fall, "one piece")))

# %% [markdown]
# ## The one that is kept
#
# The network over songs that is best on `valid` is kept: `genre predict song.mp3 --model NAME` asks it. Its
# probabilities are calibrated on `valid`, for clips of 3, 6, 12 and 30 s.

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
    score = models.one_score(on_songs, chosen, "encoder", "filtered")
    folder = models.save_song_network(final, *valid, results, [score])
    results.fact(kept=chosen, model=folder.name)
    kept = (
        f"Kept as `{folder.name}`: {MODEL_NAMES[chosen]}, {evaluation.tell_accuracy(score)} "
        f"(mean of {wording.count(score.runs, 'seed')})."
    )
plots.say(kept)

# %%
name, kind, p = max(gains, key=lambda key: (key[1] in frames, key[2] == strict, key[:2] == best[0]))
finding = models.tell_order(
    models.one_score(results.scores, name, kind, p, "segment"), gains[name, kind, p]
)
if firmest:
    own = models.one_score(on_songs, chosen, "encoder", firmest.name)
    mean = models.one_score(on_songs, "probe", "encoder, mean", firmest.name)
    finding += models.tell_over_songs(own, mean)
results.fact(finding=finding)
results.write(output)
plots.say(finding)

# %% [markdown]
# ## What to remember
#
# - A network that can use order need not use it: train its twin before you say that it does.
# - Sequences must be masked; test that padding changes nothing.
# - An attention weight is a number, and an explanation only if taking the frame away costs something.
# - What a frame *is* (which ears heard it) matters before the question in which order frames come.
#
# ## Exercises
#
# 1. Reverse the frames instead of shuffling them. Is a GRU that was trained forwards still right?
# 2. Shuffle blocks of half a second: how long is the order that helps?
# 3. Which genre has the most uneven attention over its frames?
#
# <details><summary>Solutions</summary>
#
# ```python
# train, test = splits[strict].folds(genre.to_numpy(object))[0]
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
# pd.Series(weights.max(axis=1)).groupby(genre.iloc[test].to_numpy()).mean().sort_values()
# ```
#
# </details>
#
# **Where to go on.** Notebook 7 is about the ears. On what recurrent networks can be made to do with far more data,
# read Choi et al. ([2017](https://arxiv.org/abs/1609.04243)).
