# %% [markdown]
# # 2. Preprocessing and PCA
#
# The feature table describes each track by numbers in different units: hertz, beats per minute,
# shares and energies. A distance between tracks adds these units up as if they were the same. In
# this notebook we scale the features, find out which models need it, and use *principal component
# analysis* (PCA) to see how many independent directions the table has and what the first two mean.
#
# **After this notebook you can** scale features by hand and with scikit-learn, prevent data leakage
# with a pipeline, compute a PCA from the covariance matrix, choose a number of components, and read
# a biplot.
#
# **Prerequisites:** the audio features of notebook 1, mean and variance, and the product of a
# matrix and a vector.

# %% tags=["parameters"]
data = ""  # dataset folder; "" looks in GTZAN_HOME, then data/gtzan, then makes a demo collection
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # not used here
output = ""  # folder for the results file; "" writes none

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from genre_utils.audio import FEATURE_GROUPS
from genre_utils.data import features_or_reason, open_dataset
from genre_utils.evaluation import Results
from genre_utils.plots import genre_colors, genre_markers, set_style, show

set_style()
dataset = open_dataset(data)
results = Results("02_preprocessing_pca", dataset, profile, seed)
results.fact(title="Preprocessing and PCA")
features, reason = features_or_reason(dataset, "features_30_sec")
if features is None:
    results.end(reason, output)
if features.genre.nunique() < 2 or len(features.values.drop_duplicates()) < 6:
    results.end("Preprocessing needs at least two genres and six different tracks.", output)
genres = sorted(features.genre.unique())
plain = {genre: genre.replace("$", r"\$") for genre in genres}  # Matplotlib reads $ as mathematics
results.notice()

# %% [markdown]
# ## The feature table
#
# The table has one row per track. `features.values` has all columns of the file: the 57 features of
# notebook 1 (`features.X`) and `length`, the number of samples. This column does not describe the
# music. We keep it because the student summary that this course follows (below: *the summary*) kept
# it, and we want to reproduce its figures.

# %%
X, y = features.values, features.genre
print(features.source)
print(f"{X.shape[0]} tracks, {X.shape[1]} columns, {y.nunique()} genres")

# %% [markdown]
# ## Why scale?
#
# The *Euclidean distance* of two tracks $a$ and $b$ adds up the squared differences of all columns
# $j$:
#
# $$d(a, b) = \sqrt{\textstyle\sum_j (a_j - b_j)^2}$$
#
# Averaged over all pairs of tracks, the squared difference in a column is twice its variance. Which
# share of the squared distance does each column contribute?

# %%
share_of_distance = X.var() / X.var().sum()
top_share = share_of_distance.max()
results.fact(largest_share_of_distance=top_share)
print(share_of_distance.nlargest(3).map("{:.2%}".format).to_string())

# %% tags=["hide-input"]
ranges = (X.max() - X.min()).sort_values()
ranges = ranges[ranges > 0]
fig, ax = plt.subplots(figsize=(6, 3.6))
ax.plot(ranges.to_numpy(), "o", color="#332288", markersize=4)
ax.set_yscale("log")
ax.set(xlabel="columns, sorted by range", ylabel="largest − smallest value", xticks=[])
ax.annotate(ranges.index[0], (0, ranges.iloc[0]), (12, -2), textcoords="offset points")
ax.annotate(ranges.index[-1], (len(ranges) - 1, ranges.iloc[-1]), (-10, -4), ha="right",
            textcoords="offset points")  # fmt: skip
show(
    fig,
    alt="One dot per column on a logarithmic axis: the range of the values, from the narrowest to the widest "
    f"column. The ranges reach from {ranges.iloc[0]:.2g} to {ranges.iloc[-1]:.2g}.",
    caption="The range of each column without scaling. The axis is logarithmic.",
)

