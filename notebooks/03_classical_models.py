# %% [markdown]
# # 3. What is 90 % worth? Classical models, published and honest
#
# On GTZAN, everybody reports around 90 %. A student summary that this project starts from has
# k-nearest neighbours at 87 %, a random forest at 81 %, a support vector machine at 75 % and XGBoost
# at 90 %. People reach about 70 %
# ([Dong 2018](https://arxiv.org/abs/1802.09697)). Do machines hear better than people? We rebuild
# the models, find the leak, close it, and see what is left.
#
# **After this notebook you can** reproduce a published figure, find a leak between training and test,
# keep songs and artists apart, choose a model honestly, and say which features it leans on.
# **You should know** what scaling does (notebook 2) and how scikit-learn fits and predicts.

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
from sklearn.model_selection import ShuffleSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from genre_utils import evaluation, models, plots
from genre_utils.data import features_or_reason, load_features, make_protocols, open_dataset
from genre_utils.evaluation import MODEL_NAMES

plots.set_style()
quick = profile == "quick"
dataset = open_dataset(data)
tracks = dataset.tracks
results = evaluation.Results("03_classical_models", dataset, profile, seed)
results.fact(title="What is 90 % worth? Classical models, published and honest")

# %% [markdown]
# ## Two tables, four protocols
#
# The published figures come from *pieces*: every track is cut into ten pieces of 3 seconds, and
# each piece is a row. The other table has one row a track. Which do we have?

# %%
pieces, why_no_pieces = None, "no audio and no table, so no pieces"
if len(dataset.audio) or 3 in dataset.tables:
    pieces, why_no_pieces = features_or_reason(dataset, "features_3_sec")
songs = load_features(dataset, "features_30_sec")
plots.say(f"- 3 s: {pieces.source if pieces else why_no_pieces}\n- 30 s: {songs.source}")

# %% [markdown]
# A *protocol* says what may stand on both sides of a split between training and test. Pieces are
# split in three: a model then learns from two thirds, about the 70 % of the published split.

# %%
piece_protocols, piece_reasons = {}, {}
if pieces is not None:
    piece_protocols, piece_reasons = make_protocols(
        tracks, pieces.values.index, n_splits=2 if quick else 3, seed=seed
    )
song_protocols, song_reasons = make_protocols(
    tracks, songs.values.index, n_splits=2 if quick else 10, seed=seed
)
song_protocols.pop("track", None)  # with one row a track, it is `random` but for the duplicates
plots.say(
    evaluation.tell_protocols(
        {"3 s": (piece_protocols, piece_reasons), "30 s": (song_protocols, song_reasons)}
    )
)
if not song_protocols:
    why = next(iter(song_reasons.values()))
    results.end(f"Too few tracks for any evaluation: {why}.", output)

# %% [markdown]
# ## As published: the summary's models
#
# The summary names few settings. But 81, 75 and 90 % are, to the digit, what the notebook reports that
# is copied most for Kaggle's set (81.4, 75.4 and 90.2 %), so we take its settings: 19 neighbours; 1000
# trees of depth 10; one SVM a pair of genres; 1000 rounds of boosting at a learning rate of 0.05.
# Features are scaled to [0, 1], on the training side alone. 70 % of the pieces, drawn at random, are
# learnt from; how many of the other 30 % are right?

# %%
both = [(song_protocols, songs), (piece_protocols, pieces)]
fewest = min(evaluation.fewest_to_fit(p.values(), table.genre) for p, table in both if p)
plain = models.published_models(
    seed, neighbors=min(19, fewest), trees=100 if quick else 1000, epochs=15 if quick else 30
)
reproduced = {}
if "random" in piece_protocols:
    split = replace(
        piece_protocols["random"], splitter=ShuffleSplit(1, test_size=0.3, random_state=seed)
    )
    calls = {
        name: partial(
            evaluation.cross_predict, plain[name], pieces.X, pieces.genre, split, n_jobs=1
        )
        for name in reversed(models.PUBLISHED_ACCURACY)  # the slowest first
    }
    done = evaluation.side_by_side(calls, progress="70 / 30 at random")
    reproduced = {name: done[name] for name in models.PUBLISHED_ACCURACY}
reproduction = evaluation.reproduction_table(
    reproduced, models.PUBLISHED_ACCURACY, models.COPIED_ACCURACY
)
reproduction

