# %% [markdown]
# # 5. What sounds like this? Recommendations that say why
#
# The student summary ends with a recommender: songs are compared by the *cosine similarity* of their features,
# the cosine of the angle between two songs in feature space. It shows no measure of how good that is, and
# wishes for explanations and for feedback. Here are all three, first with the 57 features, then with a
# pretrained *encoder*: a network that learnt to tag songs of the Million Song Dataset, and never saw a label of
# this collection. Nobody was asked on this page: **the listeners who like and skip are simulated**.
#
# **After this notebook you can** compute a cosine by hand, say which features make two songs alike, measure a
# recommender without flattering it, tame hubs, and move a list by likes and skips.
# **You should know** the 57 features (notebook 1), standardising (notebook 2), and what songs and artists on
# both sides of a split do to a score (notebook 3).

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
from IPython.display import display

from genre_utils import plots, recommend, tool
from genre_utils.audio import EMBEDDING_COLUMNS, FEATURE_COLUMNS, TAGS
from genre_utils.data import load_features, open_dataset
from genre_utils.evaluation import Finding, Results
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
    results.end(f"Too few tracks to recommend from: {len(X)}.", output)
told = f"Only these {len(X)} tracks are compared on this page."
plots.say(f"{features.source} {note} {told}")

# %% [markdown]
# ## One cosine by hand
#
# Each column is *standardised*, to mean 0 and deviation 1, so that none counts more for its unit. A song is
# then an arrow $a$ in a space of 57 dimensions. The cosine of two songs
#
# $$\cos(a, b) = \frac{\sum_j a_j b_j}{\lVert a \rVert \, \lVert b \rVert}, \qquad \lVert a \rVert = \sqrt{\textstyle\sum_j a_j^2}$$
#
# is 1 if they point the same way, 0 at a right angle, -1 if they are opposite. How long the arrows are does not
# matter. The angle is its arc cosine. The song that we start from is the *seed*. (The parameter `seed` above is
# another thing: it fixes random choices.)

