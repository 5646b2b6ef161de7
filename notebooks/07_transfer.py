# %% [markdown]
# # 7. What is a song to somebody who heard a million others?
#
# The networks of notebook 4 begin with nothing and see a few hundred songs. Nobody learns music like
# that. Here we borrow ears: a small network (594,180 parameters) that its authors trained to *tag*
# songs of the Million Song Dataset, with words like "guitar", "80s" or "sad"
# ([Pons and Serra 2019](https://arxiv.org/abs/1909.06654)). It was never told GTZAN's labels.
#
# **After this notebook you can** name genres without training anything, put a *linear probe* on an
# encoder, say why a leak helps one input more than another, and decide whether fine-tuning pays.
# **You should know** the four protocols of notebook 3 and what a convolution is (notebook 4).
#
# Four words: an *encoder* turns 3 s of sound into numbers; these 256 numbers are its *embedding*; a
# *probe* is a linear model on top of an encoder that stays as it is; *fine-tuning* changes the encoder.

# %% tags=["parameters"]
data = ""  # folder of the collection; "" searches GTZAN_HOME, then data/gtzan, then makes a demo
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # not used here: there is nothing to hear
output = ""  # folder for the results file; "" writes none

# %%
import numpy as np
import pandas as pd
from IPython.display import Markdown, display
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils import evaluation, models, plots
from genre_utils.audio import EMBEDDING_COLUMNS, FEATURE_COLUMNS, LAYER_COLUMNS, TAGS
from genre_utils.data import (
    PROTOCOLS,
    artist_decades,
    features_or_reason,
    load_features,
    make_protocols,
    open_dataset,
    track_means,
)

plots.set_style()
quick = profile == "quick"
dataset = open_dataset(data)
results = evaluation.Results("07_transfer", dataset, profile, seed)
results.fact(title="What is a song to somebody who heard a million others?")
heard, reason = features_or_reason(dataset, "encoder")
if heard is None:
    results.end(reason, output)

# %% [markdown]
# A track is the mean of its pieces: 256 numbers, and 50 probabilities, one a tag. Beside them stand
# the 57 features of notebook 3, for the same tracks.

# %%
described = load_features(dataset, "features_30_sec").X
songs = track_means(heard.values).join(described, how="inner")
tracks = dataset.tracks.loc[songs.index]
genre = tracks["genre"]
protocols, reasons = make_protocols(tracks, songs.index, n_splits=3 if quick else 10, seed=seed)
protocols.pop("track", None)  # with one row a track, it is `random` but for the duplicates
if not protocols:
    results.end(f"Too few tracks for any evaluation: {next(iter(reasons.values()))}.", output)
strict = "artist" if "artist" in protocols else "random"
counts = genre.value_counts()
results.fact(tracks_heard=len(songs), tracks_by_genre=counts.to_dict())
display(
    Markdown(
        f"{len(songs)} tracks have sound here: "
        + ", ".join(f"{name} {n}" for name, n in counts.items())
        + ". Where genres differ so much in size, accuracy alone flatters: *macro recall*, the mean "
        "over genres of the share that is named rightly, stands beside it.\n\n"
        + "\n".join(f"- `{p}`: {PROTOCOLS[p]}." for p in protocols)
        + "".join(f"\n- Not possible: `{p}`, because {why}." for p, why in reasons.items())
    )
)

# %% [markdown]
# ## Tags, without any training
#
# Which tags light up for which genre? For each genre, the two that stand out most against all other
# genres.

# %%
lit = songs[list(TAGS)].groupby(genre).mean()
others = (lit.sum() - lit) / (len(lit) - 1)
telling = {g: list((lit.loc[g] - others.loc[g]).nlargest(3).index) for g in lit.index}
shown = list(dict.fromkeys(tag for tags in telling.values() for tag in tags[:2]))
ax = plots.tag_map(lit[shown], "What a tagger that never saw these labels says of each genre")
plots.show(
    ax,
    "Mean probability of tags by genre: "
    + "; ".join(f"{g}: " + ", ".join(f"{t} {lit.loc[g, t]:.0%}" for t in telling[g]) for g in lit.index)
    + ".",
)
results.fact(telling_tags=telling)
pd.Series(telling, name="most telling tags").map(", ".join).rename_axis("genre").to_frame()

