# %% [markdown]
# # 9. What does each source know? Sound, picture, words, history
#
# A song is more than its sound. It has a title, perhaps a text, and people who play it. The student summary that
# this project starts from wishes for models that use all of it. We ask each source alone, put them together in
# four ways, and measure what each one adds: it could be nothing.
#
# **After this notebook you can** put models together (early, late, by stacking, with a gate), share out a result
# among sources, deal with a source that is missing, and recommend songs that nobody has played yet.
# **You should know** the splits of notebook 3, the CNN of notebook 4, recommending (notebook 5) and the
# encoder of notebook 7.

# %% tags=["parameters"]
data = ""  # folder of the collection; "" searches GTZAN_HOME, then data/gtzan, then makes a demo
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # not used here: there is nothing to hear
output = ""  # folder for the results file; "" writes none

# %%
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from IPython.display import display
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils import evaluation, models, plots, recommend
from genre_utils.audio import EMBEDDING_COLUMNS, FEATURE_COLUMNS, LAYER_COLUMNS
from genre_utils.data import (
    features_or_reason,
    load_features,
    make_splits,
    open_dataset,
    song_words,
    track_means,
)
from genre_utils.models import Augmentation, NetworkClassifier
from genre_utils.wording import count, listed, percent, shares

plots.set_style()
pd.set_option("display.max_colwidth", None)
quick = profile == "quick"
dataset = open_dataset(data)
results = evaluation.Results("09_fusion", dataset, profile, seed)
results.fact(title="What does each source know? Sound, picture, words, history")
heard, reason = features_or_reason(dataset, "encoder")
if heard is None:
    results.end(f"{reason} Without sound there is nothing to fuse with.", output)

# %% [markdown]
# ## Four sources
#
# **Sound** is what the encoder of notebook 7 hears: its 256 numbers, those of the layers before, and the 57
# features beside them. All tracks that have sound are asked here.

# %%
described = load_features(dataset, "features_30_sec").X
sound = track_means(heard.values).join(described, how="inner")
sound = sound[[*EMBEDDING_COLUMNS, *LAYER_COLUMNS, *FEATURE_COLUMNS]]
tracks = dataset.tracks.loc[sound.index]
genre = tracks["genre"]
splits, reasons = make_splits(tracks, sound.index, n_splits=2 if quick else 3, seed=seed)
strict = [name for name in ("artist", "filtered") if name in splits] or list(splits)[:1]
if not strict:
    results.end(f"Too few tracks for any evaluation: {next(iter(reasons.values()))}.", output)

# %% [markdown]
# **Picture** is the published picture of a track's spectrogram, as in notebook 4. Where a collection has none it
# is drawn from the sound, and knows nothing that sound does not.

# %%
drawn, why_no_picture = features_or_reason(dataset, "picture")
tables = {"sound": sound}
if drawn is not None:
    tables["picture"] = drawn.values.loc[drawn.values.index.isin(sound.index)]

# %% [markdown]
# **Words** are titles. A file of your own may bring more: a text beside it (`.lrc`, `.txt`) or within it.
# `song_words` reads them; the genre that a file may name is left out, for it is what we ask for.

# %%
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "Nobody - Rain again.lrc").write_text(
        "[ti:Rain again]\n[00:01.00]It rained all night\n[00:04.50]and nobody came"
    )
    print(song_words(Path(folder, "Nobody - Rain again.wav")))

# %%
titles = tracks["title"].dropna().astype(str)
if titles.nunique() > len(sound) / 10:  # else there is too little to learn from
    tables["words"] = titles.to_frame("words")

# %% [markdown]
# **History** is who plays what. GTZAN has no listeners, so we **simulate** 300. Each likes one or two genres, plays
# 25 songs, one in three of them from anywhere, and popular songs far more often than others. A fifth of the songs
# is hidden from all, and some more are never drawn. A song gets 24 numbers from the table of songs by listeners
# (*truncated singular value decomposition*, akin to PCA): near each other are songs that the same listeners play.
# The simulator knows the genres. So what history knows below says how much *such* listeners would be worth, and
# nothing about people. (With exports of real listeners, `tool.crowd_of` makes the same table.)

