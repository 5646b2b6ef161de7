# %% [markdown]
# # 5. What sounds like this? Recommendations that say why
#
# The student summary ends with a recommender: *cosine similarity* over a song's features, the angle
# between two songs in feature space. It shows no measure of how good that is, and wishes for
# explanations and for feedback. Here are all three, first with the 57 features, then with a
# pretrained *encoder*: a network that learnt to tag songs of the Million Song Dataset, and never saw a
# label of this collection.

# %% tags=["parameters"]
data = ""  # folder of the collection; "" searches GTZAN_HOME, then data/gtzan, then makes a demo
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # whether to embed audio players
output = ""  # folder for the results file; "" writes none
song = ""  # a track to start from; "" takes the first that has audio
clip = ""  # an audio file of your own to start from

# %%
import numpy as np
import pandas as pd
from IPython.display import Markdown, display

from genre_utils import plots, recommend
from genre_utils.audio import EMBEDDING_COLUMNS, FEATURE_COLUMNS, TAGS
from genre_utils.data import load_features, open_dataset
from genre_utils.evaluation import EnoughSaid, Results
from genre_utils.models import NeighbourAverage
from genre_utils.recommend import CosineRecommender, Space

plots.set_style()
pd.set_option("display.max_colwidth", None)
quick = profile == "quick"
dataset = open_dataset(data)
results = Results("05_recommender", dataset, profile, seed)
results.fact(title="What sounds like this? Recommendations that say why")
features = load_features(dataset, "features_30_sec")
heard, note = recommend.hear_tracks(dataset)
known = recommend.with_heard(features.X, heard)  # the 57 features, and what was heard beside them
X = known[list(FEATURE_COLUMNS)]
tracks = dataset.tracks.loc[X.index]
if len(X) < 12 or tracks["genre"].nunique() < 2:
    finding = f"Too few tracks to recommend from: {len(X)}."
    results.fact(finding=finding)
    results.write(output)
    raise EnoughSaid(f"**This page ends here.** {finding}")
display(Markdown(f"{features.source} {note}"))

# %% [markdown]
# ## Pick a song
#
# The features are standardised (each column to mean 0 and deviation 1) and compared by cosine. What
# comes?

# %%
plain = CosineRecommender().fit(X, tracks)
with_audio = tracks.index[tracks["path"].notna()]
start = song or (with_audio[0] if len(with_audio) else X.index[0])
first = plain.recommend(start, 10)
display(
    Markdown(
        f"Songs like **{start}**"
        + (f" ({tracks.loc[start, 'artist']})" if tracks["artist"].notna()[start] else "")
        + f", {tracks.loc[start, 'genre']}:"
    )
)
first.round({"similarity": 3}).fillna("")

# %%
if listen:
    display(plots.players(tracks.loc[[start, *first["track"]], "path"]))
else:
    display(Markdown("`make report LISTEN=1` makes a local page with players here."))

# %% [markdown]
# ## Why these?
#
# The cosine of two songs $a$ and $b$ is
#
# $$\cos(a, b) = \sum_j \frac{a_j b_j}{\lVert a \rVert \, \lVert b \rVert}.$$
#
# It is a sum over columns $j$, so it can be shared out among groups of features, and nothing is
# left over. Each bar adds up to the similarity.

# %%
query, rows = plain.query_of(start), plain.positions(first["track"])
parts = plain.explain(query, rows)
rest = float(np.abs(parts.sum(axis=1).to_numpy() - plain.unit_[rows] @ query).max())
results.fact(explanation_error=rest)
plots.show(
    plots.shares(parts, f"What makes songs similar to {start}"),
    "Shares of the similarity: "
    + "; ".join(
        f"{track} " + ", ".join(f"{g} {v:+.2f}" for g, v in row.items())
        for track, row in parts.head(3).iterrows()
    )
    + ".",
)
means = parts.mean().sort_values(ascending=False)
display(
    Markdown(
        f"Most of it is {means.index[0]} ({means.iloc[0] / means.sum():.0%} of the similarity on "
        f"average, with {X.shape[1]} columns of which "
        f"{sum(c.startswith('mfcc') for c in X.columns)} are MFCCs), then {means.index[1]}. The sum of the "
        f"parts and the cosine differ by {rest:.0e} at most."
    )
)

