# %% [markdown]
# # 5. What sounds like this? Recommendations that say why
#
# The student summary ends with a recommender: *cosine similarity* over a song's features, the angle
# between two songs in feature space. It shows no measure of how good that is, and wishes for
# explanations and for feedback. Here are all three.

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
from IPython.display import HTML, Markdown, display

from genre_utils import plots, recommend
from genre_utils.audio import AudioError, load_audio
from genre_utils.data import load_features, open_dataset
from genre_utils.evaluation import EnoughSaid, Results
from genre_utils.models import NeighbourAverage
from genre_utils.recommend import CosineRecommender, best_recommender

plots.set_style()
pd.set_option("display.max_colwidth", None)
quick = profile == "quick"
dataset = open_dataset(data)
results = Results("05_recommender", dataset, profile, seed)
results.fact(title="What sounds like this? Recommendations that say why")
features = load_features(dataset, "features_30_sec")
tracks = dataset.tracks.loc[features.tracks]
X = features.X
if len(X) < 12 or tracks["genre"].nunique() < 2:
    finding = f"Too few tracks to recommend from: {len(X)}."
    results.fact(finding=finding)
    results.write(output)
    raise EnoughSaid(f"**This page ends here.** {finding}")
display(Markdown(f"{features.source}"))

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
    for track in [start, *first["track"]]:
        path = tracks.loc[track, "path"]
        if isinstance(path, str):
            try:
                display(HTML(f"<p>{track}</p>"), plots.player(load_audio(path), f"6 s of {track}"))
            except AudioError:
                continue  # listed with its reason in notebook 1
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
# ## The map
#
# *t-SNE* draws neighbours near each other, on paper
# ([van der Maaten and Hinton 2008](https://jmlr.org/papers/v9/vandermaaten08a.html)). Distances
# across the map mean nothing. Where do genres lie together, and where not?

# %%
from sklearn.manifold import TSNE

place = TSNE(
    perplexity=min(30, len(X) / 4), metric="cosine", init="random", random_state=seed
).fit_transform(plain.unit_)
marked = plain.positions([start, *first["track"]])
plots.show(
    plots.song_map(
        place, tracks["genre"], marked, f"Neighbours on paper; circled: {start} and what came"
    ),
    f"Map of {len(X)} songs by t-SNE in the colours of {tracks['genre'].nunique()} genres.",
    cover=True,
)
from sklearn.neighbors import NearestNeighbors