# %%
crowd = recommend.simulate_crowd(tracks, seed=seed)
tables["history"] = recommend.history_vectors(crowd, seed=seed)
names = list(tables)
plays = crowd.sum(axis=1)
known = {name: len(table) for name, table in tables.items()}
results.fact(known_by_source=known)
plots.say(
    f"{percent(len(crowd) / len(tracks), 0)} of the tracks were played by a simulated listener, half of "
    f"these by {plays.median():.0f} or fewer, one by {plays.max()}. Tracks that each source knows, of "
    f"{len(tracks)}: {listed(f'{name} {n}' for name, n in known.items())}."
)

# %% [markdown]
# ## What words say
#
# A title is a few letters. We count runs of one to four of them (*character n-grams*), so that "rockin'" and "rock"
# have something in common. Each count is weighed down if many titles have it (*TF-IDF*: term frequency times
# inverse document frequency, $n \cdot \log(N / d)$, with $n$ how often the run is in the title, $N$ the number of
# titles, $d$ how many of them have it; scikit-learn damps both). A linear model learns from these. First one fold:

# %%
letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True)
linear = LogisticRegression(class_weight="balanced", max_iter=3000)
by_words = make_pipeline(make_column_transformer((letters, "words")), linear)
if "words" in tables:
    train, test = splits[strict[0]].folds(genre.to_numpy(object))[0]
    own, other = (titles.reindex(genre.index[side]).dropna() for side in (train, test))
    by_words.fit(own.to_frame("words"), genre[own.index])
    right = by_words.predict(other.to_frame("words")) == genre[other.index]
    print(f"{percent(right.mean())} of {len(other)} titles of one fold are named rightly")

# %% [markdown]
# A title can also give away the song, or who sings, and with them comes the genre. How much of it is that? The
# same model, once with songs and artists on both sides, once apart.

# %%
words_search = GridSearchCV(by_words, {"logisticregression__C": [0.3, 1.0, 3.0, 10.0]})
if "words" in tables:
    pair = {name: splits[name] for name in ("random", strict[0])}
    by_title = evaluation.Source(words_search, tables["words"])
    named = evaluation.under_splits(by_title, genre, pair)
    rightly = {name: said.correct.mean() for name, said in named.items()}
    results.fact(words_by_split=rightly)
    told, _ = evaluation.tell_gain(named[strict[0]], named["random"], seed=seed)
    plots.say(
        f"`random`: {percent(rightly['random'])} of {len(named['random'].table)} titles. "
        f"`{strict[0]}`: {told}, against `random` on the same tracks: so much depends on knowing the song "
        "or the artist. Always naming the most frequent genre would get "
        f"{percent(genre[titles.index].value_counts(normalize=True).iloc[0])}."
    )

# %% [markdown]
# Which words tell a genre? We count artists that use a word, here and elsewhere, so that a word which one artist
# loves counts once; z is how far the odds differ, in standard errors. The table has the two most telling words of
# each genre, if at least three artists use them, however small z is. (*ve* and *ll* are left of *I've* and *I'll*.)

# %%
if "words" in tables:
    told = models.telling_words(titles, genre, tracks["artist_group"], most=2)
    results.fact(telling_words=told.groupby("genre")["word"].agg(list).to_dict())
    display(evaluation.show_telling_words(told))

# %% [markdown]
# ## Each source alone
#
# Linear models for sound, words and history (logistic regression; `C`, the larger the less its weights are held
# small, is chosen inside each training side, or on `valid`). For pictures the CNN of notebook 4: one network, not
# the average of five, with MixStyle and SpecAugment, on the tracks that have sound; so its numbers are not those
# of notebook 4.

