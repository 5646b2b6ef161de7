# %% [markdown]
# # 4. Does a network hear more? Amplitude, spectrograms, pictures
#
# The student summary that this project starts from trains a convolutional network (CNN) on MFCCs and
# concludes that spectrograms beat raw amplitude and that the CNN "performed the best". It does not
# say under which split. We rebuild its network to the last parameter, compare inputs as it does, and
# measure all of it under protocols that do and do not leak. Then we try to do better, honestly, and
# ask the result about a song of your own.

# %% tags=["parameters"]
data = ""  # folder of the collection; "" searches GTZAN_HOME, then data/gtzan, then makes a demo
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # not used here: there is nothing to hear
output = ""  # folder for the results file; "" writes none
clip = ""  # an audio file of your own; "" takes one from the collection

# %%
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from IPython.display import Markdown, display
from sklearn.base import clone

from genre_utils import evaluation, models, plots
from genre_utils.data import PROTOCOLS, DatasetError, load_features, make_protocols, open_dataset
from genre_utils.evaluation import MODEL_NAMES, EnoughSaid, Results
from genre_utils.models import Augmentation, NetworkClassifier
from genre_utils.plots import say

plots.set_style()
quick = profile == "quick"
dataset = open_dataset(data)
tracks = dataset.tracks
results = Results("04_cnn", dataset, profile, seed)
results.fact(title="Does a network hear more? Amplitude, spectrograms, pictures")

# %% [markdown]
# ## The published network, layer by layer
#
# The summary prints its network as a table: four blocks of *convolution* (small filters that slide
# over time and frequency), *pooling* (keep the largest of neighbours) and *batch normalisation*, then
# two dense layers. This is ours. Its shapes and counts must be the same.

# %%
published = models.published_cnn()
published.summary(line_length=88, print_fn=print)

# %%
counts = {
    "parameters": published.count_params(),
    "not trainable": sum(int(np.prod(w.shape)) for w in published.non_trainable_weights),
}
results.fact(published_cnn=counts)
display(
    Markdown(
        f"{counts['parameters']:,} parameters, {counts['not trainable']} of them not trainable: the "
        "means and variances of batch normalisation."
    )
)

# %%
plots.show(
    plots.network_diagram(published, "The published network: each box is what a layer gives"),
    "Diagram of the published network, from the input to the genres: "
    + "; ".join(
        f"{kind} {' by '.join(map(str, shape))}" for kind, shape, _ in plots.layer_shapes(published)
    )
    + ".",
)

# %% [markdown]
# From left to right, what is left of the time gets shorter (the height of a box), and of each moment
# more is known (its depth). The number below the shape counts the parameters of the layer.

# %% [markdown]
# ## Four kinds of network, three inputs
#
# Every track is cut into pieces of 3 seconds, as in notebook 3. A piece can be given as
#
# - **raw**: 66,150 numbers, the amplitude as recorded;
# - **mel**: 130 frames of 128 mel bands, the logarithm of the energy in each;
# - **mfcc**: 130 frames of 13 coefficients, a summary of those bands.

# %%
inputs, faults = {}, ""
try:
    for kind in ("mfcc", "mel", "raw"):
        inputs[kind] = load_features(dataset, kind)
except DatasetError as error:
    inputs, faults = {}, str(error)
piece_protocols, reasons = {}, {}
if inputs:
    folds = 2 if quick else 3
    piece_protocols, reasons = make_protocols(
        tracks, inputs["mfcc"].values.index, n_splits=folds, seed=seed
    )
    piece_protocols = {
        p: piece_protocols[p] for p in ("random", "track", "artist") if p in piece_protocols
    }
display(
    Markdown(
        "\n".join(
            [f"- `{k}`: {f.source}" for k, f in inputs.items()]
            + [f"- `{p}`: {PROTOCOLS[p]}" for p in piece_protocols]
            + [f"- Not possible: `{p}`, because {why}." for p, why in reasons.items()]
            + ([f"- No pieces: {faults}"] if faults else [])
        )
    )
)

# %% [markdown]
# All of them are trained in the same way, and equally long: standardised inputs, AdamW with a
# learning rate that falls to 0, the same number of *updates* (steps of 32 pieces), and a *validation
# side* that is not trained on, which says which weights to keep. Under `random` it is cut by piece,
# as the protocol is; under `track` it has songs of its own, under `artist` artists of its own.

