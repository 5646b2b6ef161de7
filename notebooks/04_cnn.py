# %% [markdown]
# # 4. Does a network hear more? Amplitude, spectrograms, pictures
#
# The student summary that this project starts from trains a convolutional network (CNN) on MFCCs. It concludes that
# spectrograms beat raw amplitude, and that the CNN "performed the best". It does not say under which split. We
# rebuild its network to the last parameter, and judge both claims.
#
# **After this notebook you can** compute a convolution by hand, say what each layer of a CNN does, train one in plain
# Keras, read learning curves, calibrate a network, and ask it about a song of your own.
# **You should know** spectrograms, mel bands and MFCCs (notebook 1) and the splits of notebook 3.

# %% tags=["parameters"]
data = ""  # folder of the collection; "" searches GTZAN_HOME, then data/gtzan, then makes a demo
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # not used here: there is nothing to hear
output = ""  # folder for the results file; "" writes none
clip = ""  # an audio file of your own; "" takes one from the collection

# %%
from functools import partial

import numpy as np
import pandas as pd
from IPython.display import display

from genre_utils import evaluation, models, plots, wording
from genre_utils.audio import load_audio, signal_spectrogram
from genre_utils.data import open_dataset

plots.set_style()
quick = profile == "quick"
dataset = open_dataset(data)
tracks = dataset.tracks
results = evaluation.Results("04_cnn", dataset, profile, seed)
results.fact(title="Does a network hear more? Amplitude, spectrograms, pictures")

# %% [markdown]
# ## A convolution by hand
#
# A *convolution* lays a small array of weights, the *filter* $w$, over each place of the input $x$, multiplies the
# numbers that lie on top of each other, and adds them up, and a constant $b$, the *bias*:
# $y_{t,f} = b + \sum_{i,j} w_{i,j}\, x_{t+i,\,f+j}$, where $t$ counts frames, $f$ bands, $i$ and $j$ places of the
# filter. A shape is found wherever it is. Of many filters, what one answers everywhere is a *map*, or *channel*. Two
# steps follow: *ReLU* keeps what is positive, $\max(0, y)$; *pooling* keeps the largest of neighbours.

# %%
x = np.zeros((7, 5))  # time by frequency
x[2:, 1] = 2  # a tone that begins at frame 2
x[4] += 1  # a click at frame 4: all bands at once
w = np.array([[-1, -1], [1, 1]])  # later minus earlier, over two bands
y = np.array([[np.sum(w * x[t : t + 2, f : f + 2]) for f in range(4)] for t in range(6)])
lit = np.maximum(y, 0)  # ReLU
pooled = lit.reshape(3, 2, 2, 2).max(axis=(1, 3))  # the largest of 2 x 2
steps = {"input": x, "filter": w, "convolution": y, "ReLU": lit, "pooling": pooled}
axes = plots.small_maps(steps, "A filter that answers to beginnings (time to the right)")
plots.show(axes, *plots.tell_small_maps(x, y, pooled))

# %%
keras, layers = models.load_keras(), models.load_keras().layers
convolution = layers.Conv2D(1, (2, 2))  # the same as a layer, with our filter as its weights
convolution.build((None, *x.shape, 1))
convolution.set_weights([w[:, :, None, None], np.zeros(1)])
print("equal:", np.allclose(convolution(x[None, :, :, None])[0, :, :, 0], y))

# %% [markdown]
# ## From numbers to genres, and learning
#
# - **Flatten** lays the maps out as one row $h$. **Dense**: each output is a weighted sum of all, $z = W h + b$.
# - **Softmax** makes probabilities: $p_k = e^{z_k} / \sum_j e^{z_j}$. The **loss** is large where the true genre got
#   little: $-\log p_\text{true}$; its mean is the *log loss*.
# - An **update** moves all weights a little, by the *learning rate*, against the slope of the loss for a *batch* of
#   items. Here that slope is $(p - \text{truth})\, h^T$, where truth is 1 for the true genre, else 0; in deeper
#   networks Keras finds it by the chain rule. An **epoch** is as many updates as show every item once.