# %%
with_audio = tracks.index[tracks["path"].notna()]
start = song or (with_audio[0] if len(with_audio) else X.index[0])
standardised = ((X - X.mean()) / X.std(ddof=0).replace(0, 1)).to_numpy()
unit = standardised / np.linalg.norm(standardised, axis=1, keepdims=True)  # arrows of length 1
cosines = pd.Series(unit @ unit[X.index.get_loc(start)], X.index).drop(start)  # all songs at once
order = cosines.sort_values(ascending=False)
some = {f"{order.index[n]}": order.iloc[n] for n in (0, len(order) // 2, -1)}
plots.show(
    plots.angles(some, f"The nearest song to {start}, the middle one and the farthest"),
    "Arrows of length 1 and their cosines with the seed: "
    + ", ".join(f"{name} {cosine:.2f}" for name, cosine in some.items())
    + ".",
    f"The nearest of the {len(order)} other songs has cosine {order.iloc[0]:.2f}; half of them have "
    f"less than {order.median():.2f}. A cosine about 0 is a right angle.",
)

# %% [markdown]
# ## Ten songs
#
# That is the whole recommender, but for one thing: `CosineRecommender` knows which tracks are one song, and
# leaves copies of the seed out. Which songs come back? The words after a song are by rule: *similar* names up
# to two groups of features that make more than a tenth of the cosine; *louder*, *brighter* or *more percussive*
# is a difference of more than 0.75 standard deviations, *faster* one of more than a tenth of the tempo.

# %%
plain = CosineRecommender().fit(X, tracks)
first = plain.recommend(start, 10)
plots.say(
    f"Songs like **{recommend.song_names(tracks)[start]}** ({start}, {tracks.loc[start, 'genre']}):"
)
recommend.show_list(first, tracks, start)

# %%
if listen:
    display(plots.players(tracks.loc[[start, *first["track"]], "path"]))
else:
    plots.say("`make report LISTEN=1` makes a local page with players here.")

# %% [markdown]
# ## Why these?
#
# The cosine is a sum over columns $j$, so it can be shared out among groups of features (those of notebook 2),
# and nothing is left over. The bars of a song add up to its diamond.

# %%
query, rows = plain.query_of(start), plain.positions(first["track"])
parts, cosine = plain.explain(query, rows), plain.unit_[rows] @ query
results.fact(explanation_error=float(np.abs(parts.sum(axis=1).to_numpy() - cosine).max()))
plots.show(
    plots.shares(parts, f"What makes songs similar to {start}"),
    recommend.tell_bars(parts),
    recommend.tell_parts(parts, cosine),
)

# %% [markdown]
# ## The same song twice
#
# Some songs are in the collection more than once: the same bytes, another cut of the recording, or another
# excerpt. A recommender that offers a song as similar to itself looks good and helps nobody: such tracks are
# named, and left out.

# %%
copies = recommend.check_copies(plain, tracks)
results.fact(**copies)
plots.say(
    f"Songs with several of these {len(X)} tracks: {copies['songs_several_times']}, with "
    f"{copies['seeds_asked']} tracks in all. For {copies['seeds_named']} of these as seeds, all "
    "other tracks of the song were found and left out; for "
    f"{copies['seeds_offered']} one was recommended."
)

# %% [markdown]
# ## How good is it?
#
# Take each song as the seed. *Precision at 10* is the share of the first ten songs that are of its genre. Finding
# another song of one record is easy, so songs by the artist of the seed are left out. Genre stands in for
# likeness, because nobody was asked. The columns of the table:
#
# - **of ten, others' songs**: precision at 10 without the artist of the seed; **same artist allowed**: with it.
# - **first song**: how often the first song is of the genre; **reciprocal rank**: the mean of 1 over the rank
#   of the first such song; **coverage**: the share of songs that are ever recommended.
# - **hubness** ([Radovanović et al. 2010](https://jmlr.org/papers/v11/radovanovic10a.html)): the skewness of how
#   often a song is recommended, 0 if these counts lie symmetric about their mean, large if few songs fill many lists.
#
# And its rows, the spaces:
#
# - **min-max**: columns scaled to 0 to 1; **standardised**; **ranks**: each column mapped to a normal
#   distribution; **PCA, whitened**: all directions made equally wide.
# - **whitened within artists**: directions in which songs of one artist differ are shrunk, as in notebook 3;
#   the artist of the seed is left out when they are learnt.
# - **averaged (with neighbours)**: each song is moved towards its ten neighbours ([Arandjelović and Zisserman
#   2012](https://doi.org/10.1109/CVPR.2012.6248018)).
# - **encoder**: the 256 numbers before its last layers, the mean over a song's pieces of 3 s; **tags**: the
#   probabilities of its 50 tags, words that listeners gave songs, as *rock* or *60s*; **both**: the 57 features
#   and the 256 numbers. No label of this collection is in them. But seven of the tags name genres, and the songs
#   that the encoder learnt from may hold some of these.
# - **learned from genres**: *linear discriminant analysis*, the directions in which genres differ most, after a
#   Gaussian kernel (as in the SVM of notebook 3). It is told the genres of other songs, never of the seed or
#   of its artist's songs. **by genre label**: a cheat that knows the answer.

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
used = "whitened within artists, averaged" if heard.empty else "both, averaged"
results.fact(**recommend.measured_facts(found), used_by_the_recommender=used)
recommend.show_spaces(found)

# %%
plots.show(
    plots.precisions(found, chance),
    recommend.tell_precisions(found),
    recommend.tell_ears(found),
)

# %% [markdown]
# The number of neighbours, their weights and the kernel's width were chosen once, looking at these figures of
# GTZAN: the best ones are slightly optimistic.
#
# ## What the recommender uses, and what it may say
#
# `genre recommend` takes the best space in which a column is still that column. Whitening mixes all columns, so
# that a share of "timbre" would hold a little of everything. Where the encoder has heard the songs, that is
# *both, averaged*. Where it has not, precision goes first: it is *whitened within artists, averaged*, and the
# shares are only roughly those of the groups.
#
# The largest share is now one that has no name: **what the network hears**. The 256 numbers cannot be shared
# out among tags, so no share is claimed for a tag. What can be said is said beside it: which tags both songs
# have. Their *overlap* is $\sum_t \min(p_t, q_t) \,/\, \sum_t \max(p_t, q_t)$ over the tags' probabilities $p$
# and $q$: 1 if they are equal. It too is a sum, over tags, and its parts add up. In the list, *both tagged* names
# tags that both songs have with at least 10 %, and with more than the middle song; *tags in common* is the overlap
# and its largest parts.

# %%
plots.show(
    plots.recommender_diagram(len(FEATURE_COLUMNS), 0 if heard.empty else len(E), len(X)),
    "Boxes with arrows: a song, numbers, scaled, query, cosines, ten songs.",
    f"All {len(X):,} songs take the first three steps once; a seed, likes and skips make the query.",
)
tool.save_library(dataset, features, profile, heard=heard)
library = tool.load_library(tool.library_name(dataset, profile))
made, note = library.recommender()
second = made.recommend(start, 10)
rows = made.positions(second["track"])
parts, shared = made.explain(made.query_of(start), rows), made.shared_tags(start, rows)
cosine = made.unit_[rows] @ made.query_of(start)
rest = float(np.abs(parts.sum(axis=1).to_numpy() - cosine).max())
results.fact(explanation_error_of_the_best=rest, tags_in_common=shared.sum(axis=1).mean())
plots.show(
    plots.shares(parts, f"What makes songs similar to {start}, by {used}"),
    recommend.tell_bars(parts),
    f"{note} {recommend.tell_parts(parts, cosine)}".strip(),
)

# %%
second["tags in common"] = [recommend.tell_tags(row, 3) for _, row in shared.iterrows()]
recommend.show_list(second, tracks, start)

# %% [markdown]
# ## The map
#
# *t-SNE* draws neighbours near each other, on paper ([van der Maaten and Hinton
# 2008](https://jmlr.org/papers/v9/vandermaaten08a.html)). Distances across the map mean nothing. Where do
# genres lie together, and where not? The share in a title is that of a song's ten neighbours on the map which
# are of its genre.

# %%
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

labels = tracks["genre"].reindex(made.features_.index)
perplexity = min(30, len(X) / 4)
tsne = TSNE(perplexity=perplexity, metric="cosine", init="random", random_state=seed)
place = tsne.fit_transform(made.unit_)
around = NearestNeighbors(n_neighbors=10).fit(place).kneighbors(return_distance=False)
alike = (labels.to_numpy()[around] == labels.to_numpy()[:, None]).mean(axis=1)
together = pd.Series(alike, labels.index).groupby(labels).mean()
marked = made.positions([start, *second["track"]])
plots.show(
    plots.genre_maps(place, labels, marked, together, f"Circled: {start} and what came back"),
    f"Map of {len(X)} songs by t-SNE, a panel a genre: its songs in colour, all others grey.",
    recommend.tell_map(together),
)

# %% [markdown]
# ## Hubs and variety
#
# In many dimensions some songs are near to everything: *hubs*. To tame them, we take from each cosine half of the
# mean cosine that the song has with its ten nearest (*local scaling*, [Conneau et al.
# 2018](https://arxiv.org/abs/1710.04087)). And a list of ten near copies is dull. *Maximal marginal relevance*
# ([Carbonell and Goldstein 1998](https://doi.org/10.1145/290941.291025)) takes songs one by one: at variety $v$ a
# song counts $1 - v$ times its cosine, less $v$ times its largest cosine with a song above it. What do both cost?
# *Likeness inside a list* is the mean cosine of two of its songs; *most often recommended*, in how many lists the
# most frequent song is.

# %%
sample = X.index[:: max(1, len(X) // (40 if quick else 200))]
trials = {"as it is": {}, "hubs tamed": {"tame_hubs": 1.0}}
trials |= {f"variety {share}": {"variety": share} for share in (0.3, 0.6)}
compared = recommend.compare_lists(library, trials, sample)
results.fact(hubs_and_variety=compared.to_dict("index"))
recommend.show_trials(compared, len(sample), len(X))

# %% [markdown]
# ## Likes and skips
#
# *Rocchio's rule* ([Salton and Buckley
# 1990](https://doi.org/10.1002/%28SICI%291097-4571%28199006%2941:4%3C288::AID-ASI8%3E3.0.CO;2-H)) moves the
# query towards the mean of what was liked, away from the mean of what was skipped:
# $q = s + \beta \, \bar l - \gamma \, \bar k$, where $s$ is the seed, $\bar l$ the mean of what was liked, and
# $\bar k$ of what was skipped. The package takes $\beta = 0.75$ and $\gamma = 0.25$. Say that somebody asks for
# songs like the one above, likes two of another genre, and skips what came first.

# %%
genres = made.tracks_["genre"]
liked_genre = genres[genres != genres[start]].value_counts().index[0]
liked = made.positions(genres.index[genres == liked_genre][:2])
skipped = made.positions(second["track"][:1])
at, told = made.positions([start])[0], {*liked, *skipped}


def genres_of_ten(likes, skips=0.25):
    """Genres of the ten songs with the largest cosines with the moved query."""
    moved = likes * made.unit_[liked].mean(axis=0) - skips * made.unit_[skipped].mean(axis=0)
    order = np.argsort(-(made.unit_ @ (made.unit_[at] + moved)))
    return [genres.iloc[row] for row in order if row not in told and row != at][:10]


lists = {f"{weight:g}": genres_of_ten(weight) for weight in (0, 0.25, 0.75, 1.5, 3)}
plots.show(
    plots.genre_lists(lists, f"Two songs of {liked_genre} are liked: weight of the likes"),
    "Genres of ten songs by weight: " + "; ".join(f"{w}: {', '.join(g)}" for w, g in lists.items()),
    recommend.tell_weights(lists, liked_genre),
)
plots.sliders(
    lambda likes, skips: plots.genre_lists({"ten": genres_of_ten(likes, skips)}, "What comes back"),
    likes=(0.0, 3.0, 0.25),
    skips=(0.0, 3.0, 0.25),
)

# %% [markdown]
# ## Simulated listeners
#
# Does that help? **Nobody was asked: these listeners follow a rule.** Each likes all songs of one genre, or of
# two, skips all others, starts from a song of these drawn at random, and hears five songs at a time, never one
# twice. Queries move by the package's $\beta$ and $\gamma$. Songs by an artist who was heard before may come again;
# so the same is run once more with every artist only once.

# %%
count, rounds = 40 if quick else 400, min(10, len(X) // 10)
simulate = {"listeners": count, "rounds": rounds, "seed": seed}
listened = recommend.listening(made.unit_, songs, **simulate)
strangers = recommend.listening(made.unit_, songs, same_artist=False, **simulate)
gain, fresh = (recommend.feedback_gain(run, seed=seed) for run in (listened, strangers))
results.fact(
    feedback={name: values.mean(axis=0) for name, values in listened.items()},
    feedback_gain=gain.mean,
    feedback_gain_ci95=[gain.low, gain.high],
    feedback_gain_artists_once=fresh.mean,
    feedback_gain_artists_once_ci95=[fresh.low, fresh.high],
)
plots.show(
    plots.rounds(listened, f"{count} simulated listeners, five songs a round"),
    recommend.tell_rounds(listened),
    recommend.tell_feedback(gain, fresh, listened),
)

# %% [markdown]
# ## Your own songs
#
# Set the parameter `clip` to an audio file, or run `genre recommend my_song.mp3`. On the command line, `--like`
# and `--skip` are remembered, `--why` shows the parts, and `genre recommend blues.00012` starts from a track.
# `genre library FOLDER` hears a folder of your own music, and `genre recommend my_song.mp3 --songs FOLDER`
# names songs of it.

# %%
table, note = tool.like_clip(clip, library, made)
Finding(note, table.round(3))

# %%
finding = recommend.tell_recommender(honest[used], honest["standardised"], used, len(X))
finding += " " + recommend.tell_short_feedback(gain, fresh)
results.fact(finding=finding)
results.write(output)
plots.say(finding)

# %% [markdown]
# ## What to remember
#
# - The cosine compares directions. It is a sum over columns, so it explains itself; the angle is its arc
#   cosine.
# - Scale first: a column in Hertz would outweigh all others.
# - Leave the artist of the seed out when you measure, else you measure how well records are recognised.
# - Precision says how many of ten are right. Say against what: chance, and what can be reached at all.
# - A simulated listener shows that a rule works. It does not show that people like it.
#
# ## Exercises
#
# 1. Leave out standardising. Which column decides then?
# 2. For which genre are recommendations worst? Use the similarities of *standardised*.
# 3. Let the skips weigh as much as the likes. How many songs of the liked genre come back?
#
# <details><summary>Solutions</summary>
#
# ```python
# raw = X.to_numpy() / np.linalg.norm(X, axis=1, keepdims=True)
# both = raw[X.index.get_loc(start)] * raw[X.index.get_loc(order.index[0])]
# pd.Series(both, X.columns).nlargest(3)  # those with large numbers, whatever they mean
# ```
# ```python
# allowed = np.where(songs.barred(same_artist=False), -2, near["standardised"])
# best_ten = np.argsort(-allowed, axis=1)[:, :10]
# right = (songs.genre[best_ten] == songs.genre[:, None]).mean(axis=1)
# pd.Series(right).groupby(songs.genre).mean().sort_values()
# ```
# ```python
# {skips: genres_of_ten(0.75, skips).count(liked_genre) for skips in (0, 0.25, 0.75)}
# ```
#
# </details>
#
# **Where to go on.** Notebook 7 says what the encoder hears, notebook 8 follows a taste that turns. Read Schedl
# et al. ([2018](https://doi.org/10.1007/s13735-018-0154-2)) on what music recommenders should be asked for.
