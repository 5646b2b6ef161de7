# %% [markdown]
# # 7. What is a song to somebody who heard a million others?
#
# The networks of notebook 4 begin with nothing and see a few hundred songs. Nobody learns music like that. Here we
# borrow ears: a small network (594,180 parameters) that its authors trained to *tag* songs of the Million Song
# Dataset, with words like "guitar", "80s" or "sad" ([Pons and Serra 2019](https://arxiv.org/abs/1909.06654)). It was
# never told GTZAN's labels.
#
# **After this notebook you can** name genres without training anything, put a *linear probe* on an encoder, say why
# a leak helps one input more than another, and decide whether fine-tuning pays.
# **You should know** the four splits of notebook 3 and what a convolution is (notebook 4).
#
# Four words: an *encoder* turns 3 s of sound into numbers; these 256 numbers are its *embedding*; a *probe* is a
# linear model on top of an encoder that stays as it is; *fine-tuning* changes the encoder.

# %% tags=["parameters"]
data = ""  # folder of the collection; "" searches GTZAN_HOME, then data/gtzan, then makes a demo
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # not used here: there is nothing to hear
output = ""  # folder for the results file; "" writes none

# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils import evaluation, models, plots, wording
from genre_utils.audio import EMBEDDING_COLUMNS, FEATURE_COLUMNS, LAYER_COLUMNS, TAGS
from genre_utils.data import features_or_reason, load_features
from genre_utils.data import make_splits, open_dataset, track_means
from genre_utils.data import find_checkpoint

plots.set_style()
pd.set_option("display.max_colwidth", None)
quick = profile == "quick"
dataset = open_dataset(data)
results = evaluation.Results("07_transfer", dataset, profile, seed)
results.fact(title="What is a song to somebody who heard a million others?")
heard, reason = features_or_reason(dataset, "encoder")
if heard is None:
    results.end(reason, output)

# %% [markdown]
# A track is the mean of its pieces: 256 numbers, and 50 probabilities, one a tag. Beside them stand the 57 features
# of notebook 3, for the same tracks. Where genres differ much in size, accuracy alone flatters: *macro recall*, the
# mean over genres of the share that is named rightly, stands beside it.

# %%
described = load_features(dataset, "features_30_sec").X
songs = track_means(heard.values).join(described, how="inner")
tracks = dataset.tracks.loc[songs.index]
genre = tracks["genre"]
splits, reasons = make_splits(tracks, songs.index, n_splits=3 if quick else 10, seed=seed)
splits.pop("track", None)  # with one row a track, it is `random` but for the duplicates
if not splits:
    results.end(f"Too few tracks for any evaluation: {next(iter(reasons.values()))}.", output)
strict = "artist" if "artist" in splits else "random"
counts = genre.value_counts()
results.fact(tracks_heard=len(songs), tracks_by_genre=counts.to_dict())
plots.say(models.tell_heard(counts, splits, reasons))

# %% [markdown]
# ## Tags, without any training
#
# Which tags light up for which genre? For each genre, the two that stand out most against all other genres.

# %%
lit, telling = models.telling_tags(songs[list(TAGS)], genre)
results.fact(telling_tags=telling)
shown = list(dict.fromkeys(tag for tags in telling.values() for tag in tags[:2]))
axes = plots.tag_map(lit[shown], "What a tagger that never saw these labels says of each genre")
plots.show(axes, *models.tell_tags(lit, telling))
pd.Series(telling, name="most telling tags").map(", ".join).rename_axis("genre").to_frame()

# %% [markdown]
# Some tags are genres themselves. So take the tracks of these genres, and name each by its largest tag. No label is
# used. The second way asks which tag is largest *compared with its mean* over the tracks: "rock" was the commonest
# tag that it learnt, and it says so too readily.

# %%
by_tags, named, asked = models.name_by_tags(songs[list(TAGS)], genre, counts.index)
results.fact(named_by_tags=by_tags.to_dict("index"), genres_with_a_tag=named)
plots.say(models.tell_named(by_tags, asked))
by_tags.T.map(wording.percent)

# %% [markdown]
# ## A linear probe
#
# Now we do use labels, as little as can be: one linear model on the 256 numbers. It is the classical test of a
# representation ([Alain and Bengio 2016](https://arxiv.org/abs/1610.01644)): what a straight line can find was
# already laid out. One fold, in plain scikit-learn. `balanced` weighs genres alike.