# %%
UPDATES = 30 if quick else 800
learners = {
    ("waveform", "raw"): models.waveform_network,
    ("cnn", "mel"): partial(models.spectrogram_network, widths=(16, 32, 48, 64), columns=2),
    ("published_cnn", "mfcc"): models.published_cnn,
    ("feed_forward", "mfcc"): models.dense_network,
}
SEEDS = range(seed, seed + (1 if quick else 3))
calls = {}
for (name, kind), build in learners.items():
    for protocol in piece_protocols.values():
        if quick and protocol.name != "track" and name != "published_cnn":
            continue
        for start in SEEDS if kind == "mfcc" else SEEDS[:1]:
            learner = NetworkClassifier(
                build,
                updates=UPDATES,
                by_song=protocol.name != "random",
                groups=tracks["artist_group"] if protocol.name == "artist" else None,
                random_state=start,
            )
            calls[name, kind, protocol.name, start] = partial(
                evaluation.cross_predict,
                learner,
                inputs[kind].values,
                inputs[kind].genre,
                protocol,
                n_jobs=1,
            )
trained = evaluation.side_by_side(calls, progress="networks on pieces")
runs = {}
for (*key, _), prediction in trained.items():
    runs.setdefault(tuple(key), []).append(prediction)
found = {key: of_seeds[0] for key, of_seeds in runs.items()}

# %%
if found:
    rows = {
        f"{MODEL_NAMES[name]}, {kind}, {p}": {
            "one piece": evaluation.metrics(prediction)["accuracy"],
            "song, by vote": evaluation.metrics(evaluation.to_tracks(prediction, "vote"))[
                "accuracy"
            ],
            "song, by mean": evaluation.metrics(evaluation.to_tracks(prediction))["accuracy"],
            "seconds a fold": prediction.fit_seconds / prediction.table["fold"].nunique(),
        }
        for (name, kind, p), prediction in found.items()
    }
    display(pd.DataFrame(rows).T.rename_axis("network, input, protocol").round(3))

# %%
accuracy = {
    (MODEL_NAMES[n], k, p): evaluation.score(of_seeds, n, k, seed=seed)
    for (n, k, p), of_seeds in runs.items()
}
results.fact(
    accuracy_by_input={f"{n}, {k}, {p}": s.accuracy for (n, k, p), s in accuracy.items()},
    updates=UPDATES,
)
if accuracy:
    told = {
        key: f"{s.accuracy:.1%}" + (f" ± {100 * s.sd:.1f}" if s.sd is not None else " (one seed)")
        for key, s in accuracy.items()
    }
    by_protocol = pd.Series(told).unstack(sort=False).rename_axis(["network", "input"])
    display(by_protocol[list(piece_protocols)].fillna(""))

# %% [markdown]
# A network from another seed comes out a little differently, and so does the same seed on another
# machine, where numbers are rounded in another order: as much as the deviation (±) says.
#
# The summary concludes that "the CNN performed the best" and that spectrograms beat amplitude. Does
# that stand, and under which protocol?

# %%
if {"random", "track"} <= set(piece_protocols):
    leaked, honest = (
        accuracy[MODEL_NAMES["published_cnn"], "mfcc", p].accuracy for p in ("random", "track")
    )
    results.fact(published_cnn_random=leaked, published_cnn_track=honest)
    say(
        f"The published CNN gets {leaked:.1%} of the pieces right when pieces are split at random, "
        f"and **{honest:.1%}** when songs stay together: the same network, the same pieces, "
        f"{'one seed' if len(SEEDS) == 1 else f'the mean of {len(SEEDS)} seeds'}."
    )
    say(evaluation.tell_rivals(runs, ("cnn", "mel"), ("waveform", "raw"), seed=seed))
    say(
        evaluation.tell_rivals(runs, ("published_cnn", "mfcc"), ("feed_forward", "mfcc"), seed=seed)
    )
    former = results.former_scores("03_classical_models", output)
    on_pieces = [s for s in former if s.level == "segment"]
    say(evaluation.tell_best(on_pieces, list(accuracy.values())))

# %% [markdown]
# *Learning curves* show the same while it happens: what a network knows of the pieces that it is
# trained on, and what of that carries over to the validation side, at random and with songs apart.

# %%
curves = {
    f"{MODEL_NAMES[n]}, {p}": found[n, k, p].curves[0]
    for n, k in (("published_cnn", "mfcc"), ("cnn", "mel"))
    for p in ("random", "track")
    if (n, k, p) in found
}
if curves:
    ends = {name: curve.iloc[-1] for name, curve in curves.items()}
    plots.show(
        plots.training_curves(curves, "What is learnt by heart, and what carries over"),
        "Learning curves, at the end: "
        + "; ".join(
            f"{n} training {e['accuracy']:.0%}, validation {e['val_accuracy']:.0%}"
            for n, e in ends.items()
        )
        + ".",
    )

# %%
if ("published_cnn", "mfcc", "track") in found:
    matrix = evaluation.confusions(evaluation.to_tracks(found["published_cnn", "mfcc", "track"]))
    hits = int(np.diag(matrix).sum())
    plots.show(
        plots.confusion(
            matrix, f"Published CNN, songs apart: {hits} of {matrix.to_numpy().sum()} songs right"
        ),
        f"Confusion matrix of the published CNN by song: {hits} of {matrix.to_numpy().sum()} right.",
    )