# %%
steps = {"logisticregression__C": [0.001, 0.003, 0.01, 0.03]}
network = NetworkClassifier(
    models.spectrogram_network,
    crop=128,
    augmentation=Augmentation(),
    learning_rate=3e-3,
    random_state=seed,
    epochs=2 if quick else 16,
    groups=tracks["artist_group"],
)
by_numbers = GridSearchCV(make_pipeline(StandardScaler(), linear), steps)
learners = {"sound": by_numbers, "picture": network, "words": words_search, "history": by_numbers}
sources = {
    name: evaluation.Source(learners[name], table, slow=name == "picture")
    for name, table in tables.items()
}
asked = {p: evaluation.ask(sources, genre, splits[p], progress=f"sources, {p}") for p in strict}
alone = {p: {name: asked[p].alone(name) for name in names} for p in strict}
kinds = {"sound": "probe", "picture": "cnn", "words": "words", "history": "probe"}
inputs = {name: name for name in names} | {"history": "history (simulated)"}
for p in strict:
    for name, said in alone[p].items():
        results.scores.append(evaluation.score(said, kinds[name], inputs[name], seed=seed))
evaluation.score_matrix(results.scores, {text: text for text in inputs.values()})

# %% [markdown]
# (With 95 % intervals, drawn by whole artists; recall is the mean over genres. n differs, since a source is asked
# about the tracks that it knows.)
#
# ## Four ways to meet
#
# - **Early fusion**: put all numbers side by side, and learn one model.
# - **Late fusion**: each source has its model; their probabilities $p_s$ are averaged with weights $w_s$ that add
#   up to 1: $p = \sum_s w_s\,p_s$.
# - **Stacking** ([Wolpert 1992](https://doi.org/10.1016/S0893-6080(05)80023-1)): a linear model learns from the
#   logarithms of these probabilities.
# - **A gate** ([Jacobs et al. 1991](https://doi.org/10.1162/neco.1991.3.1.79)): a small network sees all
#   probabilities and gives each song weights of its own.

# %%
plots.show(
    plots.fusion_diagram("Where sources can meet"),
    "Four sources, each with its own model, meet in late fusion, stacking or a gate; or their "
    "numbers meet before one model: early fusion.",
    "Above, each source first has its own model; below, one model sees all numbers.",
)

# %% [markdown]
# What puts models together must learn it from songs that these models did not learn: it sees inner predictions,
# made inside each training side (under `filtered`, those of `valid`). By hand, for one fold and two sources: which
# weight makes the true genres likeliest?

# %%
fold = asked[strict[0]].folds[0]
pair = names[:2]
said, labels, groups = asked[strict[0]].inner(fold, pair)
both = ~np.isnan(said).any(axis=(1, 2))
given = said[both, :, labels[both]]  # what the two sources gave to the true genres
for weight in (0.0, 0.25, 0.5, 0.75, 1.0):
    loss = -np.log(np.maximum(given @ [weight, 1 - weight], 1e-4)).mean()
    print(f"weight {weight:.2f} of {pair[0]}: log loss {loss:.3f}")
best = dict(zip(pair, models.mixture_weights(said[both], labels[both]), strict=True))
print(f"The best weights on these songs: {shares(best)}.")

# %% [markdown]
# Early fusion needs numbers: of a picture, mean and deviation of its 64 bands; what is missing is filled with the
# mean of the training side.

# %%
blocks = {name: tables[name] for name in ("sound", "history")}
if "picture" in tables:
    blocks["picture"] = models.band_statistics(tables["picture"]["frames"])
everything = models.together(blocks, sound.index)
parts = [(make_pipeline(SimpleImputer(), StandardScaler()), list(everything))]
if "words" in tables:
    everything["words"] = titles.reindex(sound.index).fillna("")
    parts.append((letters, "words"))
side_by_side = make_pipeline(make_column_transformer(*parts), linear)
early = evaluation.Source(GridSearchCV(side_by_side, steps), everything)
by_early = evaluation.under_splits(early, genre, {p: splits[p] for p in strict})

# %%
fusers = {
    "late_fusion": models.LateFusion(),
    "stacking": models.Stacking(),
    "gated_fusion": models.GatedFusion(steps=60 if quick else 300, random_state=seed),
}
met = {p: evaluation.meet(asked[p], fusers, names, seed=seed) for p in strict}
fused = {p: {name: met[p].everything[name] for name in fusers} for p in strict}
for p in strict:
    fused[p]["early_fusion"] = by_early[p]
    for name, said in fused[p].items():
        results.scores.append(evaluation.score(said, name, f"all, {name}", seed=seed))