# %% [markdown]
# The ranges differ by almost nine orders of magnitude. The column `rolloff_var` alone makes up 92% of the
# squared distance. All the timbre and harmony in the other columns has practically no influence.
#
# ## Min-max scaling and standardization
#
# *Min-max scaling* maps each column to the range from 0 to 1. *Standardization* gives each column
# mean 0 and variance 1; $\bar{x}$ is its mean and $s$ its standard deviation.
#
# $$x_\text{min-max} = \frac{x - \min x}{\max x - \min x} \qquad x_\text{standardized} = \frac{x - \bar{x}}{s}$$
#
# With pandas, each formula is one line. For a constant column we divide by 1 instead of 0.

# %%
min_max_by_hand = (X - X.min()) / (X.max() - X.min()).replace(0, 1)
standardized_by_hand = (X - X.mean()) / X.std(ddof=0).replace(0, 1)

# %% [markdown]
# In scikit-learn, scalers are objects. `fit` computes what the formula needs, and `transform`
# applies it, to the same rows or to others. Do both ways lead to the same numbers?

# %%
from sklearn.preprocessing import MinMaxScaler, StandardScaler

scaled = pd.DataFrame(MinMaxScaler().fit_transform(X), index=X.index, columns=X.columns)
standardized = pd.DataFrame(StandardScaler().fit_transform(X), index=X.index, columns=X.columns)
print(f"largest difference, min-max scaling: {(min_max_by_hand - scaled).abs().max().max():.0e}")
print(
    f"largest difference, standardization: {(standardized_by_hand - standardized).abs().max().max():.0e}"
)

# %% [markdown]
# Both agree.
#
# What does an outlier do? In Kaggle's table, `harmony_mean` is close to zero for nearly all tracks
# and far away for a few. *Robust scaling* uses the median and the interquartile range, which
# outliers hardly change. Where do three scalers put the middle half of the tracks, and where the
# extremes?

# %%
from sklearn.preprocessing import RobustScaler

for scaler in (MinMaxScaler(), StandardScaler(), RobustScaler()):
    column = scaler.fit_transform(X[["harmony_mean"]])
    low, high = np.quantile(column, [0.25, 0.75])
    print(f"{type(scaler).__name__:14} middle half {low:6.3f} to {high:6.3f}, "
          f"all {column.min():8.3f} to {column.max():8.3f}")  # fmt: skip
robust_variance = pd.DataFrame(RobustScaler().fit_transform(X), columns=X.columns).var()
robust_share = robust_variance / robust_variance.sum()
results.fact(robust_share_of_distance=robust_share["harmony_mean"])
print(
    f"After robust scaling, harmony_mean has {robust_share['harmony_mean']:.0%} of the squared distance."
)

# %% [markdown]
# Min-max scaling squeezes the middle half into less than 1% of the range, because the outliers
# define the minimum and the maximum. Robust scaling spreads the middle half, but the outliers now
# lie so far away that this column dominates the distance again.
#
# ## Which models need scaling?
#
# *K-nearest neighbors* (kNN) predicts the most frequent genre among the $k$ training tracks at the
# smallest distance. A *decision tree* compares one column at a time with a threshold, and a
# threshold moves along with its column.
#
# We train both on three quarters of the tracks (the *training set*) and evaluate them on the rest
# (the *test set*). A *pipeline* runs the scaler and the model one after the other. *Accuracy* is
# the share of test tracks whose genre is predicted correctly.

# %%
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

k = min(5, len(X) // 2)
models = {
    f"{k}-nearest neighbors": KNeighborsClassifier(n_neighbors=k),
    "decision tree": DecisionTreeClassifier(random_state=seed),
}
scalers = {"unscaled": "passthrough", "min-max": MinMaxScaler(), "standardized": StandardScaler()}
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=seed)
accuracy = pd.DataFrame(index=list(models), columns=list(scalers), dtype=float)
for name, model in models.items():
    for scaling, scaler in scalers.items():
        pipeline = make_pipeline(scaler, model).fit(X_train, y_train)
        accuracy.loc[name, scaling] = accuracy_score(y_test, pipeline.predict(X_test))
results.fact(accuracy_by_scaling=accuracy.T.to_dict())
accuracy.style.format("{:.1%}")