# %% [markdown]
# ## Whole tracks, from pictures
#
# GTZAN comes with a picture of each track's spectrogram, also where the audio is missing. A picture
# is data that somebody plotted: we crop the margin, turn colours back into values, and put the rows
# together into 64 bands that are spaced as hearing is (the mel scale). For tracks without a picture,
# the same is computed from their audio. What is left?

# %%
drawn, why_not = None, ""
try:
    drawn = load_features(dataset, "picture")
except DatasetError as error:
    why_not = str(error)
if drawn is not None:
    picture_protocols, picture_reasons = make_protocols(
        tracks, drawn.values.index, n_splits=2, seed=seed
    )
    picture_protocols.pop("track", None)
    why_not = next(iter(picture_reasons.values()), "") if not picture_protocols else ""
if why_not:
    finding = f"There are no pictures or tracks enough to learn from: {why_not}"
    for (name, kind, _), of_seeds in runs.items():
        results.scores.append(evaluation.score(of_seeds, name, kind, seed=seed))
    results.fact(finding=finding)
    results.write(output)
    raise EnoughSaid(f"**This page ends here.** {finding}")
with_picture = tracks["picture"].reindex(drawn.tracks).dropna()
if len(with_picture):
    example = with_picture.index[0]
    frames = drawn.values.loc[example, "frames"]
    plots.show(
        plots.decoded_picture(with_picture.iloc[0], frames, f"The published picture of {example}"),
        f"Left the published picture of {example}, right what is decoded from it: {len(frames)} "
        "columns, 64 bands, the same ridges in the same places.",
    )
display(
    Markdown(
        f"{drawn.source} Protocols: {', '.join(f'`{p}`' for p in picture_protocols)}."
        + "".join(f" Not possible: `{p}`, because {w}." for p, w in picture_reasons.items())
    )
)

# %% [markdown]
# ## A network that hears styles, not recordings
#
# Our network is small: five blocks of 3 x 3 convolutions, averaged over time and frequency. With a
# few hundred songs, the difficulty is not to fit them but not to learn them by heart. Four ways to
# change what is seen in training:
#
# - **Crops**: every time another 8 seconds of the song.
# - **SpecAugment**: spans of time and of frequency are blanked
#   ([Park et al. 2019](https://arxiv.org/abs/1904.08779)).
# - **Mixup**: two songs are blended, and their labels as well
#   ([Zhang et al. 2018](https://arxiv.org/abs/1710.09412)).
# - **MixStyle**: each band's mean and deviation over time are moved towards those of another song,
#   and the label stays ([Zhou et al. 2021](https://arxiv.org/abs/2104.02008)). They tell recording
#   and mastering as much as music. That is what the songs of an album share, and what an
#   artist-filtered test takes away.
#
# We begin with crops, MixStyle and SpecAugment. What each is worth is asked below.

# %%
EPOCHS = {"one": 4 if quick else 16, "average": 6 if quick else 50}
MEMBERS = 1 if quick else 5
style = Augmentation()
network = NetworkClassifier(
    models.spectrogram_network,
    crop=128,
    augmentation=style,
    learning_rate=3e-3,
    random_state=seed,
    epochs=EPOCHS["one"],
)
calls = {}
for protocol in picture_protocols.values():
    needless = quick and protocol.name == "random" and len(picture_protocols) > 1
    if protocol.name != "filtered" and not needless:
        # Where artists are kept apart, they are in stopping too.
        artists = tracks["artist_group"] if protocol.name == "artist" else None
        learner = clone(network).set_params(groups=artists)
        calls["cnn", "picture", protocol.name] = partial(
            evaluation.cross_predict, learner, drawn.values, drawn.genre, protocol, n_jobs=1
        )
found |= evaluation.side_by_side(calls, progress="our CNN on pictures")

# %% [markdown]
# On the published partition we can choose: fit on `train`, look at `valid`, as often as we like. Does
# each of these changes help there? One network each, the same number of epochs. (*Log loss* is the
# mean of minus the logarithm of the probability that the true genre was given: it sees more than
# right or wrong, so small differences show.)