# %% [markdown]
# ## The same song twice
#
# Some songs are in the collection more than once: the same bytes, another cut of the recording, or
# another excerpt. A recommender that offers a song as similar to itself looks good and helps nobody:
# such tracks are named, and left out.

# %%
others = tracks.groupby("song").indices
several = {song: set(X.index[rows]) for song, rows in others.items() if len(rows) > 1}
seeds = [track for together in several.values() for track in sorted(together)]
lists = {track: plain.recommend(track, 10) for track in seeds}
siblings = {track: several[tracks.loc[track, "song"]] - {track} for track in seeds}
named = sum(siblings[track] <= set(lists[track].attrs["duplicates"]) for track in seeds)
offered = sum(bool(siblings[track] & set(lists[track]["track"])) for track in seeds)
results.fact(songs_several_times=len(several), seeds_named=named, seeds_offered=offered)
display(
    Markdown(
        f"Songs with several tracks: {len(several)}. Of {len(seeds)} seeds among them, {named} have "
        f"every other track of their song named, and {offered} get one recommended."
    )
)

# %% [markdown]
# ## How good is it?
#
# Take each song as the seed. How many of the first ten are of its genre (*precision at 10*)? At which
# rank is the first (*reciprocal rank*)? With songs by the same artist the answer flatters: finding
# another song of one record is easy. So both are given. *Coverage* is the share of songs that are
# ever recommended; *hubness* is how unevenly (the skewness of how often a song is; 0 would be even).
#
# What is compared:
#
# - **min-max**: columns scaled to 0 to 1, as everyone does; **standardised**; **ranks**: each column
#   mapped to a normal distribution; **PCA, whitened**: all directions made equally wide.
# - **whitened within artists**: directions in which songs of one artist differ are shrunk, as in
#   notebook 3; the artist of the seed is left out when they are learnt.
# - **averaged with neighbours**: each song is moved towards its ten neighbours
#   ([Arandjelović and Zisserman 2012](https://doi.org/10.1109/CVPR.2012.6248018)).
# - **encoder**: the 256 numbers that its last pools hold, the mean over a song's pieces of 3 s;
#   **tags**: the probabilities of its 50 tags; **both**: the 57 features and the 256 numbers.
#   No label of this collection is in them. But seven of the tags name genres (rock, pop, jazz, metal,
#   blues, country, hip-hop), and the songs that the encoder learnt from may hold some of these.
# - **learned from genres**: *linear discriminant analysis* in the space of a Gaussian kernel. It is
#   told genres, but of neither the seed nor its artist.
# - **by genre label**: a cheat that knows the answer, and **chance**.

# %%
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from genre_utils.models import ArtistWhitening, KernelLDA, to_normal