# %%
if reproduced:
    results.fact(
        reproduction=reproduction.to_dict("index"), reproduction_trees=100 if quick else 1000
    )
    off = reproduction["difference (points)"]
    has = pieces.genre.groupby(level="track_id").first().value_counts().sort_index()
    plots.say(
        f"The largest difference is {off[off.abs().idxmax()]:+.1f} points ({off.abs().idxmax()}). What "
        f"differs still is the music: these are {len(pieces.X):,} pieces of {has.sum()} recordings, "
        "the summary's some 9,990 of 1000. Of each genre there are here: "
        + ", ".join(f"{name} {n}" for name, n in has.items())
        + ". So macro recall, which counts all genres alike, stands beside the accuracy."
        + (" (This is the quick profile: 100 trees and rounds, not 1000.)" if quick else "")
    )

# %% [markdown]
# The summary shows confusion matrices. Here is one of each model, from the same 30 %.

# %%
if reproduced:
    panels = {MODEL_NAMES[n]: evaluation.confusions(p) for n, p in reproduced.items()}
    told = {n: evaluation.recall_by_genre(p).sort_values() for n, p in reproduced.items()}
    plots.show(
        plots.confusion_panels(panels, "Pieces at random: the share of each row, in per cent"),
        "Confusion matrices of four models. "
        + " ".join(
            f"{MODEL_NAMES[n]}: best {r.index[-1]} {r.iloc[-1]:.0%}, worst {r.index[0]} {r.iloc[0]:.0%}."
            for n, r in told.items()
        ),
    )

# %% [markdown]
# The copied notebook has 80.6 % for its 19 neighbours, the summary 87 %. How many did the summary ask?
# And is that number good for anything but this split?

# %%
if reproduced:
    ks = [k for k in (1, 3, 5, 7, 9, 11, 13, 15, 19, 25, 35) if k <= fewest]
    by_k = pd.DataFrame(index=pd.Index(ks, name="k"))
    for protocol in (split, *(p for n, p in piece_protocols.items() if n != "random")):
        asked = {
            k: partial(
                evaluation.cross_predict,
                make_pipeline(MinMaxScaler(), KNeighborsClassifier(k)),
                pieces.X,
                pieces.genre,
                protocol,
                n_jobs=1,
            )
            for k in ks
        }
        said = evaluation.side_by_side(asked, progress=f"neighbours, {protocol.name}")
        by_k[protocol.name] = [evaluation.metrics(said[k])["accuracy"] for k in ks]
    aim = models.PUBLISHED_ACCURACY["knn"]
    nearest = (by_k["random"] - aim).abs().idxmin()
    results.fact(accuracy_by_neighbours=by_k.to_dict(), neighbours_of_the_summary=nearest)
    plots.show(
        plots.accuracy_by_neighbours(
            by_k, aim, f"With pieces at random, k = {nearest} comes closest to {aim:.0%}"
        ),
        "Accuracy against k: " + evaluation.tell_shares(by_k.T),
    )
    plots.say(
        f"{aim:.0%} come with k = {nearest} ({by_k['random'][nearest]:.1%}). "
        + " ".join(
            f"Under `{name}` the best k is {values.idxmax()} ({values.max():.1%})."
            for name, values in by_k.items()
        )
        + " Whoever asks the nearest piece alone asks, at random, mostly the same song."
    )

# %% [markdown]
# ## The leak
#
# Pieces of one song share key, tempo, singer, studio. Is the nearest other piece of a piece not
# simply its neighbour in the same song?

# %%
if pieces is not None:
    near = evaluation.same_song_neighbours(pieces.X, tracks)
    per_song = pieces.values.groupby(level="track_id").size()
    by_chance = (per_song - 1).mul(per_song).sum() / (len(pieces.X) * (len(pieces.X) - 1))
    results.fact(nearest_piece=near.to_dict(), nearest_piece_same_song_by_chance=by_chance)
    plots.say(
        f"For {near['song']:.1%} of the pieces, the nearest other piece is of **the same song** "
        f"(by chance {by_chance:.1%}); for {near['artist']:.1%} it is another song of the same "
        f"artist. Only {near['genre']:.1%} have as nearest piece one of their genre by somebody "
        "else. With pieces at random, most test pieces have brothers in the training set."
    )

# %% [markdown]
# ## The same models, songs kept apart, then artists
#
# Same models, other folds; `random` here is cross-validated too, so that every piece is asked once.
# A star marks what goes over fewer genres than the others, and is not to be compared with them.