near = NearestNeighbors(n_neighbors=11).fit(place).kneighbors(return_distance=False)
labels = tracks["genre"].to_numpy(str)
together = pd.Series((labels[near] == labels[:, None]).mean(axis=1)).groupby(labels).mean()
together = together.sort_values()
display(
    Markdown(
        f"On the map, {together.index[-1]} keeps most to itself ({together.iloc[-1]:.0%} of a song's "
        f"neighbours), {together.index[0]} least ({together.iloc[0]:.0%})."
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
# - **learned from genres**: *linear discriminant analysis* in the space of a Gaussian kernel. It is
#   told genres, but of neither the seed nor its artist.
# - **by genre label**: a cheat that knows the answer, and **chance**.

# %%
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from genre_utils.models import ArtistWhitening, KernelLDA, to_normal

songs = recommend.Collection.of(tracks)
within = make_pipeline(to_normal(), ArtistWhitening(tracks["artist_group"]))
learned = make_pipeline(to_normal(), KernelLDA(components=min(400, len(X) // 2)))
spaces = {
    "min-max": MinMaxScaler(),
    "standardised": StandardScaler(),
    "ranks": to_normal(),
    "PCA, whitened": make_pipeline(to_normal(), PCA(min(30, len(X) // 2), whiten=True)),
    "ranks, averaged with neighbours": make_pipeline(to_normal(), NeighbourAverage()),
}
near = {name: recommend.similarities(np.asarray(s.fit_transform(X))) for name, s in spaces.items()}
near["whitened within artists"] = recommend.cross_fitted_similarities(within, X, songs)
both = make_pipeline(*[step for _, step in within.steps], NeighbourAverage())
near["whitened within artists, averaged"] = recommend.cross_fitted_similarities(both, X, songs)
near["learned from genres"] = recommend.cross_fitted_similarities(learned, X, songs)
rng = np.random.default_rng(seed)
near["by genre label"] = (songs.genre[:, None] == songs.genre) + 0.5 * rng.random((len(X), len(X)))
found = {
    (name, mode): recommend.measure(s, songs, same_artist=mode == "with", seed=seed)
    for name, s in near.items()
    for mode in ("with", "without")
}


def shown(mode):
    """Table of measures, with intervals."""
    rows = {}
    for name in near:
        f = found[name, mode]
        low, high = f["precision_at_10_ci95"]
        rows[name] = {
            "at 1": f["precision_at_1"],
            "at 5": f["precision_at_5"],
            "at 10": f["precision_at_10"],
            "95 % interval (at 10)": f"{low:.3f} to {high:.3f}",
            "reciprocal rank": f["mrr"],
            "coverage": f["coverage"],
            "hubness": f["hubness"],
        }
    return pd.DataFrame(rows).T.infer_objects().round(3).rename_axis("precision, by space")


chance = found["standardised", "without"]["chance"]
display(Markdown("Songs by the same artist left out:"))
shown("without")

# %%
display(Markdown("Songs by the same artist allowed:"))
shown("with")

# %%
honest = {name: found[name, "without"] for name in near}
unlabelled = [n for n in honest if n not in ("learned from genres", "by genre label")]
best = max(unlabelled, key=lambda n: honest[n]["precision_at_10"])
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
        f"that know no genres is **{best}** with {honest[best]['precision_at_10']:.1%}; a metric "
        f"learned from genres reaches {honest['learned from genres']['precision_at_10']:.1%}. The "
        "number of neighbours, their weights and the kernel's width were chosen once, looking at these "
        "figures of GTZAN: they are a little kind."
    )
)

# %% [markdown]
# ## What the network hears
#
# Notebook 4 left what its network sees of each song (an *embedding*). It was trained on genres, so
# only songs that it has not met can judge it: the test side of the published partition, among
# themselves.

# %%
from genre_utils.models import ModelError, list_models, load_embedding, load_model, model_name

embedding = None
name = model_name(dataset.name, profile)
try:
    if name in list_models():
        kept = load_model(name)
        if kept.about["dataset"]["fingerprint"] == dataset.fingerprint():
            embedding = load_embedding(kept)
except ModelError as error:
    display(Markdown(str(error)))
tested = tracks.index[tracks["partition"] == "test"]
if embedding is not None:
    tested = tested.intersection(embedding.index)
if embedding is None or len(tested) < 12:
    display(Markdown("There is no embedding of this collection here: run notebook 4 first."))
else:
    some = recommend.Collection.of(tracks.loc[tested])
    rows = X.index.get_indexer(tested)
    judged = {
        "network": recommend.similarities(StandardScaler().fit_transform(embedding.loc[tested])),
        "standardised features": near["standardised"][np.ix_(rows, rows)],
        best: near[best][np.ix_(rows, rows)],
    }
    judged = {
        n: recommend.measure(s, some, same_artist=False, seed=seed) for n, s in judged.items()
    }
    results.fact(test_side_precision_at_10={n: f["precision_at_10"] for n, f in judged.items()})
    over_network = CosineRecommender().fit(embedding, tracks)
    lists = ", ".join(over_network.recommend(start, 5)["track"]) if start in embedding.index else ""
    display(
        Markdown(
            f"Precision at 10 among {len(tested)} test songs, the same artist left out: "
            + "; ".join(
                f"{n} {f['precision_at_10']:.1%} "
                f"[{f['precision_at_10_ci95'][0]:.1%}, {f['precision_at_10_ci95'][1]:.1%}]"
                for n, f in judged.items()
            )
            + f" (chance {judged['network']['chance']:.1%})."
            + (f" For {start}, the network offers {lists}." if lists else "")
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
    made = best_recommender(tracks, **settings).fit(X, tracks)
    lists = [made.recommend(track, 10, same_artist=False) for track in sample]
    times = pd.concat([t["track"] for t in lists]).value_counts().reindex(X.index, fill_value=0)
    inside = []
    for table in lists:
        unit = made.unit_[made.positions(table["track"])]
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
made = best_recommender(tracks).fit(X, tracks)
heard = recommend.listening(
    made.unit_, songs, listeners=40 if quick else 400, rounds=min(10, len(X) // 10), seed=seed
)
gains = heard["with feedback"] - heard["without"]
late = gains[:, 1:].mean(axis=1)
spread = np.quantile(
    np.random.default_rng(seed).choice(late, (2000, len(late))).mean(axis=1), [0.025, 0.975]
)
results.fact(
    feedback={name: values.mean(axis=0) for name, values in heard.items()},
    feedback_gain=late.mean(),
    feedback_gain_ci95=spread,
)
plots.show(
    plots.rounds(heard, "Precision over rounds of five songs"),
    "Precision by round: "
    + "; ".join(
        name + " " + ", ".join(f"{v:.2f}" for v in values.mean(axis=0))
        for name, values in heard.items()
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
# ## Your own song
#
# Set the parameter `clip` to an audio file, or run `genre recommend my_song.mp3`. On the command
# line, `--like` and `--skip` are remembered, `--why` shows the parts, and
# `genre recommend blues.00012` starts from a track.

# %%
from genre_utils.audio import features_of_file
from genre_utils.recommend import load_library, save_library

save_library(dataset, features, profile)
if clip:
    try:
        copies = load_library().copies_of(clip)
        table = made.recommend(features_of_file(clip)[0], 10, copies=copies)
        display(table.round({"similarity": 3}))
    except AudioError as error:
        display(Markdown(f"**{clip}** cannot be used: {error}."))
else:
    display(Markdown("No clip was given."))

# %% [markdown]
# ## What was found

# %%
finding = (
    f"Cosine over standardised features finds songs of the same genre by other artists with a "
    f"precision at 10 of {honest['standardised']['precision_at_10']:.1%} (chance {chance:.1%}, "
    f"n = {len(X)}); {best} reaches {honest[best]['precision_at_10']:.1%} without knowing any genre "
    f"(95 % interval {honest[best]['precision_at_10_ci95'][0]:.1%} to "
    f"{honest[best]['precision_at_10_ci95'][1]:.1%}). In simulation, feedback changes the share of "
    f"liked songs by {100 * late.mean():+.1f} points."
)
results.fact(finding=finding)
results.write(output)
display(Markdown(finding))