standard = StandardScaler().set_output(transform="pandas")
apart = ArtistWhitening(tracks["artist_group"])
lda = KernelLDA(components=min(400, len(X) // 2))
few = PCA(min(30, len(X) // 2), whiten=True)
E, F = EMBEDDING_COLUMNS, FEATURE_COLUMNS
spaces = {
    "min-max": Space(MinMaxScaler(), F),
    "standardised": Space(standard, F),
    "ranks": Space(to_normal(), F),
    "PCA, whitened": Space(make_pipeline(to_normal(), few), F),
    "ranks, averaged with neighbours": Space(make_pipeline(to_normal(), NeighbourAverage()), F),
    "whitened within artists": Space(make_pipeline(to_normal(), apart), F, learns=True),
    "whitened within artists, averaged": Space(
        make_pipeline(to_normal(), apart, NeighbourAverage()), F, learns=True
    ),
    "learned from genres": Space(make_pipeline(to_normal(), lda), F, learns=True),
    "encoder as it is": Space(FunctionTransformer(), E),
    "encoder, standardised": Space(standard, E),
    "encoder, averaged": Space(make_pipeline(standard, NeighbourAverage()), E),
    "encoder, whitened within artists": Space(make_pipeline(standard, apart), E, learns=True),
    "encoder, whitened, averaged": Space(
        make_pipeline(standard, apart, NeighbourAverage()), E, learns=True
    ),
    "tags, standardised": Space(standard, TAGS),
    "both, standardised": Space(standard, (*F, *E)),
    "both, averaged": Space(make_pipeline(standard, NeighbourAverage()), (*F, *E)),
    "both, whitened, averaged": Space(
        make_pipeline(standard, apart, NeighbourAverage()), (*F, *E), learns=True
    ),
}

# %%
songs = recommend.Collection.of(tracks)
near = recommend.compare_spaces(spaces, known, songs)
rng = np.random.default_rng(seed)
near["by genre label"] = (songs.genre[:, None] == songs.genre) + 0.5 * rng.random((len(X), len(X)))
found = {
    (name, mode): recommend.measure(s, songs, same_artist=mode == "with", seed=seed)
    for name, s in near.items()
    for mode in ("with", "without")
}
honest = {name: found[name, "without"] for name in near}
chance = honest["standardised"]["chance"]
display(Markdown("Songs by the same artist left out:"))
recommend.as_table(honest)

# %%
display(Markdown("Songs by the same artist allowed:"))
recommend.as_table({name: found[name, "with"] for name in near})

# %%
unlabelled = [n for n in honest if n not in ("learned from genres", "by genre label")]
best = max(unlabelled, key=lambda n: honest[n]["precision_at_10"])
used = "whitened within artists, averaged" if heard.empty else "both, averaged"
gap = found["standardised", "with"]["precision_at_10"] - honest["standardised"]["precision_at_10"]
results.fact(
    precision_at_10={
        f"{name}, {mode} the same artist": f["precision_at_10"] for (name, mode), f in found.items()
    },
    precision_at_10_ci95={
        f"{name}, {mode} the same artist": f["precision_at_10_ci95"]
        for (name, mode), f in found.items()
    },
    mrr={f"{name}, {mode} the same artist": f["mrr"] for (name, mode), f in found.items()},
    hubness={name: honest[name]["hubness"] for name in near},
    coverage={name: honest[name]["coverage"] for name in near},
    chance_level=chance,
    best_without_genres=best,
    used_by_the_recommender=used,
)
plots.show(
    plots.precisions(found, chance),
    "Precision at 10 with and without the same artist: "
    + "; ".join(
        f"{name} {found[name, 'with']['precision_at_10']:.2f} and {f['precision_at_10']:.2f}"
        for name, f in honest.items()
        if name != "by genre label"
    )
    + f"; chance {chance:.2f}.",
)
display(
    Markdown(
        f"Standardised features find {honest['standardised']['precision_at_10']:.1%} of the genre, "
        f"where chance finds {chance:.1%}; allowing the same artist would add {100 * gap:.1f} points. Best of those "
        f"that know no label of this collection is **{best}** with {honest[best]['precision_at_10']:.1%}; a metric "
        f"learned from genres, on the 57 features, reaches {honest['learned from genres']['precision_at_10']:.1%}. The "
        "number of neighbours, their weights and the kernel's width were chosen once, looking at these "
        "figures of GTZAN: they are a little kind."
    )
)

# %% [markdown]
# ## What the recommender uses, and what it may say
#
# `genre recommend` takes the best space in which a column is still that column. Whitening mixes all
# columns, so that a share of "timbre" would hold a little of everything. Where the encoder has heard the
# songs, that is *both, averaged*: 57 features and 256 numbers, standardised, each song moved towards its
# neighbours. Where it has not, it is the whitened space of the 57 features as in the table, and the
# shares are those of whitened columns.
#
# The bars still add up to the cosine, but the largest is now one that has no name: **what the network
# hears**. The 256 numbers cannot be shared out among tags, so no share is claimed for a tag. What can be
# said is said beside it: which tags both songs have. Their *overlap* is
# $\sum_t \min(p_t, q_t) \,/\, \sum_t \max(p_t, q_t)$ over the tags' probabilities $p$ and $q$: 1 if they
# are equal. It too is a sum, over tags, and its parts add up.

# %%
recommend.save_library(dataset, features, profile, heard=heard)
library = recommend.load_library(recommend.library_name(dataset, profile))
made, note = library.recommender()
second = made.recommend(start, 10)
rows = made.positions(second["track"])
parts, shared = made.explain(made.query_of(start), rows), made.shared_tags(start, rows)
rest = float(np.abs(parts.sum(axis=1).to_numpy() - made.unit_[rows] @ made.query_of(start)).max())
results.fact(explanation_error_of_the_best=rest, tags_in_common=shared.sum(axis=1).mean())
plots.show(
    plots.shares(parts, f"What makes songs similar to {start}, by {used}"),
    "Shares of the similarity: "
    + "; ".join(f"{track} " + ", ".join(f"{g} {v:+.2f}" for g, v in row.items())
                for track, row in parts.head(3).iterrows())
    + ".",
)  # fmt: skip
display(
    Markdown(
        f"{note} The parts and the cosine differ by {rest:.0e} at most. The largest part is "
        f"*{parts.mean().idxmax()}*, {parts.mean().max() / parts.mean().sum():.0%} of the similarity on "
        "average. Precision at 10 of "
        f"*{used}*, the same artist left out, is {honest[used]['precision_at_10']:.1%}, that of {best} "
        f"{honest[best]['precision_at_10']:.1%}."
    )
)

# %%
second["tags in common"] = [recommend.tell_tags(row, 3) for _, row in shared.iterrows()]
second.round({"similarity": 3}).fillna("")

# %% [markdown]
# ## The map
#
# *t-SNE* draws neighbours near each other, on paper
# ([van der Maaten and Hinton 2008](https://jmlr.org/papers/v9/vandermaaten08a.html)). Distances
# across the map mean nothing. Where do genres lie together, and where not?

# %%
from sklearn.manifold import TSNE

places = tracks.loc[made.features_.index]
place = TSNE(
    perplexity=min(30, len(X) / 4), metric="cosine", init="random", random_state=seed
).fit_transform(made.unit_)
marked = made.positions([start, *second["track"]])
plots.show(
    plots.song_map(
        place, places["genre"], marked, f"Neighbours on paper; circled: {start} and what came"
    ),
    f"Map of {len(X)} songs by t-SNE in the colours of {tracks['genre'].nunique()} genres.",
    cover=True,
)
from sklearn.neighbors import NearestNeighbors

near = NearestNeighbors(n_neighbors=11).fit(place).kneighbors(return_distance=False)
labels = places["genre"].to_numpy(str)
together = pd.Series((labels[near] == labels[:, None]).mean(axis=1)).groupby(labels).mean()
together = together.sort_values()
display(
    Markdown(
        f"On the map, {together.index[-1]} keeps most to itself ({together.iloc[-1]:.0%} of a song's "
        f"neighbours), {together.index[0]} least ({together.iloc[0]:.0%})."
    )
)

# %% [markdown]
# ## Hubs and variety
#
# In many dimensions some songs are near to everything: *hubs*. We take off half of what a song's
# neighbourhood is near anyway (*local scaling*). And a list of ten near copies is dull: *maximal
# marginal relevance* takes off what a song shares with those above it. What do both cost?

# %%
sample = X.index[:: max(1, len(X) // (40 if quick else 200))]
trials = {
    "as it is": {},
    "hubs tamed": {"tame_hubs": 1.0},
    "variety 0.3": {"variety": 0.3},
    "variety 0.6": {"variety": 0.6},
}
rows = {}
for name, settings in trials.items():
    trial, _ = library.recommender(**settings)
    lists = [trial.recommend(track, 10, same_artist=False) for track in sample]
    times = pd.concat([t["track"] for t in lists]).value_counts().reindex(X.index, fill_value=0)
    inside = []
    for table in lists:
        unit = trial.unit_[trial.positions(table["track"])]
        inside.append((unit @ unit.T)[np.triu_indices(len(unit), 1)].mean())
    hits = [
        (t["genre"] == tracks.loc[s, "genre"]).mean() for s, t in zip(sample, lists, strict=True)
    ]
    rows[name] = {
        "precision at 10": np.mean(hits),
        "likeness inside a list": np.mean(inside),
        "hubness": times.skew(),
        "most often recommended": int(times.max()),
    }
results.fact(hubs_and_variety=rows)
pd.DataFrame(rows).T.round(3).rename_axis(f"over {len(sample)} seeds")

# %% [markdown]
# ## A listener who likes and skips
#
# A simulated listener likes one genre, or two, and hears five songs at a time, never one twice. Likes
# pull the query towards themselves, skips push it away (*Rocchio's rule*). Does the recommender learn?

# %%
listened = recommend.listening(
    made.unit_, songs, listeners=40 if quick else 400, rounds=min(10, len(X) // 10), seed=seed
)
gains = listened["with feedback"] - listened["without"]
late = gains[:, 1:].mean(axis=1)
spread = np.quantile(
    np.random.default_rng(seed).choice(late, (2000, len(late))).mean(axis=1), [0.025, 0.975]
)
results.fact(
    feedback={name: values.mean(axis=0) for name, values in listened.items()},
    feedback_gain=late.mean(),
    feedback_gain_ci95=spread,
)
plots.show(
    plots.rounds(listened, "Precision over rounds of five songs"),
    "Precision by round: "
    + "; ".join(
        name + " " + ", ".join(f"{v:.2f}" for v in values.mean(axis=0))
        for name, values in listened.items()
    )
    + ".",
)
display(
    Markdown(
        f"In simulation, from the second round on, feedback changes the share of liked songs by "
        f"{100 * late.mean():+.1f} points (95 % interval {100 * spread[0]:+.1f} to "
        f"{100 * spread[1]:+.1f}, {len(late)} simulated listeners)."
    )
)

# %% [markdown]
# ## Your own songs
#
# Set the parameter `clip` to an audio file, or run `genre recommend my_song.mp3`. On the command
# line, `--like` and `--skip` are remembered, `--why` shows the parts, and
# `genre recommend blues.00012` starts from a track. `genre library FOLDER` hears a folder of your own
# music, and `genre recommend my_song.mp3 --songs FOLDER` names songs of it.

# %%
table, note = recommend.like_clip(clip, library, made)
display(Markdown(note))
table.round(3)

# %% [markdown]
# ## What was found

# %%
finding = (
    f"Cosine over standardised features finds songs of the same genre by other artists with a "
    f"precision at 10 of {honest['standardised']['precision_at_10']:.1%} (chance {chance:.1%}, "
    f"n = {len(X)}); {used}, without any label of this collection, {honest[used]['precision_at_10']:.1%} "
    f"(95 % interval {honest[used]['precision_at_10_ci95'][0]:.1%} to "
    f"{honest[used]['precision_at_10_ci95'][1]:.1%}). In simulation, feedback changes the share of "
    f"liked songs by {100 * late.mean():+.1f} points."
)
results.fact(finding=finding)
results.write(output)
display(Markdown(finding))