# %%
probe = make_pipeline(
    StandardScaler(), LogisticRegression(C=0.01, class_weight="balanced", max_iter=3000)
)
X = songs[list(EMBEDDING_COLUMNS)]
train, test = splits[strict].folds(genre.to_numpy(object))[0]
probe.fit(X.iloc[train], genre.iloc[train])
right = probe.score(X.iloc[test], genre.iloc[test])
print(f"{wording.percent(right)} of {wording.count(len(test), 'track')} of one fold")

# %% [markdown]
# Then all folds of all splits, for three inputs. How strongly the weights are held down (`C`) is chosen inside
# each training side, or on `valid`; the test side is never asked. First tracks, then pieces of 3 s.

# %%
kinds = {
    "57 features": list(FEATURE_COLUMNS),
    "encoder": list(EMBEDDING_COLUMNS),
    "both": [*EMBEDDING_COLUMNS, *FEATURE_COLUMNS],
}
search = GridSearchCV(probe, {"logisticregression__C": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]})
found = {}
for kind, columns in kinds.items():
    for name, split in splits.items():
        found[kind, "tracks", name] = evaluation.evaluate(
            search, songs[columns], genre, split, progress=f"{kind}, {name}"
        )

# %%
cut, why_no_pieces = features_or_reason(dataset, "features_3_sec")
pieces = heard.values.join(cut.X, how="inner") if cut else heard.values.iloc[:0]
piece_splits = {}
if len(pieces):
    piece_splits, _ = make_splits(tracks, pieces.index, n_splits=2 if quick else 3, seed=seed)
    piece_splits.pop("filtered", None)
on_pieces = GridSearchCV(probe, {"logisticregression__C": [0.001, 0.01, 0.1]})
of_piece = genre.reindex(pieces.index.get_level_values("track_id")).set_axis(pieces.index)
for kind, columns in kinds.items():
    for name, split in piece_splits.items():
        found[kind, "3 s pieces", name] = evaluation.evaluate(
            on_pieces, pieces[columns], of_piece, split, progress=f"{kind}, pieces, {name}"
        )

# %%
scores, names = models.probe_scores(found, seed=seed)
results.scores += scores
pictured = [s for s in results.former_scores("04_cnn", output) if s.input.startswith("picture")]
if not piece_splits:
    plots.say(f"No pieces: {why_no_pieces}")
if not pictured:
    plots.say("The networks of notebook 4 are missing here: it has not been run beside this one.")
models.probe_matrix(results.scores + pictured, names)

# %% [markdown]
# Accuracy in per cent with its interval, and macro recall behind the stroke. (The networks of notebook 4 see
# pictures, which come with more tracks than have sound here.) Is the difference between inputs more than chance?
# Whole artists are drawn in this test.

# %%
both = [name for name in (strict, "filtered") if name in splits]
facts, told = models.compare_inputs(found, both, seed=seed)
results.fact(**facts)
plots.say(told)

# %% [markdown]
# ## The leak, and why it helps one more than the other
#
# Each line is one input; from left to right, less may stand on both sides. The number is the fall in points, from
# pieces or tracks at random to artists apart.

# %%
panels = evaluation.accuracy_panels(results.scores, names, ("random", "track", "artist"))
panels = {what: table for what, table in panels.items() if table.shape[1] > 1}
lost = {what: 100 * (t.iloc[:, 0] - t.iloc[:, -1]) for what, t in panels.items()}
results.fact(points_lost={what: fall.to_dict() for what, fall in lost.items()})
if panels:
    axes = plots.falls(panels, "What keeping songs and artists apart takes away")
    plots.show(axes, *models.tell_falls(panels))

# %% [markdown]
# Is the encoder deaf to artists, so that it cannot cheat? Look at the nearest other track of each track, then at the
# nearest one *by somebody else*.

# %%
near = pd.DataFrame(
    {kind: evaluation.nearest_tracks(songs[columns], tracks) for kind, columns in kinds.items()}
).T.rename_axis("the nearest track is of the ...")
results.fact(nearest_track=near.to_dict("index"))
near.map(wording.percent)