# %%
h, truth = pooled.ravel(), np.array([0, 1, 0])  # three genres; the second is right
W = np.random.default_rng(seed).normal(0, 0.1, (3, h.size))
for update in range(4):
    p = np.exp(W @ h) / np.exp(W @ h).sum()
    print(f"{update} updates: probabilities {p.round(2)}, loss {-np.log(p[1]):.2f}")
    W -= 0.05 * np.outer(p - truth, h)

# %% [markdown]
# ## A network in plain Keras
#
# Every track is cut into pieces of 3 seconds. A piece can be given as **raw** (66,150 numbers, the amplitude), as
# **mel** (130 frames of 128 bands, the logarithm of the energy in each) or as **mfcc** (130 frames of 13
# coefficients, a summary of those bands).
#
# **Batch normalisation** takes its mean $\mu$ from each channel and divides by its deviation $\sigma$, over the
# batch: $\gamma (x - \mu)/\sigma + \beta$; $\gamma$ and $\beta$ are learnt. **Dropout** sets a share of numbers to 0,
# drawn anew in each update, so that none can be relied on alone. Here is one fold, with songs apart.

# %%
folds, trees = (2, 100) if quick else (3, 400)
pieces = models.open_pieces(dataset, ("mfcc", "mel", "raw"), n_splits=folds, seed=seed)
pieces