# %%
calls = {
    (name, "features_3_sec", protocol.name): partial(
        evaluation.cross_predict, model, pieces.X, pieces.genre, protocol, n_jobs=1
    )
    for name, model in plain.items()
    for protocol in piece_protocols.values()
}
found = evaluation.side_by_side(calls, progress="models and protocols") if calls else {}
by_protocol = evaluation.accuracy_table(found, "features_3_sec")
tested = {key[2]: p.table["true"].nunique() for key, p in found.items()}
most = max(tested.values(), default=0)
by_protocol.rename(columns={p: f"{p}*" for p, n in tested.items() if n < most}).round(3)

# %% [markdown]
# The genres are not equally large, so here is macro recall, the mean of the genres' own accuracies.

# %%
recalls = {p: evaluation.metric_table(found, "features_3_sec", p)["recall"] for p in by_protocol}
results.fact(macro_recall_of_pieces={p: r.to_dict() for p, r in recalls.items()})
pd.DataFrame(recalls).round(3)

# %%
if {"random", "track"} <= set(by_protocol):
    falls = (by_protocol["random"] - by_protocol["track"]).sort_values()
    heard = {
        p: evaluation.to_tracks(found["knn", "features_3_sec", p]) for p in ("random", "track")
    }
    one = evaluation.paired_test(heard["random"], heard["track"], seed=seed)
    results.fact(fall_random_to_track=falls.to_dict(), test_knn_random_track=one)
    plots.say(
        f"From `random` to `track`, the accuracy on pieces changes by {-falls.max():+.1%} "
        f"({falls.idxmax()}) to {-falls.min():+.1%} ({falls.idxmin()}). Put together, "
        f"{len(heard['track'].table)} songs: k-nearest neighbours gets {one['only_one']} right only "
        f"with the leak, {one['only_other']} only without it (permutation test over songs: "
        f"p = {one['p']:.1g}). The difference is what was remembered, not heard."
    )

# %% [markdown]
# A song is more than a piece. Its pieces can vote: by majority, as the summary does for an unknown
# clip, or by the mean of their probabilities, where a model gives them.

# %%
joined, votes = evaluation.join_pieces(found)
results.fact(joined_by_vote_and_mean=votes.to_dict("index"))
votes.round(3).astype(object).fillna("")

# %% [markdown]
# ## One row a track
#
# The same models on the 30 s table, under every protocol it allows.

# %%
for name, model in plain.items():
    for protocol in song_protocols.values():
        found[name, "features_30_sec", protocol.name] = evaluation.cross_predict(
            model, songs.X, songs.genre, protocol, progress=f"{name}, {protocol.name}"
        )
evaluation.accuracy_table(found, "features_30_sec").round(3)

# %% [markdown]
# ## Can some of it be won back?
#
# Four ideas:
#
# - **Choose hyperparameters honestly**: inside the training side of each fold, by splits of the
#   same kind; for `filtered` on the validation side. The test side is never asked. (*tuned*)
# - **Scale by ranks**: each column is mapped onto a normal distribution, so no outlier is left.
#   All tuned models but the trees do.
# - **Linear models** with regularisation: 57 correlated columns and few artists call for little
#   freedom.
# - **Whiten within artists**: directions in which the songs of one artist differ say little about
#   the genre; they are shrunk, the others stretched. Speaker recognition calls this *within-class
#   covariance normalisation* (Hatch et al., Interspeech 2006). Last, five models are averaged.

# %%
honest = [p for p in ("artist", "filtered") if p in song_protocols] or list(song_protocols)[-1:]
hardest = honest[0]
tuned = models.tuned_models(tracks["artist_group"], seed)
if quick:
    tuned = {name: tuned[name] for name in ("knn", "svm", "logistic")}
for name, search in tuned.items():
    for protocol in honest:
        found[f"{name}_tuned", "features_30_sec", protocol] = evaluation.cross_predict(
            search,
            songs.X,
            songs.genre,
            song_protocols[protocol],
            progress=f"{name} tuned, {protocol}",
        )
blend = models.best_model(tracks, seed, trees=100 if quick else 400)
for name, model in {"whitened": models.svm_on_whitened(tracks), "blend": blend}.items():
    for protocol in song_protocols.values():
        found[name, "features_30_sec", protocol.name] = evaluation.cross_predict(
            model, songs.X, songs.genre, protocol, progress=f"{name}, {protocol.name}"
        )
