# %% [markdown]
# # 2. Scaling, and how many dimensions there are
#
# The table has 57 features in different units: Hz, beats per minute, fractions. Most models compare
# tracks by distance, and a distance mixes units. So we first scale. Then we ask how many
# independent directions the features really span, and what the two largest mean.

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

from genre_utils import plots
from genre_utils.data import as_published_table, load_features, open_dataset
from genre_utils.evaluation import Results

plots.set_style()
dataset = open_dataset(data)
results = Results("02_preprocessing_pca", dataset, profile, seed)
results.fact(title="Scaling, and how many dimensions there are")
features = load_features(dataset)
df = as_published_table(features)
display(Markdown(features.source))

# %% [markdown]
# ## Why scale?
#
# How far apart are the smallest and the largest value of each column?

# %%
X = df.drop(columns=["filename", "label"])
y = df["label"]
spans = X.max() - X.min()
widest, narrowest = spans.idxmax(), spans[spans > 0].idxmin()
plots.show(
    plots.feature_ranges(X),
    f"Bars on a logarithmic scale: the range of each column, from {narrowest} to {widest}.",
)
display(
    Markdown(
        f"{widest} spans {spans[widest]:,.0f}, {narrowest} only {spans[narrowest]:.2g}. In a plain "
        f"distance the first counts {spans[widest] / spans[narrowest]:.0e} times as much."
    )
)

# %% [markdown]
# ## Two ways to scale
#
# *Min-max scaling* maps each column onto [0, 1]. It is simple, but one outlier squeezes everybody
# else together. *Standardising* gives each column mean 0 and variance 1. We use min-max first, over
# all numeric columns, `length` included, because the published figures were made so.
#
# $$x_\text{min-max} = \frac{x - \min x}{\max x - \min x}, \qquad
# x_\text{standardised} = \frac{x - \bar{x}}{s}$$

# %%
from sklearn.preprocessing import MinMaxScaler, StandardScaler

scaled = pd.DataFrame(MinMaxScaler().fit_transform(X), columns=X.columns)
scaled.describe().loc[["min", "mean", "std", "max"]].T.head(8)

# %% [markdown]
# ## Two components
#
# Principal component analysis (PCA) turns the axes so that the first points where the tracks differ
# most, the second where they differ most of what is left, and so on. How much of the variance do
# two axes hold?

# %%
from sklearn.decomposition import PCA

pca = PCA(n_components=2)
points = pca.fit_transform(scaled)
ratio = pca.explained_variance_ratio_
results.fact(pca_explained_variance_ratio=ratio, pca_explained_variance_sum=ratio.sum())
print("variance ratio:", ratio)
print("sum:", ratio.sum())

# %% [markdown]
# The published figures for the table of 1000 tracks stand beside ours.

# %%
published = np.array([0.2439355, 0.21781804])
results.fact(pca_published=published)
comparison = pd.DataFrame(
    {"published": [*published, 0.46175354], "here": [*ratio, ratio.sum()]},
    index=["first component", "second component", "sum"],
)
comparison["difference"] = comparison["here"] - comparison["published"]
comparison

# %%
same = bool(np.allclose(ratio, published, atol=1e-6))
results.fact(pca_equals_published=same)
display(
    Markdown(
        "They are equal to the last published digit: the table and the steps are the same."
        if same
        else "They differ, as they must on other data than the published table of 1000 tracks."
    )
)

# %% [markdown]
# ## How many components are enough?
#
# The same question for every number of components, and for both ways to scale.

# %%
ratios = {
    "min-max": PCA().fit(scaled).explained_variance_ratio_,
    "standardised": PCA().fit(StandardScaler().fit_transform(X)).explained_variance_ratio_,
}
needed = {
    name: {share: int(np.argmax(np.cumsum(r) >= share - 1e-12)) + 1 for share in (0.8, 0.9, 0.95)}
    for name, r in ratios.items()
}
plots.show(
    plots.explained_variance(ratios, marks=(0.8, 0.9, 0.95)),
    "Cumulative explained variance against the number of components. "
    + "; ".join(f"{name}: 90 % with {n[0.9]} components" for name, n in needed.items())
    + ".",
)
results.fact(
    components_needed={n: {f"{s:.2f}": c for s, c in v.items()} for n, v in needed.items()}
)
display(
    Markdown(
        f"After min-max scaling, {needed['min-max'][0.9]} of {X.shape[1]} components hold 90 % of the "
        f"variance, {needed['min-max'][0.95]} hold 95 %. Standardised, it takes "
        f"{needed['standardised'][0.9]} and {needed['standardised'][0.95]}. The 57 features are "
        "far fewer than 57 independent measurements."
    )
)