# %%
filtered = picture_protocols.get("filtered")
if filtered:
    variants = {
        "MixStyle and SpecAugment": {"augmentation": style},
        "these and mixup": {"augmentation": Augmentation(mixup=0.3)},
        "SpecAugment alone": {"augmentation": Augmentation(style=0)},
        "MixStyle alone": {"augmentation": Augmentation(masks=0)},
    }
    if quick:
        variants = dict(list(variants.items())[:1])
    calls = {
        name: partial(
            evaluation.fit_on_partition,
            NetworkClassifier(**network.get_params() | settings),
            drawn.values,
            drawn.genre,
            filtered,
        )
        for name, settings in variants.items()
    }
    losses, tried = {}, {}
    for name, (_, sides) in evaluation.side_by_side(calls, progress="variants").items():
        score = evaluation.score(sides["valid"], "cnn", "picture", seed=seed)
        loss = evaluation.log_loss(sides["valid"])
        losses[name] = loss
        tried[f"{name} (log loss {loss:.2f})"] = (score.accuracy, *score.ci95)
    style = variants[min(losses, key=losses.get)]["augmentation"]
    results.fact(valid_log_loss=losses, chosen_augmentation=min(losses, key=losses.get))
    plots.show(
        plots.ablation(tried, "What changes of the training data are worth"),
        "Accuracy on the validation side: "
        + "; ".join(f"{name} {a:.2f} [{b:.2f}, {c:.2f}]" for name, (a, b, c) in tried.items())
        + ".",
    )
    ranking = ", ".join(
        f"{name} {loss:.2f}" for name, loss in sorted(losses.items(), key=lambda x: x[1])
    )
    display(
        Markdown(
            f"Log loss on `valid`: {ranking}. "
            + (f"From here on: **{min(losses, key=losses.get)}**." if len(losses) > 1 else "")
        )
    )

# %% [markdown]
# ## The network that is kept
#
# Training ends somewhere else for every seed, so the probabilities of a few networks are averaged.
# Then they are *calibrated*: their logarithms are divided by one number, the temperature, chosen on
# `valid` ([Guo et al. 2017](https://arxiv.org/abs/1706.04599)). Everything is chosen now; only then is
# the test side asked, once.

# %%
final = NetworkClassifier(
    **network.get_params()
    | {"augmentation": style, "epochs": EPOCHS["average"], "members": MEMBERS, "n_jobs": -1}
)
if filtered:
    final, sides = evaluation.fit_on_partition(final, drawn.values, drawn.genre, filtered)
    found["cnn_average", "picture", "filtered"] = sides["test"]
    runs["cnn", "picture", "filtered"] = evaluation.each_member(final, drawn.values, sides["test"])
    alone = evaluation.score(runs["cnn", "picture", "filtered"], "cnn", "picture", seed=seed)
    final_scores = {
        side: evaluation.score(sides[side], "cnn_average", "picture", seed=seed) for side in sides
    }
    results.fact(
        cnn_valid_accuracy=final_scores["valid"].accuracy,
        cnn_temperature=final.temperature_,
        cnn_members=len(final.networks_),
    )
    text = {
        side: f"{s.accuracy:.1%} [{s.ci95[0]:.1%}, {s.ci95[1]:.1%}], n = {s.n}"
        for side, s in final_scores.items()
    }
    display(
        Markdown(
            f"The mean of {len(final.networks_)} networks: valid {text['valid']}; "
            f"**test {text['test']}**. Each alone: {alone.accuracy:.1%} on average"
            + (f", with a deviation of {100 * alone.sd:.1f} points." if alone.sd else ".")
            + (
                " A CNN from scratch on the audio of the same partition reached 54.1 % "
                "([ISMIR 2021 tutorial](https://music-classification.github.io/tutorial/))."
                if dataset.name == "GTZAN"
                else ""
            )
        )
    )
else:
    final.fit(drawn.values, drawn.genre.to_numpy(str))

# %%
from genre_utils.models import at_temperature, reliability

if filtered:
    test = sides["test"]
    said = test.probability.to_numpy()
    before = at_temperature(said, 1 / final.temperature_)
    diagrams = {
        "before": reliability(before.max(axis=1), test.correct),
        "after": reliability(said.max(axis=1), test.correct),
    }
    results.fact(calibration_error={name: error for name, (_, error) in diagrams.items()})
    plots.show(
        plots.reliability_diagram(
            {
                f"{name} (temperature {t:.2f})": diagrams[name]
                for name, t in (("before", 1.0), ("after", final.temperature_))
            }
        ),
        "Reliability on the test side: expected calibration error "
        + ", ".join(f"{name} {error:.3f}" for name, (_, error) in diagrams.items())
        + ".",
    )

# %% [markdown]
# ## The same network on sound
#
# A picture is what somebody plotted of a recording. The recordings themselves hold more: 130 frames of
# 3 s instead of 50 columns. Here the same network, trained in the same way, sees the mel spectrogram of
# whole recordings (the pieces put together, 64 bands). It is tried with three seeds, and `valid` says
# which of the two is the better one, on the tracks that have both.