for protocol in piece_protocols.values():
    key = "blend", "features_3_sec", protocol.name
    found[key] = evaluation.cross_predict(
        blend, pieces.X, pieces.genre, protocol, progress=f"blend, {protocol.name}"
    )
    joined[key] = evaluation.to_tracks(found[key])

# %% [markdown]
# Everything that was tried, in the order of its accuracy under the strictest protocol.

# %%
gains = evaluation.accuracy_table(found, "features_30_sec")
gains.sort_values(hardest).round(3).astype(object).fillna("")

# %%
blended = found["blend", "features_30_sec", hardest]
best_plain, choices = evaluation.nested_choice(
    {n: found[n, "features_30_sec", hardest] for n in plain}
)
against = evaluation.paired_test(blended, best_plain, seed=seed)
results.fact(blend_against_best_plain=against, best_plain_by_fold=list(choices.values()))
plots.say(
    f"Under `{hardest}` the average of five models reaches "
    f"{gains.loc[MODEL_NAMES['blend'], hardest]:.1%}, "
    f"{100 * against['difference']:+.1f} points [{100 * against['low']:+.1f}, "
    f"{100 * against['high']:+.1f}] against the best plain model, which is chosen for each fold "
    f"by the other folds (permutation test over the artists of {len(blended.table)} tracks: "
    f"p = {against['p']:.2g}). A caution: "
    "which five, and with which settings, was decided once, by looking at `random` and `artist` "
    "folds of all 1000 tracks of GTZAN, the test tracks of `filtered` among them. On GTZAN, its "
    "figures are therefore a little kind; those of the tuned models are not."
)

# %% [markdown]
# ## When are two tracks one song?
#
# "No song on both sides" depends on what a song is. Excerpts of one song need not be equal in their
# bytes, and an artist may be written in two ways, or sing in a duet. Here a song is whatever has the
# same bytes, or the same artist and title; artists who ever play together are one. What did it give
# to compare bytes and names as they are written?

# %%
as_written = tracks.assign(
    song=tracks["duplicate_of"].fillna(tracks.index.to_series()),
    artist_group=tracks["artist"].fillna("unnamed artists of " + tracks["genre"]),
)
rows = {}
for told, known in {"as written": as_written, "one song is one song": tracks}.items():
    protocols, _ = make_protocols(known, songs.values.index, n_splits=2 if quick else 10, seed=seed)
    for protocol in sorted({"track", "artist"} & set(protocols)):
        for name in ("knn", "svm"):
            prediction = evaluation.cross_predict(
                plain[name], songs.X, songs.genre, protocols[protocol], progress=f"{name}, {told}"
            )
            accuracy = evaluation.metrics(prediction)["accuracy"]
            rows.setdefault((MODEL_NAMES[name], protocol), {})[told] = accuracy
identities = pd.DataFrame(rows).T.rename_axis(["model", "protocol"]).sort_index()
several = tracks["song"].value_counts()
results.fact(
    songs_with_several_excerpts=int((several > 1).sum()),
    accuracy_as_written={" ".join(k): v["as written"] for k, v in rows.items()},
    accuracy_one_song={" ".join(k): v["one song is one song"] for k, v in rows.items()},
)
identities.round(3)

# %%
if len(identities):
    change = 100 * (identities["one song is one song"] - identities["as written"])
    plots.say(
        f"{(several > 1).sum()} songs have several excerpts. Keeping them and all who play together "
        f"apart changes the accuracies by {change.min():+.1f} to {change.max():+.1f} points. (Tracks "
        "whose artist is not named are not tested under `artist` any more.)"
    )

# %% [markdown]
# Does it help to fit on the validation side too, once all is chosen? (This leaves the published
# partition's rule, so it is reported apart.)

# %%
if "filtered" in song_protocols:
    refit, fitted_on = evaluation.refitted_on_valid(
        blend, songs.X, songs.genre, song_protocols["filtered"]
    )
    results.fact(blend_filtered_fitted_on_train_and_valid=refit)
    plots.say(
        f"Fitted on the training side {gains.loc[MODEL_NAMES['blend'], 'filtered']:.1%}, on "
        f"{fitted_on} tracks of both {refit:.1%}, of the same test tracks."
    )

# %% [markdown]
# ## What limits it: artists
#
# If models lack artists to learn from, more of them should help. We take away artists from the
# training sides, and only from them.