# %% [markdown]
# ### Who is it?
#
# Ask outright: artists with at least six songs, no song on both sides, and the same probe has to name the artist.
# For comparison: somebody who is told the genre and always says its most frequent artist.

# %%
asked, guess = models.name_artists(tracks)
by_artist = make_splits(asked, asked.index, n_splits=3, seed=seed)[0] if len(asked) else {}
who = {}
for kind, columns in kinds.items() if "track" in by_artist else ():
    prediction = evaluation.evaluate(
        search, songs.loc[asked.index, columns], asked["genre"], by_artist["track"]
    )
    who[kind] = evaluation.score(prediction, "probe", kind, seed=seed)
results.fact(artists_named={kind: s.accuracy for kind, s in who.items()}, artist_by_genre=guess)
plots.say(models.tell_artists(who, guess, asked["genre"].nunique()))
plots.say(models.tell_why(who, near, lost))

# %% [markdown]
# A caution: most artists are here with songs of one or two albums. What is recognised may be a voice, or a studio
# and its mastering; from these recordings nobody can tell the two apart.
#
# ## How few labels are enough?
#
# We hide labels: 1, 2, 5, ... tracks a genre are left, artists stay apart, and we draw several times. With so few
# there is nothing to choose on, so `C` is fixed for all. The third is a network from scratch, our CNN of
# notebook 4, on pictures of the same tracks. It sees them eight times; of few tracks that is few steps, so where it
# fails there, it is short of training too.

# %%
few = (1, 2, 5) if quick else (1, 2, 5, 10, 20)
draws = 2 if quick else 10
apart, _ = make_splits(tracks, songs.index, n_splits=2 if quick else 3, seed=seed)
fixed = probe.set_params(logisticregression__C=0.03)
curves = {
    kind: evaluation.label_curve(
        fixed, songs[columns], genre, apart[strict], (*few, None), draws=draws, seed=seed
    )
    for kind, columns in kinds.items()
    if kind != "both"
}
drawn, why_no_pictures = features_or_reason(dataset, "picture")
if drawn is not None and songs.index.isin(drawn.tracks).all():
    settings = dict(crop=128, batch_size=16, learning_rate=3e-3, epochs=2 if quick else 8)
    settings |= dict(augmentation=models.Augmentation(), random_state=seed)
    network = models.NetworkClassifier(models.spectrogram_network, **settings)
    scratch = {"sizes": (5,) if quick else (5, 20, None), "draws": 1 if quick else 3}
    curves["network from scratch"] = evaluation.label_curve(
        network, drawn.values.loc[songs.index], genre, apart[strict], seed=seed, **scratch
    )
means, spread = models.label_means(curves)
results.fact(label_curve=means.round(4).to_dict(), label_curve_sd=spread.round(4).to_dict())
axes = plots.label_curves(curves, "How far a few labels go")
alt = evaluation.tell_shares(means.T.rename(columns="{:g} labels".format))
plots.show(axes, alt, models.tell_enough(means))
means.map(wording.percent, na_action="ignore").astype(object).fillna("")

# %% [markdown]
# ## Which decade?
#
# Five tags are decades. A small table (`genre_utils/data/decades.csv`) names artists whose fame lies in one, with a
# known record and its year. Each tag is compared with its mean. A genre's sound tells as much as its time.

# %%
tags = [f"{year % 100:02d}s" for year in range(1960, 2010, 10)]
above, own = models.date_artists(songs[tags], tracks["artist"])
facts, alt, told = models.tell_decades(above, own)
results.fact(**facts)
if facts:
    axes = plots.decade_map(above, own, "Decades by tag; framed: of their best known record")
    plots.show(axes, alt, told)
else:
    plots.say(told)

# %% [markdown]
# ## Is it worth training on?
#
# So far the encoder stayed as it is. Fine-tuning lets the last two of its five blocks, or all, move: at a low rate,
# beginning from the probe, until `valid` gets no better. Three patches of 3 s a track; three seeds.

# %%
filtered, tuned = splits.get("filtered"), {}
epochs = {"head only": 5, "last blocks": 5, "all blocks": 1}
if quick:
    epochs = {"head only": 1, "last blocks": 1}
if filtered and find_checkpoint():
    patches = load_features(dataset, "patch")
    tuned = models.fine_tune_depths(patches, tracks, epochs, seeds=1 if quick else 3, seed=seed)