# %%
heard_whole = None
if filtered and inputs:
    whole = models.join_pieces(inputs["mel"].values)
    whole_genre = tracks["genre"].reindex(whole.index)
    whole_protocol = make_protocols(tracks, whole.index, seed=seed)[0].get("filtered")
    if whole_protocol:
        listening = NetworkClassifier(
            **final.get_params()
            | {"crop": 256, "epochs": 4 if quick else 60, "members": len(SEEDS)}
        )
        listening, heard_whole = evaluation.fit_on_partition(
            listening, whole, whole_genre, whole_protocol
        )
if heard_whole:
    runs["cnn", "mel, whole", "filtered"] = evaluation.each_member(
        listening, whole, heard_whole["test"]
    )
    found["cnn_average", "mel, whole", "filtered"] = heard_whole["test"]
    both = {
        "our CNN on mel": heard_whole,
        "our CNN on pictures": evaluation.on_tracks(sides, whole.index),
    }
    ranked = evaluation.rank_on_valid(both)
    one_network = evaluation.score(runs["cnn", "mel, whole", "filtered"], "cnn", "mel", seed=seed)
    results.fact(
        mel_whole_accuracy=one_network.accuracy,
        mel_whole_sd=one_network.sd,
        better_on_valid=ranked.index[0],
    )
    display(ranked.round(3))
    say(
        f"On `valid`, {ranked.index[0]} is better. Test, on the {len(heard_whole['test'].table)} "
        "tracks that have a recording: "
        + "; ".join(
            f"{name} {evaluation.tell_score(evaluation.score(s['test'], 'cnn', name, seed=seed))}"
            for name, s in both.items()
        )
        + f". One network on mel, the mean of {one_network.runs}: **{one_network.accuracy:.1%}**"
        + (f" with a deviation of {100 * one_network.sd:.1f} points." if one_network.sd else ".")
    )

else:
    say(
        "The recordings that are here are too few for that: the partition needs tracks of each genre."
    )

# %% [markdown]
# Nothing more is trained here. The processes that did so hold gigabytes, and are let go.

# %%
from joblib.externals.loky import get_reusable_executor

get_reusable_executor().shutdown()

# %% [markdown]
# What its first layer looks for, 3 frames by 3 bands at a time: red is added, blue taken away. Filters
# that differ from left to right answer to beginnings and ends, those that differ from below to above to
# edges between bands.

# %%
if heard_whole:
    first = listening.networks_[0].get_layer("conv_0").get_weights()[0]
    change = {"time": np.abs(np.diff(first, axis=0)).mean((0, 1, 2)),
              "frequency": np.abs(np.diff(first, axis=1)).mean((0, 1, 2))}  # fmt: skip
    in_time = int((change["time"] > change["frequency"]).sum())
    told = f"{in_time} of {first.shape[-1]} filters differ more in time than in frequency"
    plots.show(
        plots.first_filters(first, f"The first layer: {told}"), f"Filters as small maps. {told}."
    )

# %% [markdown]
# ## Where it looks
#
# *Grad-CAM* ([Selvaraju et al. 2017](https://arxiv.org/abs/1610.02391)) lights the parts of a
# spectrogram that speak for the named genre. Two tracks that were not trained on: the one it was
# rightly most sure of, and the one it was wrongly most sure of.

# %%
if filtered:
    sure = test.probability.max(axis=1)
    shown = []
    for right in (True, False):
        some = sure[test.correct == right]
        if len(some):
            track = some.idxmax()
            row = test.table.loc[track]
            heat = final.heat(drawn.values.loc[[track]], row["predicted"])[0]
            verdict = "right" if right else f"wrong, it is {row['true']}"
            title = f"{track}: {row['predicted']}, {some.max():.0%} ({verdict})"
            shown.append((title, drawn.values.loc[track, "frames"], heat))
    from genre_utils.audio import COLUMNS_PER_SECOND

    strongest = {}
    for title, _, heat in shown:
        second = heat.mean(axis=1).argmax() / COLUMNS_PER_SECOND
        upper = heat[:, 32:].mean() / max(heat.mean() * 2, 1e-9)
        strongest[title] = f"most around second {second:.0f}, {upper:.0%} of it in the upper bands"
    plots.show(
        plots.attention(shown),
        "; ".join(f"{title}: {where}" for title, where in strongest.items()) + ".",
        cover=True,
    )
    display(
        Markdown(
            "\n".join(f"- {title}. It looks {where}." for title, where in strongest.items())
            + "\n\nThe last layer sees the spectrogram as a coarse grid (2 rows, a column every 2 "
            "seconds), so this tells when, and roughly how high, not which note."
        )
    )

# %% [markdown]
# ## Put together: network and features
#
# The network sees shapes in time and frequency; the 57 features know tempo, harmony and fine timbre.
# Do they err differently? Then the weighted mean of their probabilities (*late fusion*) is better than
# either. Which classical model, and which weight: the accuracy on `valid` decides, and among equals
# the log loss. (By log loss alone the network would be favoured: it was stopped and calibrated there.)