# %%
if "artist" in song_protocols:
    shares = (0.25, 0.5, 1.0) if quick else (0.2, 0.4, 0.6, 0.8, 1.0)
    curve = evaluation.artist_curve(
        models.svm_on_whitened(tracks),
        songs.X,
        songs.genre,
        song_protocols["artist"],
        shares,
        seed=seed,
    )
    results.fact(artist_curve=curve.to_dict("list"))
    plots.show(
        plots.learning_curve(curve),
        "Accuracy against the number of training artists: "
        + ", ".join(f"{row.artists:.0f} artists {row.accuracy:.0%}" for row in curve.itertuples())
        + ".",
    )
    slope = curve["accuracy"].iloc[-1] - curve["accuracy"].iloc[-2]
    spread = curve["sd"].iloc[-2]
    plots.say(
        f"From {curve['artists'].iloc[-2]:.0f} to {curve['artists'].iloc[-1]:.0f} artists the "
        f"accuracy changes by {slope:+.1%}; which artists are drawn makes {spread:.1%} of "
        "difference (standard deviation). "
        + (
            "So the curve has not flattened: more artists would still help."
            if slope > 2 * spread
            else "Whether it still rises cannot be told from that."
        )
    )

# %% [markdown]
# ## Which features matter
#
# On the test sides of the strictest protocol we shuffle columns, and see how much accuracy is lost
# (*permutation importance*). Groups are shuffled together, because correlated columns stand in for
# each other.

# %%
from genre_utils.audio import FEATURE_COLUMNS, FEATURE_GROUPS

judge = models.svm_on_whitened(tracks)
by_group = evaluation.permutation_drops(
    judge, songs.X, songs.genre, song_protocols[hardest], FEATURE_GROUPS, seed=seed
)
single = {column: [column] for column in FEATURE_COLUMNS}
by_column = evaluation.permutation_drops(
    judge,
    songs.X,
    songs.genre,
    song_protocols[hardest],
    single,
    repeats=1 if quick else 3,
    seed=seed,
).head(12)
results.fact(
    importance_groups=by_group["drop"].to_dict(), importance_columns=by_column["drop"].to_dict()
)
plots.show(
    plots.drops(by_group, f"Shuffling {by_group.index[0]} hurts most"),
    "Accuracy lost by group: "
    + ", ".join(f"{g} {d:.2f}" for g, d in by_group["drop"].items())
    + ".",
)
plots.show(
    plots.drops(by_column, f"The single column that matters most is {by_column.index[0]}"),
    "Accuracy lost by column: "
    + ", ".join(f"{c} {d:.3f}" for c, d in by_column["drop"].items())
    + ".",
)

# %% [markdown]
# Boosted trees can say more: *SHAP values* share out each prediction among the columns
# ([Lundberg et al. 2020](https://doi.org/10.1038/s42256-019-0138-9)). Here the mean size of a
# column's share, on the tracks of the first test side.

# %%
shap = models.tree_shares(
    plain["xgboost"],
    songs.X,
    songs.genre,
    song_protocols[hardest].folds(songs.genre.to_numpy(object))[0],
)
results.fact(shap_columns=shap.head(12).to_dict())
table = pd.DataFrame({"drop": shap.head(12), "sd": 0.0})
ax = plots.drops(table, f"XGBoost leans most on {shap.index[0]}")
ax.set_xlabel("mean absolute SHAP value (log odds, mean over genres)")
plots.show(
    ax, "Mean SHAP values: " + ", ".join(f"{c} {v:.2f}" for c, v in shap.head(12).items()) + "."
)

# %% [markdown]
# ## Which genres are confused
#
# The confusion matrix of the averaged model under the strictest protocol.

# %%
recall = evaluation.recall_by_genre(blended).sort_values()
often = evaluation.frequent_confusions(blended)
plots.show(
    plots.confusion(
        evaluation.confusions(blended),
        f"Under {hardest}: {recall.index[-1]} is clear, {recall.index[0]} is not",
    ),
    "Confusion matrix. Recall: " + ", ".join(f"{g} {r:.0%}" for g, r in recall.items()) + ".",
    cover=True,
)
results.fact(recall_by_genre=recall.to_dict(), confusions=often.to_dict())
plots.say(
    "Most frequent: "
    + ", ".join(f"{pair} ({n} tracks)" for pair, n in often.items())
    + f". Best recognised is {recall.index[-1]} ({recall.iloc[-1]:.0%}), worst {recall.index[0]} "
    f"({recall.iloc[0]:.0%})."
)