# %% [markdown]
# Scaling more than doubles the accuracy of kNN and does not change that of the tree. Models that
# use distances, scalar products or gradients need scaled features: kNN, support vector machines,
# neural networks, and PCA. Trees and forests do not.
#
# (Songs by the same artist are in both sets, so the accuracies are too high. Notebook 3 shows by
# how much.)
#
# ## Data leakage: fit the scaler on the training set only
#
# The pipeline fitted its scaler on the training set. A scaler fitted on the whole table would know
# the minimum and the maximum of the test set. When information about the test set reaches the
# training, this is *data leakage*. How many test values lie outside the range of the training set?

# %%
test_values = MinMaxScaler().fit(X_train).transform(X_test)
outside = (test_values < 0) | (test_values > 1)
print(
    f"{outside.mean():.2%} of the test values, in {outside.any(axis=1).mean():.0%} of the test tracks"
)

# %% [markdown]
# A few test values lie outside the range, as those of a new song may. A scaler fitted on all tracks
# would hide this.
#
# *Cross-validation* splits the rows into parts, the *folds*, and uses each fold once as the test
# set. With a pipeline, `cross_val_score` fits the scaler again for each training set. How much does
# the leak change here?

# %%
from sklearn.model_selection import KFold, cross_val_score

cv = KFold(n_splits=5, shuffle=True, random_state=seed)
knn = KNeighborsClassifier(n_neighbors=k)
inside_folds = cross_val_score(make_pipeline(MinMaxScaler(), knn), X, y, cv=cv).mean()
before_folds = cross_val_score(knn, scaled, y, cv=cv).mean()
results.fact(accuracy_scaled_inside_folds=inside_folds, accuracy_scaled_before_folds=before_folds)
print(f"scaled inside the folds: {inside_folds:.1%}, scaled before splitting: {before_folds:.1%}")

# %% [markdown]
# Here the difference is negligible: a minimum and a maximum carry little information. Steps that
# use the labels, such as feature selection, can leak a lot (exercise 3). A pipeline prevents both.
#
# From here on we describe the table and evaluate no model, so we scale all tracks together, by
# min-max scaling as the summary did.
#
# ## Principal components by hand
#
# Columns that rise and fall together describe one direction, not two. PCA rotates the coordinate
# system so that the first axis points to where the tracks vary most, the second to where they vary
# most of what remains, and so on. Let $Z$ be the scaled table with each column centered at zero,
# and $n$ the number of tracks. The *covariance matrix* is
#
# $$C = \frac{1}{n-1} Z^\top Z$$
#
# An *eigenvector* $w_i$ of $C$ is a direction that $C$ only stretches, by the *eigenvalue*
# $\lambda_i$:
#
# $$C w_i = \lambda_i w_i, \qquad \lambda_1 \ge \lambda_2 \ge \dots$$
#
# The eigenvectors of length 1 are the *principal components*. Their entries are the *weights* of
# the columns, also called loadings. $Z w_i$ holds the positions of the tracks on axis $i$, and
# $\lambda_i$ is their variance. The *explained variance ratio* of axis $i$ is its share of the
# total variance, $\lambda_i / \sum_j \lambda_j$.

# %%
Z = scaled - scaled.mean()
C = Z.T @ Z / (len(Z) - 1)
eigenvalues, eigenvectors = np.linalg.eigh(C)  # in ascending order
eigenvalues, eigenvectors = eigenvalues[::-1], eigenvectors[:, ::-1]
print("explained variance ratios:", eigenvalues[:2] / eigenvalues.sum())

# %% [markdown]
# scikit-learn's `PCA` does the same in one line. The sign of an eigenvector is arbitrary, so we
# compare absolute values. Does it find the same axes?

# %%
from sklearn.decomposition import PCA

pca = PCA(n_components=2)
points = pca.fit_transform(scaled)
ratio = pca.explained_variance_ratio_
difference = np.abs(np.abs(pca.components_.T) - np.abs(eigenvectors[:, :2])).max()
print(f"largest difference between the weights: {difference:.0e}")