# %% [markdown]
# Some tags are genres themselves. So take the tracks of these genres, and name each by its largest
# tag. No label is used. The second way asks which tag is largest *compared with its mean* over
# the tracks: "rock" was the commonest tag that it learnt, and it says so too readily.

# %%
names = {tag.lower().replace("-", ""): tag for tag in TAGS}
named = {g: names[g] for g in counts.index if g in names}
asked = tracks.index[genre.isin(list(named))]
said = songs.loc[asked, list(named.values())].set_axis(list(named), axis=1)
groups = tracks.loc[asked, "artist_group"].fillna(tracks.loc[asked, "song"]).to_numpy()
rows = {}
for how, table in {"largest tag": said, "largest against its mean": said / said.mean()}.items():
    right = (table.idxmax(axis=1) == genre[asked]) if len(named) > 1 else pd.Series(dtype=bool)
    if len(right):
        low, high = evaluation.bootstrap_interval(right.to_numpy(), groups, seed=seed)
        recall = right.groupby(genre[asked]).mean()
        row = {"accuracy": right.mean(), "low": low, "high": high, "macro recall": recall.mean()}
        rows[how] = row | recall.to_dict()
by_tags = pd.DataFrame(rows).T.rename_axis("named by")
results.fact(named_by_tags=by_tags.to_dict("index"), genres_with_a_tag=list(named))
by_tags.round(3)

# %%
if len(by_tags):
    first, second = by_tags["accuracy"], by_tags["macro recall"]
    common = counts[list(named)]
    display(
        Markdown(
            f"Of {len(asked)} tracks of {len(named)} genres, {first.iloc[0]:.1%} are named rightly by "
            f"their largest tag, and {first.iloc[1]:.1%} once each tag is measured against its mean "
            f"(macro recall {second.iloc[0]:.1%} and {second.iloc[1]:.1%}). Always saying "
            f"{common.idxmax()} would get {common.max() / common.sum():.1%}."
        )
    )

# %% [markdown]
# ## A linear probe
#
# Now we do use labels, as little as can be: one linear model on the 256 numbers. It is the classical
# test of a representation ([Alain and Bengio 2016](https://arxiv.org/abs/1610.01644)): what a straight
# line can find was already laid out. One fold, in plain scikit-learn. `balanced` weighs genres alike.

# %%
probe = make_pipeline(
    StandardScaler(), LogisticRegression(C=0.01, class_weight="balanced", max_iter=3000)
)
X = songs[list(EMBEDDING_COLUMNS)]
train, test = protocols[strict].folds(genre.to_numpy(object))[0]
probe.fit(X.iloc[train], genre.iloc[train])
print(f"{probe.score(X.iloc[test], genre.iloc[test]):.1%} of {len(test)} tracks, `{strict}`, one fold")

# %% [markdown]
# Then all folds of all protocols, for three inputs. How strongly the weights are held down (`C`) is
# chosen inside each training side, or on `valid`; the test side is never asked.

# %%
kinds = {
    "57 features": list(FEATURE_COLUMNS),
    "encoder": list(EMBEDDING_COLUMNS),
    "both": [*EMBEDDING_COLUMNS, *FEATURE_COLUMNS],
}
search = GridSearchCV(probe, {"logisticregression__C": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]})
found = {}
for kind, columns in kinds.items():
    for name, protocol in protocols.items():
        found[kind, "tracks", name] = evaluation.cross_predict(
            search, songs[columns], genre, protocol, progress=f"{kind}, {name}"
        )