# %%
fusions, why_no_fusion = pd.DataFrame(), ""
if filtered:
    try:
        table = load_features(dataset, "features_30_sec")
        song_protocol = make_protocols(tracks, table.values.index, seed=seed)[0].get("filtered")
    except DatasetError as error:
        song_protocol, why_no_fusion = None, str(error)
    if song_protocol:
        trained = tracks["partition"].reindex(table.tracks) == "train"
        sizes = trained.groupby(table.genre.to_numpy()).sum()
        if sizes.min() < 3:
            song_protocol = None
            why_no_fusion = f"{sizes.idxmin()} has only {sizes.min()} training tracks"
    outcomes, classical = [], {}
    if song_protocol:
        candidates = models.probabilistic_models(tracks, seed, trees=100 if quick else 400)
        for name, model in candidates.items():
            _, classical[name] = evaluation.fit_on_partition(
                model, table.X, table.genre, song_protocol
            )
            for weight in np.arange(0, 1.01, 0.1):
                both = evaluation.fuse(sides["valid"], classical[name]["valid"], weight)
                outcomes.append(
                    {
                        "model": name,
                        "weight of the network": round(weight, 1),
                        "accuracy on valid": evaluation.metrics(both)["accuracy"],
                        "log loss on valid": evaluation.log_loss(both),
                    }
                )
    fusions = pd.DataFrame(outcomes)
if len(fusions):
    fusions = fusions.sort_values(
        ["accuracy on valid", "log loss on valid"], ascending=[False, True], kind="stable"
    )
    chosen = fusions.iloc[0]
    alone = classical[chosen["model"]]["test"]
    fused = evaluation.fuse(sides["test"], alone, chosen["weight of the network"])
    found["fusion", "picture and features_30_sec", "filtered"] = fused
    fused_score = evaluation.score(fused, "fusion", "picture and features_30_sec", seed=seed)
    shared = evaluation.fuse(sides["test"], alone, 1.0)
    against = evaluation.paired_test(fused, shared, seed=seed)
    each_fused = evaluation.score(
        [
            evaluation.fuse(one, alone, chosen["weight of the network"])
            for one in runs["cnn", "picture", "filtered"]
        ],
        "fusion",
        "picture and features_30_sec",
        seed=seed,
    )
    results.fact(
        fusion_of_each_network=each_fused.accuracy,
        fusion_of_each_network_sd=each_fused.sd,
        fusion_model=chosen["model"],
        fusion_weight=chosen["weight of the network"],
        fusion_valid_accuracy=chosen["accuracy on valid"],
        classical_test_accuracy=evaluation.metrics(alone)["accuracy"],
        fusion_against_network=against,
    )
    best_of_each = fusions.drop_duplicates("model").set_index("model")
    display(best_of_each.rename(index=MODEL_NAMES).round(3))
    display(
        Markdown(
            f"Chosen: {MODEL_NAMES[chosen['model']]}, with {chosen['weight of the network']:.0%} of the "
            f"weight on the network. Test: network {evaluation.metrics(shared)['accuracy']:.1%}, "
            f"features {evaluation.metrics(alone)['accuracy']:.1%}, together "
            f"**{fused_score.accuracy:.1%}** [{fused_score.ci95[0]:.1%}, {fused_score.ci95[1]:.1%}], "
            f"n = {fused_score.n}"
            + (
                f" (each network fused alone: {each_fused.accuracy:.1%} on average, with a deviation "
                f"of {100 * each_fused.sd:.1f} points)"
                if each_fused.sd is not None
                else ""
            )
            + f". Compared with the network alone, {against['only_one']} tracks are "
            f"right only together and {against['only_other']} only without the features: "
            f"{100 * against['difference']:+.1f} points [{100 * against['low']:+.1f}, "
            f"{100 * against['high']:+.1f}] (permutation test over artists: p = {against['p']:.2g})."
        )
    )
elif why_no_fusion:
    display(Markdown(f"Not possible here: {why_no_fusion}."))

# %%
best_key = next(
    key
    for key in (
        ("fusion", "picture and features_30_sec", "filtered"),
        ("cnn_average", "picture", "filtered"),
        *[("cnn", "picture", p) for p in ("artist", "random")],
    )
    if key in found
)
if best_key[2] == "filtered":  # chosen on valid
    results.fact(chosen=dict(zip(("model", "input", "protocol"), best_key, strict=True)))
matrix = evaluation.confusions(found[best_key])
recall = evaluation.recall_by_genre(found[best_key]).sort_values()
plots.show(
    plots.confusion(
        matrix, f"{MODEL_NAMES[best_key[0]]}: {recall.index[-1]} is clear, {recall.index[0]} is not"
    ),
    "Confusion matrix. Recall: " + ", ".join(f"{g} {r:.0%}" for g, r in recall.items()) + ".",
)
results.fact(recall_by_genre=recall.to_dict())