# %% [markdown]
# Both computations agree. The summary printed its ratios for the same table of 1,000 tracks; do
# ours match them?

# %%
published = np.array([0.2439355, 0.21781804])
results.fact(
    pca_explained_variance_ratio=ratio,
    pca_explained_variance_sum=ratio.sum(),
    pca_equals_published=np.allclose(ratio, published, rtol=0, atol=5e-9),
)
comparison = pd.DataFrame(
    {"the summary": [*published, 0.46175354], "this notebook": [*ratio, ratio.sum()]},
    index=["component 1", "component 2", "sum"],
)
comparison.style.format("{:.8f}")

# %% [markdown]
# All eight digits agree, so our table, scaling and PCA are those of the summary. Two components
# contain 46% of the variance.
#
# ## How many components are enough?
#
# We fit all components, for both ways to scale. How many are needed for 80%, 90% and 95% of the
# variance?

# %%
all_ratios = {
    "min-max": PCA().fit(scaled).explained_variance_ratio_,
    "standardized": PCA().fit(standardized).explained_variance_ratio_,
}
needed = {
    scaling: {
        f"{share:.0%}": int(np.searchsorted(ratios.cumsum(), share - 1e-12)) + 1
        for share in (0.8, 0.9, 0.95)
    }
    for scaling, ratios in all_ratios.items()
}
results.fact(components_needed=needed)
for scaling, counts in needed.items():
    print(f"{scaling:12}", *(f"{count:3} for {share}" for share, count in counts.items()))

# %% tags=["hide-input"]
fig, (top, bottom) = plt.subplots(2, figsize=(6, 5.6), sharex=True, height_ratios=[2, 3])
number = np.arange(1, len(all_ratios["min-max"]) + 1)
top.bar(number, all_ratios["min-max"], color="#332288")
top.set(ylabel="variance ratio", title="Each component (min-max)")
for (scaling, ratios), color, style in zip(
    all_ratios.items(), ["#332288", "#CC6677"], "-:", strict=True
):
    bottom.plot(number, ratios.cumsum(), style, color=color, label=scaling, linewidth=2.5)
bottom.axhline(0.9, color="#555555", linewidth=1, linestyle="--")
bottom.set(
    xlabel="number of components",
    ylabel="cumulative ratio",
    ylim=(0, 1.02),
    title="Cumulative",
)
bottom.yaxis.set_major_formatter("{x:.0%}")
top.yaxis.set_major_formatter("{x:.0%}")
bottom.legend(loc="lower right")
show(
    fig,
    alt="Top: bars with the explained variance ratio of each component, which fall quickly after the second. Bottom: "
    f"the cumulative ratio, which crosses 90% at {needed['min-max']['90%']} components after min-max scaling "
    f"and at {needed['standardized']['90%']} after standardization.",
    caption="Explained variance by component, and cumulative. The dashed line marks 90%.",
)

# %% [markdown]
# The first two components stand out, and the rest falls slowly: 90% of the variance needs 21 of 58
# components, and a few more after standardization. Many columns are redundant, but a plane is far
# from the whole table.
#
# ## Genres in the plane of two components
#
# Do tracks of the same genre lie together? Each panel shows all tracks in gray and one genre in
# color.