# %% [markdown]
# The same for pieces of 3 s, as they are published.

# %%
cut, why_no_pieces = features_or_reason(dataset, "features_3_sec")
pieces = heard.values.join(cut.X, how="inner") if cut else heard.values.iloc[:0]
piece_protocols = {}
if len(pieces):
    piece_protocols, _ = make_protocols(
        tracks, pieces.index, n_splits=2 if quick else 3, seed=seed
    )
    piece_protocols.pop("filtered", None)
on_pieces = GridSearchCV(probe, {"logisticregression__C": [0.001, 0.01, 0.1]})
of_piece = genre.reindex(pieces.index.get_level_values("track_id")).set_axis(pieces.index)
for kind, columns in kinds.items():
    for name, protocol in piece_protocols.items():
        found[kind, "3 s pieces", name] = evaluation.cross_predict(
            on_pieces, pieces[columns], of_piece, protocol, progress=f"{kind}, pieces, {name}"
        )

# %%
inputs = {
    "57 features": {"tracks": "features_30_sec", "3 s pieces": "features_3_sec"},
    "encoder": {"tracks": "encoder", "3 s pieces": "encoder"},
    "both": {"tracks": "encoder and features_30_sec", "3 s pieces": "encoder and features_3_sec"},
}
rows = []
for (kind, what, name), prediction in found.items():
    score = evaluation.score(prediction, "probe", inputs[kind][what], seed=seed)
    results.scores.append(score)
    recall = evaluation.recall_by_genre(prediction).mean()
    told = f"{score.accuracy:.1%} [{score.ci95[0]:.1%}, {score.ci95[1]:.1%}], recall {recall:.1%}"
    rows.append((what, kind, name, told, recall, score.accuracy, score.n, score.genres))
scores = pd.DataFrame(
    rows, columns=["what", "input", "protocol", "told", "recall", "accuracy", "n", "genres"]
)
results.fact(probe_macro_recall={f"{w}, {k}, {p}": r for w, k, p, _, r, *_ in rows})
order = [p for p in PROTOCOLS if p in set(scores["protocol"])]
matrix = scores.pivot(index=["what", "input"], columns="protocol", values="told")[order]
display(matrix.sort_index(level=0, ascending=False, sort_remaining=False).fillna(""))
sizes = scores.drop_duplicates(["what", "protocol"])
display(
    Markdown(
        "Accuracy with its 95 % interval, and macro recall. n: "
        + ", ".join(f"{r.n} {r.what} `{r.protocol}` ({r.genres} genres)" for r in sizes.itertuples())
        + ("." if piece_protocols else f". No pieces: {why_no_pieces}.")
    )
)

# %% [markdown]
# And the network of notebook 4, which sees pictures of the same collection, and of more tracks:
# pictures come with all of GTZAN, sound does not.

# %%
former = results.former_scores("04_cnn", output)
pictured = {
    f"{evaluation.MODEL_NAMES[s['model']]}, `{s['protocol']}`": s
    for s in former
    if s["level"] == "track" and s["input"].startswith("picture")
}
display(
    Markdown(
        "\n".join(
            f"- {who}: {s['accuracy']:.1%} [{s['ci95'][0]:.1%}, {s['ci95'][1]:.1%}], n = {s['n']}"
            for who, s in pictured.items()
        )
        or "Notebook 4 has not been run beside this one."
    )
)

# %%
told = []
for name in [p for p in (strict, "filtered") if p in protocols]:
    mine = {kind: found[kind, "tracks", name] for kind in kinds}
    for one, other in (("encoder", "57 features"), ("both", "encoder")):
        test = evaluation.paired_test(mine[one], mine[other], seed=seed)
        results.fact(**{f"test_{one}_against_{other}_{name}".replace(" ", "_"): test})
        told.append(
            f"- `{name}`: {one} against {other} {100 * test['difference']:+.1f} points "
            f"[{100 * test['low']:+.1f}, {100 * test['high']:+.1f}], p = {test['p']:.2g}; "
            f"{test['only_one']} tracks right only with the first, {test['only_other']} only with the other."
        )