# %% [markdown]
# ## Keep it
#
# Nobody should train again to ask a question. The network is kept with all it needs (classes,
# scaling, what it was trained on, its scores, checksums) in formats that cannot hold code, and
# `genre predict song.mp3` finds it.

# %%
from genre_utils.models import (
    ModelError,
    fit_temperatures,
    keep_temperatures,
    load_model,
    save_model,
)

kept_scores = [
    evaluation.score(prediction, name, kind, seed=seed)
    for (name, kind, p), prediction in found.items()
    if kind == "picture" and (name == "cnn_average" or not filtered)
]
model = None
try:
    folder = save_model(final, results, kept_scores)
    model = load_model(folder.name)
    if filtered:  # clips are often shorter than tracks, and of less sound less is sure
        valid = drawn.values[(tracks["partition"].reindex(drawn.tracks) == "valid").to_numpy()]
        codes = np.searchsorted(model.classes, tracks.loc[valid.index, "genre"])
        temperatures = fit_temperatures(
            model.probability, np.stack(valid["frames"]), codes, model.crop
        )
        model = keep_temperatures(model, temperatures)
        results.fact(temperatures=temperatures)
except ModelError as error:
    display(Markdown(f"**It could not be kept.** {error}"))
else:
    size = sum(path.stat().st_size for path in folder.iterdir())
    results.fact(model=model.name)
    display(
        Markdown(f"Kept as **{model.name}**: {size / 2**20:.1f} MiB, {len(model.classes)} genres.")
    )

# %% [markdown]
# Will it say the same of a track's sound as of its picture? Only tracks of the test side can tell.

# %%
from genre_utils.audio import AudioError, load_audio
from genre_utils.models import classify_clip

unseen = tracks.index[(tracks["partition"] == "test") & tracks["path"].notna()]
unseen = unseen.intersection(drawn.tracks)[: 20 if quick else None]
heard = {}
for track in unseen if filtered and model else ():
    try:
        heard[track] = classify_clip(tracks.loc[track, "path"], model).genre
    except AudioError:
        continue  # listed with its reason in notebook 1
heard = pd.Series(heard, dtype=object)
if len(heard):
    seen = pd.Series(final.predict(drawn.values.loc[heard.index]), heard.index)
    truth = tracks.loc[heard.index, "genre"]
    agreement = float((seen == heard).mean())
    results.fact(
        picture_and_sound_agree=agreement,
        accuracy_from_sound=float((heard == truth).mean()),
        accuracy_from_picture=float((seen == truth).mean()),
        heard=len(heard),
    )
    display(
        Markdown(
            f"Of {len(heard)} tracks with both, it names the same genre for {agreement:.0%}; "
            f"{(seen == truth).mean():.0%} are right from the picture, {(heard == truth).mean():.0%} "
            "from the sound."
        )
    )

# %% [markdown]
# ## An unknown clip
#
# Set the parameter `clip` to a file of your own, or run `genre predict song.mp3`. The clip is cut
# into pieces of 3 seconds; each piece votes (with some context around it), and the mean probability
# decides.

# %%
named = clip or (tracks.loc[heard.index[0], "path"] if len(heard) else "")
if named and model:
    try:
        answer = classify_clip(named, model)
    except AudioError as error:
        display(Markdown(f"**{Path(named).name}** cannot be used: {error}."))
    else:
        from genre_utils.audio import signal_spectrogram

        top = list(answer.probability.items())[:3]
        name = Path(answer.file).name
        doubt = (
            "no genre has even odds"
            if answer.calibrated
            else f"the probabilities are calibrated for {answer.calibrated_from:.3g} s, and too high "
            f"for {answer.seconds:.3g} s"
        )
        plots.show(
            plots.clip_votes(
                signal_spectrogram(load_audio(named)),
                answer,
                f"{name}: {answer.genre}, by {answer.agreeing} of {len(answer.votes)} pieces",
            ),
            f"Spectrogram of {name} and votes over time: "
            + ", ".join(f"{v.start:.0f} s {v.genre}" for v in answer.votes)
            + ".",
        )
        display(
            Markdown(
                f"**{name}** sounds like **{answer.genre}**: "
                + ", ".join(f"{g} {p:.0%}" for g, p in top)
                + ("." if answer.sure else f". That is not sure: {doubt}.")
                + ("" if clip else f" (It is {truth.iloc[0]}, on the test side.)")
            )
        )
else:
    display(
        Markdown("There is no audio file to ask about, that it was not trained on: set `clip`.")
    )

# %% [markdown]
# ## What it costs
#
# Training and prediction, on this machine: as many networks at a time as it has cores, one core each.