titled = {"sound": "sound alone"} | {
    f"all, {way}": evaluation.WAYS[way] for way in fused[strict[0]]
}
shown = [score for score in results.scores if score.input in titled]
evaluation.score_matrix(shown, titled)

# %% [markdown]
# All of these were given history, which is simulated from the genres. What do the real sources gain without it? Late
# fusion, stacking and the gate were fitted once more, as if history had never been. Which way is taken is decided
# inside each training side, by the log loss of inner predictions with artists apart (under `filtered` there are only
# the songs of `valid` to learn from); then the test side is asked. Is a gain over sound alone more than chance? We
# say yes if the interval leaves out 0 and p is below 0.05, whole artists drawn; *open* if only one of them says so.

# %%
results.fact(**evaluation.tell_ways(met))
results.fact(**{f"gain_over_sound_{p}": one.gain() for p, one in met.items()})
results.fact(**{f"gain_of_real_sources_{p}": one.gain(real=True) for p, one in met.items()})
results.fact(**{f"gain_of_history_{p}": one.gain_of_simulated() for p, one in met.items()})
evaluation.show_meetings(met)

# %% [markdown]
# ## What each source adds
#
# What a source adds depends on what is known already. The *Shapley value* ([Shapley
# 1953](https://doi.org/10.1515/9781400881970-018)) is what it adds in the mean over all orders in which the sources
# could come; four sources have 16 sets. They meet by late fusion here.

# %%
late = fusers["late_fusion"]
worth = {p: evaluation.worth_of_sources(asked[p], late, names, seed=seed) for p in strict}
results.fact(shapley={p: table["value"].to_dict() for p, table in worth.items()})
first, of_all = worth[strict[0]], worth[strict[0]].attrs
plots.show(
    plots.shares_of_sources(worth, "What each source is worth"),
    " ".join(
        f"{p}: "
        + ", ".join(f"{name} {row.value:+.1f}" for name, row in table.iterrows())
        + " points."
        for p, table in worth.items()
    ),
    f"Under {strict[0]}, {first['value'].idxmax()} is worth most. The values add up to the way from "
    f"{percent(of_all['none'])} (the most frequent genre) to {percent(of_all['all'])}.",
)

# %% [markdown]
# And if one is left out, while all others stay? Both in points, with 95 % intervals:

# %%
left_out = {f"{p} {name}": lost for p, t in worth.items() for name, lost in t["left_out"].items()}
results.fact(left_out=left_out)
evaluation.show_worth(worth)

# %% [markdown]
# ## A source that is missing
#
# Tomorrow's song has no history. Does a fusion that counted on a source do worse without it than one that never
# knew it? Each is taken away when the test songs are asked.

# %%
missing = evaluation.loss_of_missing(asked[strict[0]], fusers, names, seed=seed)
harmed = int((missing["high"] < 0).sum())
results.fact(missing=missing.to_dict("list"), harmed_by_missing=harmed)
evaluation.show_missing(missing)

# %% [markdown]
# ## Whom the gate trusts
#
# One fold under the first split: the mean weights that the gate gives on its test side, by true genre.

# %%
gate = models.GatedFusion(random_state=seed).fit(*asked[strict[0]].inner(fold, names))
weights = gate.weights(np.stack([fold.test_said[name] for name in names], axis=1))
of_test = genre.iloc[fold.test].to_numpy(object)
trusted = pd.DataFrame(weights, columns=names).groupby(of_test).mean()
results.fact(gate_by_genre=trusted.to_dict("index"))
plots.show(
    plots.trust(trusted, "How much the gate trusts each source"),
    "Mean weights by genre. " + evaluation.tell_shares(trusted),
    evaluation.tell_trust(trusted),
)

# %% [markdown]
# ## Where they disagree
#
# Two sources that err alike are worth one. Here is the share of tracks on which they name different genres.