# %%
plain = keras.Sequential(
    [
        layers.Input((130, 13, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(3),
        layers.BatchNormalization(),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(tracks["genre"].nunique(), activation="softmax"),
    ]
)
plain.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
if "track" in pieces.splits:
    genre = pieces.inputs["mfcc"].genre
    codes = pd.factorize(genre, sort=True)[0]
    train, test = pieces.splits["track"].folds(genre.to_numpy(object))[0]
    X = np.stack(pieces.inputs["mfcc"].values["frames"])[..., None]
    X = (X - X[train].mean(axis=(0, 1))) / X[train].std(axis=(0, 1))
    keras.utils.set_random_seed(seed)
    fitted = plain.fit(X[train], codes[train], batch_size=32, epochs=3, verbose=0).history
    right = plain.evaluate(X[test], codes[test], verbose=0)[1]
    plots.say(
        f"{plain.count_params():,} parameters, 3 epochs of {-(-len(train) // 32)} updates: the loss fell from "
        f"{fitted['loss'][0]:.2f} to {fitted['loss'][-1]:.2f}. Right: {wording.percent(fitted['accuracy'][-1])} "
        f"of the pieces that it learnt (while learning), {wording.percent(right)} of {len(test):,} of other songs."
    )

# %% [markdown]
# ## The summary's network
#
# Shapes and counts are as in the summary. *Non-trainable* are means and variances that batch normalisation collects.

# %%
published = models.published_cnn()
published.summary(line_length=78, print_fn=print)
frozen = sum(int(np.prod(weights.shape)) for weights in published.non_trainable_weights)
results.fact(published_cnn={"parameters": published.count_params(), "not trainable": frozen})
boxes = plots.layer_shapes(published)
plots.show(plots.network_diagram(boxes, "The summary's network"), *plots.tell_layers(boxes))

# %% [markdown]
# ## Four networks, three inputs
#
# - *Waveform network*: four one-dimensional convolutions over the amplitude, then the mean over time.
# - *Small CNN on mel*: 64 bands (two averaged), every two frames averaged; four blocks (3 x 3 convolution, pooling,
#   batch normalisation, ReLU) of 16 to 64 channels; the mean of all places.
# - *The summary's CNN*, as above; *feed-forward network on MFCCs*: no convolution, three dense layers.
#
# All get as many updates of 32 pieces, at a rate that falls to 0, by AdamW: an update with a step size of its own for
# each weight (*Adam*) that also shrinks the weights. What is compared is a network *and* its input. A *validation
# side* that is not trained on says which weights to keep: cut by piece under `random`, by song and by artist under
# the others. The deviation (±) is over seeds, other first weights; without it, and in the second table, one seed.

# %%
UPDATES = 30 if quick else 800
networks = {
    ("waveform", "raw"): models.waveform_network,
    ("cnn", "mel"): partial(models.spectrogram_network, widths=(16, 32, 48, 64), columns=2),
    ("published_cnn", "mfcc"): models.published_cnn,
    ("feed_forward", "mfcc"): models.dense_network,
}
runs = models.train_on_pieces(networks, pieces, tracks, updates=UPDATES, seed=seed, quick=quick)
results.fact(updates=UPDATES, **evaluation.facts_of(runs))
display(evaluation.seed_table(runs))
plots.say(evaluation.tell_songs_apart(runs, ("published_cnn", "mfcc")))
evaluation.vote_table(runs, "track")

# %% [markdown]
# ### Does it hear more?
#
# The question of the title and both claims of the summary, on the same pieces. The classical model is the average of
# notebook 3, on 57 features of a piece; the paired test draws songs whole, under `artist` whole artists.
#
# *Learning curves* show what a network knows of the pieces that it is trained on, and what of that carries over to
# the validation side. Under `random` both sides hold pieces of the same songs, so their gap hides the leak.

# %%
former = results.former_scores("03_classical_models", output)
classical = [score for score in former if score.level == "segment"]
beside = models.ask_average(dataset, trees=trees, n_splits=folds, seed=seed)
leads = evaluation.leads_of(beside, runs, seed=seed)
results.fact(network_against_classical={name: lead.test for name, lead in leads.items()})
plots.say(evaluation.tell_claims(leads, classical, runs, seed=seed))
curves = evaluation.learning_curves(runs, list(networks)[2:0:-1], ("random", "track"))
if curves:
    axes = plots.training_panels(curves, UPDATES, "What is learnt by heart, and what carries over")
    plots.show(axes, *plots.tell_training(curves))

# %% [markdown]
# ## Whole tracks, from pictures
#
# Kaggle's copy of GTZAN comes with a picture of each track's spectrogram, also where the audio is missing. We crop
# its margin, turn colours back into values, and put the rows together into 64 mel bands. Tracks without a picture are
# computed from their audio.

# %%
pictures = models.open_pictures(dataset, seed=seed)
if pictures.reason:
    results.scores += [s for s in evaluation.all_scores(runs, seed=seed) if s.level == "segment"]
    results.end(f"There are no pictures or tracks enough to learn from: {pictures.reason}", output)
drawn = pictures.features
for example in pictures.examples(tracks):
    plots.show(plots.decoded_picture(*example), *plots.tell_decoded(*example))
pictures

# %% [markdown]
# ## Our CNN
#
# It has five blocks of 3 x 3 convolutions, averaged over time and frequency, and sees crops of 8 seconds. A few
# hundred songs are soon learnt by heart, so what is seen in training is changed (*augmentation*):
#
# - **SpecAugment** blanks spans of time and of frequency ([Park et al. 2019](https://arxiv.org/abs/1904.08779)).
# - **Mixup** blends two songs and their labels ([Zhang et al. 2018](https://arxiv.org/abs/1710.09412)).
# - **MixStyle** moves each band's mean and deviation over time towards those of another song ([Zhou et al.
#   2021](https://arxiv.org/abs/2104.02008)). They reflect recording and mastering too, which songs of an album share.
#
# First, folds with MixStyle and SpecAugment. Then, on the published partition, we choose: fit on `train`, look at
# `valid`. Which are best together? One network each; the log loss sees more than right or wrong.

# %%
own = models.spectrogram_network((128, 64), tracks["genre"].nunique())
boxes = plots.layer_shapes(own, (128, 64))
plots.show(plots.network_diagram(boxes, "Our CNN"), *plots.tell_layers(boxes))
style, epochs = models.Augmentation(), 4 if quick else 16
settings = dict(crop=128, learning_rate=3e-3, random_state=seed, epochs=epochs)
network = models.NetworkClassifier(models.spectrogram_network, augmentation=style, **settings)
found = models.evaluate_pictures(network, pictures, tracks, quick=quick)
evaluation.seed_table(found)

# %%
variants = {
    "MixStyle and SpecAugment": style,
    "these and mixup": models.Augmentation(mixup=0.3),
    "SpecAugment alone": models.Augmentation(style=0),
    "MixStyle alone": models.Augmentation(masks=0),
}
valid = models.try_variants(network, dict([*variants.items()][: 1 if quick else 4]), pictures)
if valid:
    tried = evaluation.compare_variants(valid, seed=seed)
    style = variants[tried.index[0]]
    results.fact(valid_log_loss=tried["loss"].to_dict(), chosen_augmentation=tried.index[0])
    plots.show(plots.variants(tried, "Which augmentation is best"), *plots.tell_tried(tried))

# %% [markdown]
# ## The network that is kept
#
# Training ends somewhere else for every seed, so probabilities of a few networks are averaged. Then they are
# *calibrated*: of all answers that are given 70 %, 70 % should be right. For that their logarithms are divided by one
# number, the *temperature*, chosen on `valid` ([Guo et al. 2017](https://arxiv.org/abs/1706.04599)): above 1 it makes
# probabilities milder, below 1 sharper. No choice below looks at the test side.

# %%
epochs, members = (6, 1) if quick else (50, 5)
settings = dict(augmentation=style, epochs=epochs, members=members, n_jobs=-1)
chosen = models.NetworkClassifier(**network.get_params() | settings)
averaged = models.train_averaged(chosen, pictures)
final, sides = averaged.network, averaged.sides
found |= averaged.averaged()
results.fact(**averaged.facts())
display(averaged)
if sides:
    reliability, errors = models.before_and_after(sides["test"], final.temperature_)
    results.fact(calibration_error=errors)
    told = plots.tell_reliability(errors, len(sides["test"].table))
    plots.show(plots.reliability_diagram(reliability), *told)

# %% [markdown]
# ### The same network on recordings
#
# A recording holds more than its picture: 130 frames in 3 s where that has 50 columns. The same network is trained on
# mel spectrograms of whole recordings. `valid` says which input is better.
#
# What did its first layer learn? Red is added, blue taken away, 3 frames by 3 bands at a time. Filters that differ
# from left to right answer to beginnings and ends, as ours by hand; others to edges between bands.

# %%
settings = dict(epochs=4, members=1) if quick else dict(epochs=60, members=3)
on_sound = models.train_on_sound(averaged, pieces.inputs.get("mel"), tracks, **settings, seed=seed)
found |= on_sound.averaged()
results.fact(**on_sound.facts())
models.let_workers_go()  # nothing more is trained: what did so holds gigabytes
display(on_sound)
kernel = (on_sound.network or final).networks_[0].get_layer("conv_0").get_weights()[0]
axes = plots.first_filters(kernel, "What the first layer looks for")
plots.show(axes, *plots.tell_filters(kernel))

# %% [markdown]
# ### Where it looks
#
# *Grad-CAM* ([Selvaraju et al. 2017](https://arxiv.org/abs/1610.02391)) weighs the maps of the last layer by how much
# each raises the named genre. Of the test side: the track it was rightly, and the one it was wrongly most sure of.
# The grid is coarse (2 rows, a column every 2 s): it tells when, and roughly how high.

# %%
if sides:
    shown = models.surest(final, drawn, sides["test"])
    told = models.tell_heat(shown)
    plots.show(plots.attention(shown), told, "Orange speaks for the named genre.")

# %% [markdown]
# ## Put together: network and features
#
# The 57 features know tempo, harmony and fine timbre. Do they err otherwise than the network? Then the weighted mean
# of both probabilities (*late fusion*) can be better than either. The accuracy on `valid` chooses model and weight.

# %%
fusion = models.choose_fusion(dataset, averaged, trees=trees, seed=seed)
found |= fusion.runs()
results.fact(**fusion.facts())
display(fusion.shown(), fusion)
plots.say(evaluation.tell_added(fusion.test))
best_key = evaluation.last_word(found)
best, called = found[best_key][0], evaluation.network_name(*best_key[:2])
recall = evaluation.recall_by_genre(best).sort_values()
results.fact(recall_by_genre=recall.to_dict(), **evaluation.chosen_by(best_key))
axes = plots.confusion(evaluation.confusions(best), f"Under {best.split}: {called}")
plots.show(axes, f"Recall: {wording.shares(recall)}.", evaluation.tell_weakest(best))

# %% [markdown]
# ## Keep it, and ask it
#
# The network is kept with all it needs in formats that cannot hold code, so that `genre predict song.mp3` finds it.
# Temperatures are fitted for clips of 3, 6, 12 and 30 s: of less sound less is sure. Then it is asked about the sound
# of the test tracks whose pictures it named (the networks on recordings were asked about the same above), and about
# one clip: your own in the parameter `clip`, else the track about which pieces of 3 s agree least.

# %%
scores = evaluation.all_scores(averaged.averaged() or found, seed=seed)
kept = models.keep_network(final, drawn, tracks, results, scores)
heard = models.hear_unseen(final, kept, drawn, tracks, most=20 if quick else None)
results.fact(**kept.facts(), **heard.facts())
display(kept, heard)

# %%
file = clip or heard.path_of_most_divided(tracks)
answer, told = models.ask_about(file, kept.model)
if answer is None:
    plots.say(told)
else:
    spectrogram = signal_spectrogram(load_audio(file))
    axes = plots.clip_votes(spectrogram, answer, "Each piece votes; the mean decides")
    plots.show(axes, plots.tell_votes(answer), told)

# %% [markdown]
# ## All scores, and what they cost
#
# Accuracy of pieces, then of tracks, in per cent, with 95 % intervals; the index has the [full table](index.html).
# Times are of one core. What was trained once is remembered: making this page again takes less.
#
# Others report, under `filtered`: a CNN from scratch 54.1 % ([ISMIR 2021
# tutorial](https://music-classification.github.io/tutorial/)); linear models on encoders that heard other music,
# MusiCNN 79.0 % and Jukebox 79.7 % ([Castellon et al. 2021](https://arxiv.org/abs/2107.05677)). An ideal classifier
# would reach 94.5 % on GTZAN as it is labelled ([Sturm 2013](https://arxiv.org/abs/1306.1461)).

# %%
everything = runs | averaged.members() | on_sound.members() | found
results.scores += evaluation.all_scores(everything, seed=seed)
results.fact(training_seconds=evaluation.seconds_of(runs | found))
display(evaluation.accuracy_matrix(results.scores + classical, "segment"))
display(
    evaluation.accuracy_matrix(results.scores, "track"), evaluation.training_costs(runs | found)
)
finding = evaluation.tell_finding(leads, runs, best_key, found[best_key], seed=seed)
results.fact(finding=finding.translate({ord("`"): None, ord("*"): None}))
results.write(output)
plots.say(finding)

# %% [markdown]
# ## What to remember
#
# - A convolution is one small filter, everywhere; pooling and means make a genre of its answers.
# - A network that is tested on other pieces of the songs it learnt is tested on its memory.
# - Compare networks with simple models on the same items; what one seed gives may be chance.
# - Probabilities can be calibrated, on songs that were not trained on; whether it helped, the test side says.
#
# ## Exercises
#
# 1. Change the filter by hand so that it answers to a tone that is held, wherever it stands.
# 2. How many parameters has a dense layer from the 7 by 5 input to 10 outputs? Ten filters of 2 by 2?
# 3. Train the plain network without dropout and batch normalisation. Which side gains?
#
# <details><summary>Solutions</summary>
#
# ```python
# held = np.array([[-1, 2, -1], [-1, 2, -1]])  # louder than both bands beside it, twice
# [[np.sum(held * x[t : t + 2, f : f + 3]) for f in range(3)] for t in range(6)]
# 7 * 5 * 10 + 10, 2 * 2 * 10 + 10  # weights and one bias for each output
# left_out = (layers.Dropout, layers.BatchNormalization)
# bare = [a.__class__.from_config(a.get_config()) for a in plain.layers if not isinstance(a, left_out)]
# bare = keras.Sequential([layers.Input((130, 13, 1)), *bare])
# bare.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
# bare.fit(X[train], codes[train], epochs=3, verbose=0)
# bare.evaluate(X[train], codes[train]), bare.evaluate(X[test], codes[test])
# ```
#
# </details>
#
# **Where to go on.** Notebook 6 asks whether order in time helps, notebook 7 borrows ears that heard other music.
# Read Choi et al. ([2017](https://arxiv.org/abs/1709.04396)), a tutorial on deep learning for music.