# %%
cost = {
    f"{MODEL_NAMES[name]}, {kind}, {p}": {
        "training (s a fold)": prediction.fit_seconds / prediction.table["fold"].nunique(),
        "prediction (ms an item)": 1000 * prediction.predict_seconds / len(prediction.table),
    }
    for (name, kind, p), prediction in found.items()
}
results.fact(training_seconds={name: row["training (s a fold)"] for name, row in cost.items()})
pd.DataFrame(cost).T.rename_axis("network, input, protocol").round(2)

# %% [markdown]
# ## All of it in one table
#
# Networks of this notebook and models of the one before, under every protocol, with 95 % intervals.

# %%
for (name, kind, protocol), prediction in (runs | found).items():
    of_seeds = runs.get((name, kind, protocol), [prediction])
    results.scores.append(evaluation.score(of_seeds, name, kind, seed=seed))
    if of_seeds[0].level == "segment":
        joined = [evaluation.to_tracks(one) for one in of_seeds]
        results.scores.append(evaluation.score(joined, name, kind, seed=seed))
from dataclasses import asdict

before = results.former_scores("03_classical_models", output)
rows = pd.DataFrame([asdict(s) for s in results.scores + before])
rows["model"] = rows["model"].map(MODEL_NAMES)
rows["text"] = [f"{r.accuracy:.3f} [{r.ci95[0]:.3f}, {r.ci95[1]:.3f}]" for r in rows.itertuples()]
slide = rows.pivot_table(
    index=["input", "level", "model"], columns="protocol", values="text", aggfunc="first"
)
told = rows.dropna(subset=["published"]).groupby(["input", "level", "model"])["published"].first()
slide["published"] = told.reindex(slide.index).map("{:.2f}".format, na_action="ignore")
if not before:
    display(
        Markdown("The models of notebook 3 are missing here: it has not been run beside this one.")
    )
slide[[p for p in [*PROTOCOLS, "published"] if p in slide]].astype(object).fillna("")

# %% [markdown]
# And what others report:
#
# | who | test | accuracy |
# | --- | --- | --- |
# | people ([Dong 2018](https://arxiv.org/abs/1802.09697)) | ten genres | about 70 % |
# | an ideal classifier ([Sturm 2013](https://arxiv.org/abs/1306.1461)) | GTZAN as it is labelled | 94.5 % |
# | CNN from scratch ([ISMIR 2021 tutorial](https://music-classification.github.io/tutorial/)) | `filtered` | 54.1 % |
# | linear model on MusiCNN, trained on other music ([Castellon et al. 2021](https://arxiv.org/abs/2107.05677)) | `filtered` | 79.0 % |
# | linear model on Jukebox, trained on other music (the same) | `filtered` | 79.7 % |

# %%
on_slide = rows[
    (rows["level"] == "track") & rows["input"].str.startswith(("picture", "features_30"))
]
on_slide = pd.concat([rows[rows["input"].isin(["mfcc", "mel", "raw", "mel, whole"])], on_slide])
on_slide = on_slide[
    (on_slide["level"] == "segment") | ~on_slide["input"].isin(["mfcc", "mel", "raw"])
]
on_slide = on_slide.assign(
    label=on_slide["model"] + ", " + on_slide["input"].str.replace("features_30_sec", "features"),
    low=[c[0] for c in on_slide["ci95"]],
    high=[c[1] for c in on_slide["ci95"]],
    published=float("nan"),
)
plots.show(
    plots.score_overview(on_slide),
    "Dot plot of accuracy by network and protocol with 95 % intervals. "
    + "; ".join(f"{r.label} {r.protocol} {r.accuracy:.2f}" for r in on_slide.itertuples())
    + ".",
)

# %% [markdown]
# ## What was found

# %%
finding = ""
if "published_cnn_track" in results.facts:
    finding = (
        f"The published CNN falls from {results.facts['published_cnn_random']:.0%} of the pieces to "
        f"{results.facts['published_cnn_track']:.0%} when songs stay together. "
    )
last = evaluation.score(found[best_key], best_key[0], best_key[1], seed=seed)
finding += (
    f"Under `{last.protocol}`, {MODEL_NAMES[best_key[0]]} reaches {last.accuracy:.1%} "
    f"(95 % interval {last.ci95[0]:.1%} to {last.ci95[1]:.1%}, n = {last.n})."
)
if best_key[0] == "fusion":
    finding += f" The network alone reaches {evaluation.metrics(shared)['accuracy']:.1%}."
    if each_fused.sd is not None:
        finding += (
            f" With one network instead of all, it deviates by {100 * each_fused.sd:.1f} points."
        )
results.fact(finding=finding.replace("`", ""))
results.write(output)
display(Markdown(finding))