# %% [markdown]
# Is that musically plausible? Some of these pairs are neighbours for people, too.

# %%
plots.say(evaluation.tell_kinship(often.index))

# %% [markdown]
# Are the badly recognised genres those with few artists?

# %%
from scipy.stats import spearmanr

per_genre = tracks.groupby("genre")["artist_group"].nunique()
per_genre = per_genre[per_genre.index.isin(recall.index)]
if per_genre.nunique() > 1 and len(per_genre) > 2:
    relation = spearmanr(per_genre, recall.reindex(per_genre.index)).statistic
    results.fact(recall_against_artists_spearman=relation)
    plots.say(
        f"Rank correlation of a genre's recall with its number of named artists: {relation:+.2f} "
        f"over {len(per_genre)} genres. {per_genre.idxmin()} has fewest, {per_genre.min()}, and a "
        f"recall of {recall[per_genre.idxmin()]:.0%}."
    )

# %% [markdown]
# ## What it costs
#
# Seconds to fit and to predict all folds of the 30 s table, hyperparameter search included.

# %%
evaluation.cost_table(found, "features_30_sec", hardest).round(2)

# %% [markdown]
# ## All of it in one table and one figure

# %%
for some in (found, joined):
    results.scores += evaluation.scores_of(some, models.PUBLISHED_ACCURACY, seed=seed)
evaluation.interval_table(results.scores)

# %%
rows = evaluation.score_rows(results.scores, models.PUBLISHED_ACCURACY)
plots.show(
    plots.score_overview(rows),
    "Dot plot of accuracy by model and protocol with 95 % intervals. "
    + "; ".join(f"{r.label} {r.protocol} {r.accuracy:.2f}" for r in rows.itertuples())
    + ".",
)

# %% [markdown]
# ## What to remember
#
# - Ask what stands on both sides of a split before you believe a score.
# - Pieces of one song are nearly copies: a split at random asks for memory.
# - Choose models inside the training side, with splits of the same kind.
#
# ## Exercises
#
# 1. Leave out the scaling. Which of the models fall, and why not the others?
# 2. Learn from one piece of each track only. What does `random` say then?
# 3. Which two genres would you join, and what does that do to the accuracy?
#
# <details><summary>Solutions</summary>
#
# ```python
# bare = plain["svm"][-1]  # trees ask for an order alone; distances need equal scales
# evaluation.metrics(evaluation.cross_predict(bare, songs.X, songs.genre, song_protocols[hardest]))
# ```
#
# ```python
# first = pieces.X.index.get_level_values("segment") == 0
# alone, _ = make_protocols(tracks, pieces.X.index[first], n_splits=3)
# evaluation.metrics(
#     evaluation.cross_predict(plain["knn"], pieces.X[first], pieces.genre[first], alone["random"])
# )
# ```
#
# ```python
# pair = often.index[0].split(" as ")
# fused = blended.table.replace({"true": {pair[0]: pair[1]}, "predicted": {pair[0]: pair[1]}})
# (fused["true"] == fused["predicted"]).mean()
# ```
#
# </details>

# %%
finding = ""
if {"random", "track"} <= set(by_protocol):
    k = by_protocol.loc[MODEL_NAMES["knn"]]
    finding = (
        f"On 3 s pieces of {pieces.tracks.nunique()} recordings, k-nearest neighbours goes from "
        f"{k['random']:.0%} to {k['track']:.0%} when the pieces of a song stay together"
    )
    whole = "artist" in k and tested["artist"] == tracks["genre"].nunique()
    finding += f" and to {k['artist']:.0%} when artists do. " if whole else ". "
alike = {
    name: prediction
    for (name, given, protocol), prediction in found.items()
    if (given, protocol) == ("features_30_sec", hardest)
}
chosen, choices = evaluation.nested_choice(alike)
top = evaluation.score(chosen, "best", "features_30_sec", seed=seed)
results.fact(best_by_fold=list(choices.values()), best_accuracy=top.accuracy, best_ci95=top.ci95)
finding += (
    f"The best of {len(alike)} models on whole tracks under `{hardest}`, chosen for each fold by the "
    f"other folds, reaches {top.accuracy:.1%} (95 % interval {top.ci95[0]:.1%} to {top.ci95[1]:.1%}, "
    f"n = {top.n})."
)
results.fact(finding=finding.replace("`", ""))
results.write(output)
plots.say(finding)