# %% tags=["hide-input"]
axis_labels = [
    f"component {i} ({share:.0%} of the variance)" for i, share in enumerate(ratio, start=1)
]
colors, columns = genre_colors(genres), min(5, len(genres))
rows = -(-len(genres) // columns)
fig, axes = plt.subplots(
    rows, columns, figsize=(6.4, 0.8 + 1.5 * rows), sharex=True, sharey=True, squeeze=False
)
for ax in axes.flat[len(genres) :]:
    ax.set_axis_off()
for ax, genre in zip(axes.flat, genres, strict=False):
    ax.scatter(*points.T, s=2, color="#bbbbbb", linewidth=0)
    ax.scatter(*points[y == genre].T, s=8, color=colors[genre], linewidth=0)
    mean = points[y == genre].mean(axis=0)
    for size, width, color in ((90, 4.5, "white"), (70, 1.8, "black")):  # white edge of the cross
        ax.scatter(*mean, s=size, lw=width, color=color, marker="+")
    ax.set_title(plain[genre], fontsize=12)
fig.supxlabel(axis_labels[0], fontsize=12)
fig.supylabel(axis_labels[1], fontsize=12)
show(
    fig,
    alt="One panel per genre: the tracks of this genre in the plane of the first two principal components, in front "
    "of all other tracks in gray, with a cross at their mean.",
    caption="Each genre in the plane of the first two components. The cross marks its mean.",
)
centers = pd.DataFrame(points, index=y.to_numpy()).groupby(level=0).mean()
results.fact(
    genre_centers={
        genre: list(center) for genre, center in zip(centers.index, centers.to_numpy(), strict=True)
    }
)

# %% [markdown]
# Classical, metal and pop occupy three corners of the cloud. The other genres overlap in the
# middle. Blues forms two groups (exercise 1 finds out which).
#
# ## What the axes mean: weights of the features
#
# Each axis is a weighted sum of the columns. The columns belong to the feature groups of notebook
# 1: timbre (MFCC), brightness (centroid, bandwidth, rolloff, zero crossings), harmony, percussion,
# loudness and rhythm. The squared weights of an axis add up to 1. Which share does each group have?

# %%
weights = pd.DataFrame(pca.components_.T, index=X.columns, columns=["component 1", "component 2"])
group_of = {column: group for group, names in FEATURE_GROUPS.items() for column in names}
group_of["length"] = "length"
group_shares = (weights**2).groupby(group_of).sum()
top_weights = {axis: weights[axis].loc[weights[axis].abs().nlargest(5).index] for axis in weights}
results.fact(
    axis_groups=group_shares.to_dict(),
    axis_top_weights={axis: top.to_dict() for axis, top in top_weights.items()},
)
group_shares = group_shares.sort_values("component 1", ascending=False)
print(group_shares.map("{:.0%}".format).rename_axis(index=None).to_string())

# %% tags=["hide-input"]
import seaborn as sns

group_colors = dict(zip([*FEATURE_GROUPS, "length"], sns.color_palette("colorblind"), strict=False))
fig, axes = plt.subplots(2, figsize=(6, 6.4), sharex=True)
for ax, axis in zip(axes, weights, strict=True):
    largest = weights[axis].loc[weights[axis].abs().nlargest(8).index[::-1]]
    ax.barh(
        largest.index, largest, color=[group_colors[group_of[column]] for column in largest.index]
    )
    ax.axvline(0, color="#555555", linewidth=1)
    ax.set_title(axis)
axes[1].set_xlabel("weight")
shown = {group_of[column] for axis in weights for column in weights[axis].abs().nlargest(8).index}
handles = [
    plt.Rectangle((0, 0), 1, 1, color=color)
    for group, color in group_colors.items()
    if group in shown
]
fig.legend(
    handles,
    [group for group in group_colors if group in shown],
    loc="outside lower center",
    ncols=3,
)
show(
    fig,
    alt="Two bar charts with the eight largest weights of component 1 and of component 2, colored by feature group.",
    caption="The eight largest weights of each component, colored by feature group.",
)

# %% [markdown]
# Component 2 has a simple name: its three largest weights all measure *brightness*. Component 1 is
# mostly timbre, and it contrasts odd and even MFCC. What does that mean? MFCC are a cosine
# transform of the mel spectrum in decibels (notebook 1), so the inverse transform returns a
# smoothed mel spectrum. We correlate its 128 bands with component 1.

# %%
from scipy.fft import idct

mfcc = X.filter(regex=r"^mfcc\d+_mean$")
mel_spectrum = idct(np.pad(mfcc, ((0, 0), (0, 128 - mfcc.shape[1]))), axis=1, norm="ortho")
correlation = pd.DataFrame(mel_spectrum).corrwith(pd.Series(points[:, 0]))
results.fact(component_1_highest_band=correlation.iloc[-1])
print(f"highest band {correlation.iloc[-1]:.2f}, bands 1 to 100: "
      f"{correlation[:100].min():.2f} to {correlation[:100].max():.2f}")  # fmt: skip

# %% [markdown]
# Component 1 follows the level at the upper end of the spectrum, near 11 kHz. Recording and
# encoding can change this range as well as the music can. PCA finds what varies most, not what we
# are looking for.
#
# A *biplot* draws tracks as points and columns as arrows. An arrow points to where the values of
# its column grow, and its length shows how large its weights are.

# %% tags=["hide-input"]
markers = genre_markers(genres)
arrows = weights.loc[
    list(dict.fromkeys(c for axis in weights for c in weights[axis].abs().nlargest(3).index))
]
arrows = arrows * 0.9 * np.abs(points).max() / np.linalg.norm(arrows, axis=1).max()
fig, ax = plt.subplots(figsize=(6.2, 7.2))
ax.scatter(*points.T, s=5, color="#999999", linewidth=0)
for genre in genres:
    size = 260 if markers[genre] == "*" else 120  # a star of the same size is smaller
    ax.scatter(*centers.loc[genre], s=size, color=colors[genre], marker=markers[genre], edgecolor="white",
               zorder=3, label=plain[genre])  # fmt: skip
angle = np.arctan2(arrows["component 2"], arrows["component 1"].abs()).sort_values()
lowest = {True: -np.inf, False: -np.inf}  # labels of one side are stacked, so that none overlap
for column, (x, height) in arrows.loc[angle.index].iterrows():
    right = bool(x >= 0)
    lowest[right] = max(height, lowest[right] + 0.08 * np.abs(points).max())
    ax.annotate("", (x, height), (0, 0), arrowprops={"arrowstyle": "-|>", "color": "#882255"})
    ax.text(
        x,
        lowest[right],
        f" {column} ",
        ha="left" if right else "right",
        va="center",
        fontsize=11,
        color="#882255",
    )
ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1])
ax.margins(x=0.25, y=0.1)
fig.legend(loc="outside lower center", ncols=3, fontsize=11)
show(
    fig,
    alt="Biplot: all tracks as gray points, the mean of each genre as a colored mark, and arrows from the origin for the "
    "columns " + ", ".join(arrows.index) + ".",
    caption="Biplot of the first two components: tracks (gray), means of the genres (marks) and the columns with the largest "
    "weights (arrows).",
)