why = reasons.get("filtered", "the package musicnn, which has the weights, is not installed")
scores, told = models.tell_tuned(tuned, why, seed=seed)
results.scores += scores
plots.say(told)
if tuned:
    deepest = list(epochs)[-1]
    test = evaluation.compare(tuned[deepest, "test"][0], tuned["head only", "test"][0])
    results.fact(deepest_against_head=test)
    plots.say(models.tell_depth(deepest, test))

# %% [markdown]
# ## What it hears, and what not
#
# The map of notebook 5, once more: neighbours on paper are neighbours in the encoder's space.

# %%
from sklearn.manifold import TSNE

scaled = StandardScaler().fit_transform(songs[kinds["encoder"]])
settings = dict(metric="cosine", init="random", random_state=seed)
place = TSNE(perplexity=min(30, len(songs) / 4), **settings).fit_transform(scaled)
alike = wording.percent(near.loc["encoder", "same genre"], 0)
plots.show(
    plots.song_map(place, genre, (), "The songs as the encoder hears them"),
    f"Map of {len(songs)} songs by t-SNE in the colours of {genre.nunique()} genres.",
    f"For {alike} of the songs the nearest other one in the encoder's space is of the same genre.",
)

# %%
of_kind = {kind: found[kind, "tracks", strict] for kind in kinds}
by_genre = models.recalls_of(of_kind, "encoder")
best = of_kind["encoder"]
mistaken, told = models.tell_mistakes(by_genre, of_kind)
results.fact(recall_by_genre=by_genre.to_dict(), confusions=mistaken)
axes = plots.recalls(by_genre, f"Which genres gain from other ears, {strict}")
plots.show(axes, evaluation.tell_shares(by_genre), told)
axes = plots.confusion(evaluation.confusions(best), f"What the encoder's probe confuses, {strict}")
right = evaluation.out_of(int(best.correct.sum()), len(best.table))
plots.show(axes, f"Confusion matrix. Right: {right} tracks.", evaluation.tell_weakest(best))

# %% [markdown]
# What it cannot do: hear above 8 kHz, follow anything longer than 3 s (a track is a mean of pieces), know a genre
# that listeners did not tag, or say why.
#
# ## Against the literature
#
# | model | `filtered`, test |
# | --- | --- |
# | CNN from scratch ([ISMIR 2021 tutorial](https://music-classification.github.io/tutorial/)) | 54.1 % |
# | probe on MusiCNN ([Castellon et al. 2021](https://arxiv.org/abs/2107.05677)) | 79.0 % |
# | probe on Jukebox, which has 5 billion parameters (the same) | 79.7 % |
#
# Larger encoders since then ([MERT](https://arxiv.org/abs/2306.00107), [MuQ](https://arxiv.org/abs/2501.01108))
# report on GTZAN as well; read there what they were trained on.
#
# > **A caution.** The Million Song Dataset may hold some of the very songs of GTZAN. Tags were learnt
# > from it, not GTZAN's labels; but among the tags are rock, pop, jazz, metal, blues, country and
# > Hip-Hop. And the figures above are of all 290 test tracks, ours of those that have sound here.

# %% [markdown]
# ## The model that people get
#
# `genre predict` needs one model, for clips of any length and quality. Which columns should it read, how strongly
# should its weights be held down, and do the 57 features help, beside the others (early fusion) or with
# probabilities of their own (late fusion)? With few songs on `valid`, one song is most of a point. So we ask the
# training and validation sides together, in five folds with artists apart; the test side takes no part. Of values of
# `C` that lose less than a point we take the smallest: weights that are held down more suffer less from a poor
# recording.

# %%
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingClassifier

ours = songs[tracks["partition"].isin(["train", "valid"])] if filtered else songs
apart = models.ArtistKFold(tracks["artist_group"], 5, seed)
ears = {
    "embedding": kinds["encoder"],
    "embedding, tags": [*kinds["encoder"], *TAGS],
    "embedding, layers": [*kinds["encoder"], *LAYER_COLUMNS],
}
offers = ears | {"embedding, layers, 57 features": [*kinds["both"], *LAYER_COLUMNS]}