display(Markdown("Whole artists are drawn in these tests:\n\n" + "\n".join(told)))

# %% [markdown]
# ## The leak, and why it helps one more than the other
#
# Each line is one input; from left to right, less may stand on both sides. The number is the fall in
# points, from pieces or tracks at random to artists apart.

# %%
steps = [p for p in ("random", "track", "artist") if p in order]
ten = scores["genres"] == scores["genres"].max()  # rows over fewer genres compare with none
panels = {
    what: table.pivot(index="input", columns="protocol", values="accuracy")
    .reindex(index=list(kinds), columns=[p for p in steps if p in set(table["protocol"])])
    for what, table in scores[scores["protocol"].isin(steps) & ten].groupby("what")
}
lost = {what: 100 * (t.iloc[:, 0] - t.iloc[:, -1]) for what, t in panels.items()}
results.fact(points_lost={what: fall.to_dict() for what, fall in lost.items()})
plots.show(
    plots.falls(panels, "What keeping songs and artists apart takes away"),
    "; ".join(
        f"{what}, {kind}: " + ", ".join(f"{p} {a:.0%}" for p, a in row.dropna().items())
        for what, table in panels.items()
        for kind, row in table.iterrows()
    )
    + ".",
    cover=True,
)

# %% [markdown]
# Is the encoder deaf to artists, so that it cannot cheat? Look at the nearest other track of each
# track, then at the nearest one *by somebody else*.

# %%
from sklearn.metrics.pairwise import cosine_similarity

artist = tracks["artist_group"].fillna(tracks["song"]).to_numpy()
label = genre.to_numpy()
near = {}
for kind, columns in kinds.items():
    alike = cosine_similarity(StandardScaler().fit_transform(songs[columns]))
    np.fill_diagonal(alike, -2)
    nearest = alike.argmax(axis=1)
    stranger = np.where(artist[:, None] == artist, -2, alike).argmax(axis=1)
    near[kind] = {
        "nearest is by the same artist": (artist[nearest] == artist).mean(),
        "nearest is of the same genre": (label[nearest] == label).mean(),
        "nearest by another artist is of the same genre": (label[stranger] == label).mean(),
    }
near = pd.DataFrame(near).T
results.fact(nearest_track=near.to_dict("index"))
near.style.format("{:.1%}")

# %% [markdown]
# ### Who is it?
#
# Ask outright: artists with at least six songs, no song on both sides, and the same probe has to name
# the artist. For comparison: somebody who is told the genre and always says its most frequent artist.

# %%
per_artist = tracks.groupby("artist_group")["song"].nunique()
known = tracks[tracks["artist_group"].isin(per_artist.index[per_artist >= 6])]
known = known.assign(genre=known["artist_group"])  # what is to be named now
by_artist, why = make_protocols(known, known.index, n_splits=3, seed=seed)
who = {}
if "track" in by_artist and known["genre"].nunique() > 1:
    for kind, columns in kinds.items():
        who[kind] = evaluation.cross_predict(
            search, songs.loc[known.index, columns], known["genre"], by_artist["track"]
        )
    true = tracks.loc[known.index]
    habit = true.groupby("genre")["artist_group"].transform(lambda names: names.mode()[0])
    guess = float((habit == true["artist_group"]).mean())
right = {kind: evaluation.score(p, "probe", inputs[kind]["tracks"]) for kind, p in who.items()}
if right:
    results.fact(
        artists_named={k: s.accuracy for k, s in right.items()},
        artists_known=known["genre"].nunique(),
        artist_guess_by_genre=guess,
    )
    display(
        Markdown(
            f"{known['genre'].nunique()} artists, {len(known)} tracks: "
            + ", ".join(
                f"{kind} {s.accuracy:.1%} [{s.ci95[0]:.1%}, {s.ci95[1]:.1%}]"
                for kind, s in right.items()
            )
            + f"; told the genre alone, {guess:.1%}."
        )
    )