# %% [markdown]
# The arrows of rolloff, bandwidth and centroid almost coincide: the three columns measure nearly
# the same. They point away from classical, which has the darkest sound. Metal and pop are both
# bright, and differ in component 1.
#
# ## How well does the plane separate the genres?
#
# In a plane we can show what kNN predicts at every position. We compare one neighbor with 25.

# %% tags=["hide-input"]
from matplotlib.colors import ListedColormap, to_rgb
from scipy.ndimage import distance_transform_edt

light = ListedColormap([0.45 + 0.55 * np.array(to_rgb(colors[genre])) for genre in genres])
low, high = np.quantile(points, [0.005, 0.995], axis=0)
grid_x, grid_y = np.meshgrid(*np.linspace(low, high, 150).T)
fig, axes = plt.subplots(2, figsize=(6, 9), sharex=True)
for ax, neighbors in zip(axes, [1, min(25, len(X) // 2)], strict=True):
    plane_knn = KNeighborsClassifier(n_neighbors=neighbors).fit(points, y)
    region = plane_knn.predict(np.column_stack([grid_x.ravel(), grid_y.ravel()]))
    region = np.searchsorted(genres, region).reshape(grid_x.shape)
    ax.pcolormesh(
        grid_x, grid_y, region, cmap=light, vmin=-0.5, vmax=len(genres) - 0.5, rasterized=True
    )
    ax.scatter(*points.T, s=3, color="#222222", linewidth=0)
    for number, genre in enumerate(genres):  # a label where the region is thickest, if it has room
        depth = distance_transform_edt(np.pad(region == number, 1))[1:-1, 1:-1]
        if depth.max() > 6:
            place = np.unravel_index(depth.argmax(), depth.shape)
            box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1}
            ax.text(grid_x[place], grid_y[place], plain[genre], ha="center", va="center", bbox=box)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.set(ylabel=axis_labels[1], title=f"k = {neighbors}")
    ax.grid(visible=False)
axes[1].set_xlabel(axis_labels[0])
handles = [plt.Rectangle((0, 0), 1, 1, color=color) for color in light.colors]
fig.legend(
    handles, [plain[genre] for genre in genres], loc="outside lower center", ncols=4, fontsize=11
)
show(
    fig,
    alt="Two maps of the plane of the first two components, colored by the genre that k-nearest neighbors predicts: many "
    "small islands with one neighbor, fewer and larger regions with more neighbors.",
    caption="The genre that k-nearest neighbors predicts at each position of the plane. Dots are tracks. Regions without a label have the color of their genre below.",
)

# %% [markdown]
# With one neighbor, each track is surrounded by an island of its own genre. 25 neighbors give
# larger regions, which depend less on single tracks.
#
# How much does the plane lose? For each track we look up the nearest other track, in the plane and
# in all scaled columns. How often does it have the same genre? Copies of a song and songs by the
# same artist make this easy, so we repeat the count without them. As a control, we exclude random
# groups: the artists' names shuffled within each genre.

# %%
from sklearn.neighbors import NearestNeighbors

tracks = dataset.tracks.loc[X.index]


def nearest_same_genre(positions, groups):
    """Share of tracks whose nearest track from another group has the same genre."""
    search = NearestNeighbors(n_neighbors=min(100, len(X) - 1)).fit(positions)
    neighbors = search.kneighbors(return_distance=False)  # without the track itself
    group, genre = np.asarray(groups), y.to_numpy()
    allowed = group[neighbors] != group[:, None]
    nearest = neighbors[np.arange(len(X)), allowed.argmax(axis=1)]
    found = allowed.any(axis=1)
    return np.mean(genre[nearest[found]] == genre[found]) if found.any() else np.nan


# %%
groups = {
    "all other tracks": tracks.index,
    "other songs": tracks["song"],
    "other artists": tracks["artist_group"].fillna(tracks["song"]),
}
if tracks["artist_group"].isna().all():
    del groups["other artists"]
else:
    groups["other random groups"] = (
        groups["other artists"]
        .groupby(y)
        .transform(lambda names: names.sample(frac=1, random_state=seed).to_numpy())
    )
spaces = {"plane": points, "all columns": scaled}
same_genre = pd.DataFrame(
    {
        name: [nearest_same_genre(space, group) for space in spaces.values()]
        for name, group in groups.items()
    },
    index=list(spaces),
)
results.fact(nearest_same_genre=same_genre.T.to_dict())
print(f"by chance: {(y.value_counts(normalize=True) ** 2).sum():.0%}")
same_genre.style.format("{:.1%}", na_rep="–")

# %% [markdown]
# In all columns, the nearest track has the same genre much more often than in the plane. Without the
# same artist, the share in all columns falls by more than 20 percentage points. Excluding an artist
# also leaves fewer tracks of the genre, but the random groups, which exclude as many, lose only a
# little. Much of what looks like similarity of genre is similarity of artist, the subject of
# notebook 3.

# %% tags=["hide-input"]
results.fact(
    finding=f"Two principal components contain {ratio.sum():.1%} of the variance of the min-max scaled features, "
    f"{needed['min-max']['90%']} contain 90%."
)
_ = results.write(output)

# %% [markdown]
# ## What to remember
#
# - Without scaling, the columns with the largest numbers decide the distance. kNN, support vector
# machines, neural networks and PCA need scaled features; trees do not.
# - A scaler is part of the model: fit it on the training set only, in a pipeline.
# - Principal components are the eigenvectors of the covariance matrix, and the eigenvalues are
# their variances.
# - Two components contain 46% of the variance, 21 contain 90%. The plane is a picture, not a
# replacement for the table.
# - Neighbors by the same artist make genres look easier than they are.
#
# ## Exercises
#
# **1.** Blues forms two groups in the plane. Compute the mean position of each blues artist. What
# do the groups have in common?
#
# <details><summary>Solution</summary>
#
# ```python
# positions = tracks[["artist"]].assign(x=points[:, 0], y=points[:, 1])
# print(positions[y == "blues"].groupby("artist").mean().round(2).sort_values("x"))
# ```
#
# ```text
#                                x     y
# artist
# Clifton Chenier            -0.72  0.11
# Buckwheat Zydeco           -0.61  0.35
# Stevie Ray Vaughan         -0.58  0.04
# Albert Collins             -0.44 -0.08
# Magic Slim & The Teardrops -0.40  0.08
# John Lee Hooker             0.01 -0.41
# Hot Toddy                   0.12 -0.54
# Kelly Joe Phelps            0.13 -0.63
# Robert Johnson              0.13 -0.61
# ```
#
# The groups are artists. Robert Johnson and Kelly Joe Phelps, in the darker group, mostly sing to a
# single guitar. Clifton Chenier and Buckwheat Zydeco play with a full band. With nine artists in a
# genre, a model can learn the artists instead of the blues.
#
# </details>
#
# **2.** For how many tracks does the nearest track by another artist have the same genre with 1, 2,
# 5, 10 and 20 components?
#
# <details><summary>Solution</summary>
#
# ```python
# for n in (1, 2, 5, 10, 20):
#     if n <= min(X.shape):
#         share = nearest_same_genre(
#             PCA(n).fit_transform(scaled), groups.get("other artists", groups["other songs"])
#         )
#         print(f"{n} components: {share:.1%}")
# ```
#
# ```text
# 1 components: 17.5%
# 2 components: 27.8%
# 5 components: 36.6%
# 10 components: 42.0%
# 20 components: 46.9%
# ```
#
# Each step adds information about the genre; 20 components are nearly as good as all columns.
#
# </details>
#
# **3.** Replace the features by 2,000 columns of random numbers, select the 100 columns that differ
# most between the genres, and evaluate a naive Bayes classifier: once with the selection before the
# split, once in a pipeline.
#
# <details><summary>Solution</summary>
#
# ```python
# from sklearn.feature_selection import SelectKBest
# from sklearn.naive_bayes import GaussianNB
#
# noise = np.random.default_rng(seed).normal(size=(len(y), 2000))
# selected = SelectKBest(k=100).fit_transform(noise, y)
# before = cross_val_score(GaussianNB(), selected, y, cv=cv).mean()
# inside = cross_val_score(make_pipeline(SelectKBest(k=100), GaussianNB()), noise, y, cv=cv).mean()
# print(f"selected before the split: {before:.1%}, in a pipeline: {inside:.1%}")
# ```
#
# ```text
# selected before the split: 22.2%, in a pipeline: 11.3%
# ```
#
# Random numbers cannot predict a genre, so the true accuracy is 10%, and the pipeline comes close.
# The selection before the split used the labels of the test sets, and the apparent accuracy is
# twice as high.
#
# </details>
#
# ## Questions
#
# **Why does PCA without scaling find one component with more than 90% of the variance?**
#
# <details><summary>Answer</summary>
#
# Without scaling, nearly all of the variance lies in `rolloff_var`. The first component is this
# column, and the ratio describes a unit of measurement instead of music.
#
# </details>
#
# **Two components contain 46% of the variance. Do they also contain 46% of the information about
# the genre?**
#
# <details><summary>Answer</summary>
#
# No. PCA does not use the labels: a direction with a large variance can be useless for the genre,
# and one with a small variance can be decisive.
#
# </details>
#
# **Where to go on.** Notebook 3 trains four models on this table and groups the tracks by artist.
# Jolliffe and Cadima ([2016](https://doi.org/10.1098/rsta.2015.0202)) review PCA. scikit-learn's
# user guide describes [common pitfalls](https://scikit-learn.org/stable/common_pitfalls.html), data
# leakage among them.