def held_down(found):
    """Position of the smallest C that loses less than a point."""
    return int((found["mean_test_score"] > found["mean_test_score"].max() - 0.01).argmax())


grid = {"logisticregression__C": [0.001, 0.003, 0.01, 0.03]}
search = GridSearchCV(probe, grid, cv=apart, refit=held_down, n_jobs=-1)
tried = {name: clone(search).fit(ours[c], genre[ours.index]) for name, c in offers.items()}

# %%
# Late fusion: two models, each with its own columns, and a weighted vote of their probabilities.
linear = LogisticRegression(C=0.01, class_weight="balanced", max_iter=3000)
halves = [
    (name, make_pipeline(ColumnTransformer([("scaled", StandardScaler(), columns)]), linear))
    for name, columns in (("ears", offers["embedding, layers"]), ("features", kinds["57 features"]))
]
weights = {"weights": [(0.9, 0.1), (0.8, 0.2), (0.7, 0.3)]}
vote = GridSearchCV(
    VotingClassifier(halves, voting="soft"), weights, cv=apart, refit=held_down, n_jobs=-1
)
tried["late fusion with 57 features"] = vote.fit(ours, genre[ours.index])
rows = models.candidate_rows(tried)
results.fact(head_candidates=rows)
models.shown_candidates(rows)

# %%
kept = max(ears, key=lambda name: rows[name]["accuracy"])
fused = max(rows.keys() - ears.keys(), key=lambda name: rows[name]["accuracy"])
head = tried[kept].best_estimator_
scores = []
if filtered:
    fixed = GridSearchCV(head, {key: [value] for key, value in tried[kept].best_params_.items()})
    prediction = evaluation.evaluate(fixed, songs[ears[kept]], genre, filtered)
    scores = [evaluation.score(prediction, "probe", f"encoder: {kept}", seed=seed)]
    results.scores += scores
    results.fact(head=kept, head_macro_recall=scores[0].macro_recall)
    results.fact(chosen={"model": "probe", "input": scores[0].input, "split": "filtered"})
plots.say(models.tell_kept(rows, kept, fused, scores))

# %% [markdown]
# How sure is it? Of 3 s it knows less than of 30. *Temperatures* (notebook 4) by the length heard make its
# probabilities mean what they say; they are fitted on what it says of songs held out.

# %%
columns = ears[kept]
said = models.held_out_logits(head, ours[columns], heard.values[columns], genre, apart)
temperatures = models.segment_temperatures(said, genre)
folder = models.save_head(head, columns, temperatures, results, scores)
results.fact(temperatures=temperatures)
plots.say(models.tell_temperatures(temperatures, folder.name))
top = {kind: evaluation.score(said, "probe", kind) for kind, said in of_kind.items()}
finding = models.tell_transfer(top, lost)
results.fact(finding=finding)
results.write(output)
plots.say(finding)

# %% [markdown]
# ## What to remember
#
# - Ears that heard other music carry genre in a straight line: a linear probe is enough.
# - A leak pays most for inputs that have nothing else to go by.
# - A few labels on a good representation are worth more than all of them on a poor one.
# - Ask what the encoder was trained on before you believe its score.
#
# ## Exercises
#
# 1. Name the genre by the nearest neighbour in the encoder's space instead of a probe.
# 2. Which single tag separates jazz from classical best?
# 3. Does the loudest embedding column of a track stay the same all along the track?
#
# <details><summary>Solutions</summary>
#
# ```python
# from sklearn.neighbors import KNeighborsClassifier
# near = make_pipeline(StandardScaler(), KNeighborsClassifier(1, metric="cosine"))
# evaluation.metrics(evaluation.evaluate(near, X, genre, splits[strict]))
# ```
#
# ```python
# (lit.loc["jazz"] - lit.loc["classical"]).abs().nlargest(3)
# ```
#
# ```python
# loudest = heard.values[list(EMBEDDING_COLUMNS)].idxmax(axis=1)
# loudest.groupby(level="track_id").agg(lambda c: (c == c.mode()[0]).mean()).mean()
# ```
#
# </details>
#
# **Where to go on.** The recommender (notebook 5) hears with these ears; `genre predict` too. Read Castellon et al.
# for how to probe fairly, and Kumar et al. ([2022](https://arxiv.org/abs/2202.10054)) for when fine-tuning spoils
# what was learnt.