else:
    display(Markdown("There are too few artists with at least six songs here."))

# %%
stranger, familiar = near.columns[2], near.columns[0]
if right and strict == "artist":
    told = (
        f"Both know the artist: the encoder names {right['encoder'].accuracy:.0%}, the 57 features "
        f"{right['57 features'].accuracy:.0%}. The difference lies elsewhere. Among tracks by "
        f"*others*, the nearest is of the same genre for {near.loc['encoder', stranger]:.0%} of tracks "
        f"in the encoder's space, and for {near.loc['57 features', stranger]:.0%} in that of the "
        f"features. Take the artist away, and the encoder still has the genre; the features fall by "
        f"{lost['tracks']['57 features']:.1f} points, the encoder by {lost['tracks']['encoder']:.1f}."
    )
    display(Markdown(told))

# %% [markdown]
# A caution: most artists are here with songs of one or two albums. What is recognised may be a voice,
# or a studio and its mastering; from these recordings nobody can tell the two apart.
#
# ## How few labels are enough?
#
# We hide labels: 1, 2, 5, ... tracks a genre are left, artists stay apart, and we draw several times.
# With so few there is nothing to choose on, so `C` is fixed for all. The third is a network from
# scratch, the small one of notebook 4, on pictures of the same tracks; of two tracks it needs one to
# see when to stop.

# %%
few = (1, 2, 5) if quick else (1, 2, 5, 10, 20)
draws = 2 if quick else 10
apart, _ = make_protocols(tracks, songs.index, n_splits=2 if quick else 3, seed=seed)
fixed = probe.set_params(logisticregression__C=0.03)
curves = {
    kind: evaluation.label_curve(
        fixed, songs[columns], genre, apart[strict], (*few, None), draws=draws, seed=seed
    )
    for kind, columns in kinds.items()
    if kind != "both"
}

# %%
drawn, why_no_pictures = features_or_reason(dataset, "picture")
if drawn is not None:
    seen = songs.index.intersection(drawn.tracks)
    pictures, own = drawn.values.loc[seen], genre[seen]
    of_pictures, _ = make_protocols(tracks, seen, n_splits=2 if quick else 3, seed=seed)
    network = models.NetworkClassifier(
        models.spectrogram_network, crop=128, learning_rate=3e-3, epochs=2 if quick else 12,
        batch_size=16, random_state=seed, augmentation=models.Augmentation(),
    )  # fmt: skip
    if strict in of_pictures:
        curves["network from scratch"] = evaluation.label_curve(
            network, pictures, own, of_pictures[strict], (*few[1:], None),
            draws=1 if quick else 3, seed=seed,
        )  # fmt: skip

# %%
means = pd.DataFrame({k: c.groupby("labels")["accuracy"].mean() for k, c in curves.items()})
spread = pd.DataFrame({k: c.groupby("labels")["accuracy"].std() for k, c in curves.items()})
results.fact(
    label_curve={k: dict(zip(c.index, c, strict=True)) for k, c in means.round(4).items()},
    label_curve_sd={k: dict(zip(c.index, c, strict=True)) for k, c in spread.round(4).items()},
)
best = means["57 features"].max()
enough = means.index[means["encoder"] >= best]
plots.show(
    plots.label_curves(
        curves, f"{enough[0]:.0f} labels a genre do what all do for the 57 features"
    ) if len(enough) else plots.label_curves(curves, "Accuracy by the number of labels"),
    "; ".join(
        f"{kind}: " + ", ".join(f"{n:.0f} labels {a:.0%}" for n, a in column.dropna().items())
        for kind, column in means.items()
    )
    + ".",
)  # fmt: skip
means.round(3).rename_axis("labels a genre").astype(object).fillna("")