# %%
apart = evaluation.disagreements(alone[strict[0]])
results.fact(disagreement=apart.to_dict("index"))
evaluation.show_disagreements(apart)

# %% [markdown]
# Songs that only the title gets right, if there are any:

# %%
if "words" in tables:
    lucky = evaluation.only_right(alone[strict[0]], "words")
    guessed = alone[strict[0]] | {"words": asked[strict[0]].guess()}
    by_guess = len(evaluation.only_right(guessed, "words"))
    results.fact(only_words_right=len(lucky), only_guess_right=by_guess)
    plots.say(f"{count(len(lucky), 'song')}; naming the most frequent genre would get {by_guess}.")
    display(lucky.assign(title=titles.reindex(lucky.index))[["title", *lucky]].head(8))

# %% [markdown]
# ## Songs that nobody has played
#
# A recommender by history cannot recommend a new song: the *cold start*. Sound can, and it can foretell where history
# would place a song
# ([van den Oord et al. 2013](https://papers.nips.cc/paper/2013/hash/b3ba8f1bee1238a2f37603d90b58898d-Abstract.html)).
# *Sound* is the cosine of the encoder's numbers, *history* that of the 24. *Both* adds the two; where a song's
# history is hidden, it is foretold from its sound (ridge regression). *Precision at 10* is the share of ten
# recommended songs, by other artists, that are of the seed's genre (notebook 5). Here no song is hidden from the
# simulated listeners; we hide the history of some ourselves.

# %%
vectors = pd.DataFrame(StandardScaler().fit_transform(sound[list(EMBEDDING_COLUMNS)]), sound.index)
everyone = recommend.simulate_crowd(tracks, known=1.0, seed=seed)
placed = recommend.history_vectors(everyone, seed=seed)
cold = recommend.cold_start(vectors.loc[placed.index], placed, tracks, seed=seed)
at = cold.set_index(["share", "way"])["precision"].unstack()
results.fact(cold_start=at.to_dict("index"))
plots.show(
    plots.cold_starts(cold, "Precision of ten songs, other artists"),
    "Precision at 10. " + evaluation.tell_shares(at.rename(index=lambda s: f"history of {s:.0%}")),
    evaluation.tell_cold_start(cold, len(placed)),
)

# %% [markdown]
# ## What to remember
#
# - What puts models together must learn from predictions of songs that the models did not learn.
# - What a source adds depends on what is there already; Shapley values share that out.
# - A source can be missing: learn what to do without it.
# - Whoever simulates listeners has decided what they are worth: simulated is not measured.
#
# ## Exercises
#
# 1. Let every second song be a draw from anywhere (`contrary=0.5`). What is history worth then?
# 2. Use whole words instead of letters. Do they say more of a genre?
# 3. Leave out sound. Which way of meeting is best then?
#
# <details><summary>Solutions</summary>
#
# ```python
# careless = recommend.history_vectors(recommend.simulate_crowd(tracks, contrary=0.5, seed=seed))
# other = {"history": evaluation.Source(learners["history"], careless)}
# evaluation.ask(other, genre, splits[strict[0]]).alone("history").correct.mean()
# ```
#
# ```python
# whole = make_column_transformer((TfidfVectorizer(sublinear_tf=True), "words"))
# search = GridSearchCV(make_pipeline(whole, linear), {"logisticregression__C": [1.0, 10.0]})
# spelled = {"words": evaluation.Source(search, titles.to_frame("words"))}
# evaluation.ask(spelled, genre, splits[strict[0]]).alone("words").correct.mean()
# ```
#
# ```python
# deaf = [name for name in names if name != "sound"]
# {way: asked[strict[0]].fused(f, deaf).correct.mean() for way, f in fusers.items()}
# ```
#
# </details>
#
# **Where to go on.** Notebook 10 turns a song towards another genre. For fusion that is learnt from the start, read
# Baltrušaitis, Ahuja and Morency ([2019](https://arxiv.org/abs/1705.09406)).

# %%
finding = evaluation.tell_meeting(strict[-1], met[strict[-1]])
results.fact(finding=finding)
results.write(output)
plots.say(finding)