# %% [markdown]
# ## Genres in the plane
#
# Do tracks of one genre lie together?

# %%
names = tuple(f"principal component {i + 1} ({r:.1%} of variance)" for i, r in enumerate(ratio))
ax = plots.genre_plane(points, y, names)
centres = pd.DataFrame(points).groupby(y.to_numpy()).mean()
left, right = centres[0].idxmin(), centres[0].idxmax()
low, high = centres[1].idxmin(), centres[1].idxmax()
plots.show(
    ax,
    f"Scatter plot of {len(points)} tracks. On the first axis the mean of {left} lies furthest left, "
    f"of {right} furthest right; on the second {low} lowest, {high} highest.",
    cover=True,
)
display(
    Markdown(
        f"The means of {left} and {right} lie furthest apart on the first axis, those of {low} and "
        f"{high} on the second. The clouds of all {len(centres)} genres overlap between them."
    )
)

# %% [markdown]
# How well can they be told apart in this plane? As a first answer: for how many tracks is the
# nearest other track in the plane of the same genre, against all columns at once?

# %%
from sklearn.neighbors import NearestNeighbors


def same_genre_share(positions: np.ndarray) -> float:
    """Share of tracks whose nearest other track has their genre."""
    if len(positions) < 2:
        return float("nan")
    nearest = NearestNeighbors(n_neighbors=1).fit(positions).kneighbors(return_distance=False)
    return float((y.to_numpy()[nearest[:, 0]] == y.to_numpy()).mean())


in_plane, in_all = same_genre_share(points), same_genre_share(scaled.to_numpy())
results.fact(nearest_same_genre_2d=in_plane, nearest_same_genre_all=in_all)
display(
    Markdown(
        f"In the plane, for {in_plane:.1%} of the tracks; with all {X.shape[1]} columns, for "
        f"{in_all:.1%}. The picture is a shadow of the data."
    )
)

# %% [markdown]
# ## What the axes mean
#
# Each axis is a weighted sum of the columns. The largest weights name it.

# %%
axes = pd.DataFrame(
    pca.components_.T, index=X.columns, columns=["the first axis", "the second axis"]
)
top = {name: weights.abs().nlargest(5).index.tolist() for name, weights in axes.items()}
plots.show(
    plots.loadings(axes),
    "; ".join(f"largest weights of {name}: {', '.join(columns)}" for name, columns in top.items())
    + ".",
)

# %% [markdown]
# Gathered into groups of features: which share of each axis (the sum of the squared weights, which
# is 1) belongs to timbre, brightness, harmony, and so on?

# %%
from genre_utils.audio import FEATURE_GROUPS

groups = {column: group for group, columns in FEATURE_GROUPS.items() for column in columns}
shares = (axes**2).groupby(axes.index.map(lambda c: groups.get(c, "length"))).sum()
shares = shares.sort_values("the first axis", ascending=False)
shares.rename_axis("group").round(3)

# %%
leading = {name: shares[name].idxmax() for name in shares}
results.fact(axis_groups=shares.to_dict(), axis_top_features=top)
display(
    Markdown(
        " ".join(
            f"On {name}, {shares.loc[group, name]:.0%} of the weight is {group}; its largest "
            f"columns are {', '.join(top[name][:3])}."
            for name, group in leading.items()
        )
    )
)

# %% [markdown]
# ## A warning
#
# Here the scaler and the PCA saw all tracks. For a picture that is fine. For a score it is not: what
# is learnt from the test side, be it a minimum, leaks into the training side. From the next notebook on,
# every scaling stands inside a pipeline, and inside the fold.
#
# ## What was found

# %%
finding = (
    f"Two principal components hold {ratio.sum():.1%} of the variance of the min-max scaled table, "
    f"{needed['min-max'][0.9]} hold 90 %."
)
results.fact(finding=finding)
results.write(output)
display(Markdown(finding))
