# %% [markdown]
# # 1. Exploring GTZAN
#
# GTZAN is the best-known dataset for music genre classification. Before we train a model on it, we look at how sound is
# turned into numbers, how these numbers differ between ten genres, and which faults of the dataset would distort a score.
#
# **After this notebook you can** compute and read a spectrogram, a chromagram and MFCCs, explain the 57 features of
# the published table, and name the faults of GTZAN that matter for evaluation.
#
# **Prerequisites:** a little NumPy and pandas; sine, mean and variance.

# %% tags=["parameters"]
data = ""  # dataset folder; "" looks in GTZAN_HOME, then data/gtzan
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # also embed short players of the recordings (not in published pages)
output = ""  # folder for the results file; "" writes none

# %% tags=["hide-input"]
from contextlib import suppress

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display

from genre_utils.audio import (
    FEATURE_GROUPS,
    SAMPLE_RATE,
    AudioError,
    extract_features,
    load_audio,
    near_duplicates,
)
from genre_utils.data import features_or_reason, load_features, open_dataset, synthesize
from genre_utils.evaluation import Results
from genre_utils.plots import genre_colors, player, players, set_style, show

set_style()
pd.set_option("display.max_colwidth", None)
blue, light, red = "#332288", "#88CCEE", "#CC6677"
dataset = open_dataset(data)
tracks = dataset.tracks
results = Results("01_eda", dataset, profile, seed)
results.fact(title="Exploring GTZAN")
results.notice()

# %% [markdown]
# ## The dataset
#
# George Tzanetakis collected GTZAN in 2000 and 2001 from CDs, radio and microphone recordings ([Tzanetakis and Cook
# 2002](https://doi.org/10.1109/TSA.2002.800560)). It has 1,000 excerpts of 30 seconds, 100 from each of ten genres, stored
# as mono with 22,050 samples per second. It has no license, so our published pages contain no recordings.
#
# Kaggle's copy adds tables of features, for whole tracks and for segments of 3 seconds, and a picture of each spectrogram. Artists and titles
# come from [Sturm 2013](https://arxiv.org/abs/1306.1461), tempo annotations from
# [gtzan_tempo_beat](https://github.com/TempoBeatDownbeat/gtzan_tempo_beat). What does this copy contain?

# %%
by_genre = tracks.groupby("genre").agg(
    tracks=("table", "size"),
    recordings=("path", "count"),
    pictures=("picture", "count"),
    tempo_annotations=("annotated_tempo", "count"),
    with_artist=("artist_group", "count"),
)
by_genre

# %% tags=["hide-input"]
fig, ax = plt.subplots(figsize=(6, 1 + 0.36 * len(by_genre)))
ax.barh(by_genre.index, by_genre["tracks"], color="#BBBBBB", label="all tracks")
bars = ax.barh(by_genre.index, by_genre["recordings"], color=blue, label="with a recording")
ax.bar_label(bars, padding=4, bbox={"fc": "white", "ec": "none", "pad": 1, "alpha": 0.8})
ax.set(
    title="Tracks and recordings by genre",
    xlabel="number of tracks",
    xlim=(0, 1.1 * by_genre["tracks"].max()),
)
ax.invert_yaxis()
ax.grid(visible=False, axis="y")
fig.legend(loc="outside lower center", ncols=2, frameon=False)
show(
    ax,
    alt=f"Bars of tracks by genre, with those that have a recording in front: {by_genre['recordings'].to_dict()}.",
    caption="Number of tracks of each genre (gray) and of those with a recording (dark).",
)

# %% [markdown]
# The feature table covers all genres equally, so always guessing one genre is right for 10% of the tracks. The recordings
# are not balanced: disco is missing most, and reggae and rock have only about half. Results that need recordings
# therefore show little about disco.
#
# ## Sound as a sequence of numbers
#
# A microphone measures air pressure at regular intervals. Each measurement is a *sample*, and the *sampling rate* is
# the number of samples per second, here 22,050. It limits what can be represented: only frequencies up to half the
# sampling rate, the *Nyquist frequency* of 11,025 Hz. We synthesize one second of two sine waves, 220 Hz and, half as strong, 660 Hz.

# %%
import numpy as np

sr = SAMPLE_RATE
time = np.arange(sr) / sr
tone = 0.6 * np.sin(2 * np.pi * 220 * time) + 0.3 * np.sin(2 * np.pi * 660 * time)
print(f"{len(tone):,} samples, the first five: {tone[:5].round(3)}")
player(tone, "A tone of 220 and 660 Hz")

# %% [markdown]
# ## The Fourier transform
#
# Which frequencies does a signal contain, if we have only its samples? Multiply it by a cosine and a sine of one
# frequency and take the means. If the signal does not contain this frequency, positive and negative products cancel. If it does,
# half of its amplitude remains, divided between cosine and sine according to the *phase*. Let us test four frequencies.


# %%
def amplitude(y, hz):
    """Amplitude of one frequency in one second of sound."""
    cosine, sine = np.cos(2 * np.pi * hz * time), np.sin(2 * np.pi * hz * time)
    return 2 * np.hypot(np.mean(y * cosine), np.mean(y * sine))


for hz in (110, 220, 440, 660):
    print(f"{hz} Hz: {amplitude(tone, hz):.3f}")

# %% [markdown]
# We get back exactly what we put in. The *discrete Fourier transform* does the same for all frequencies and
# writes cosine and sine as one complex number for each *bin* $k$:
#
# $$X_k = \sum_{n=0}^{N-1} y_n \left( \cos\frac{2\pi k n}{N} - i \sin\frac{2\pi k n}{N} \right)$$
#
# $|X_k|$ is the *magnitude* and $|X_k|^2$ the *power*. Bins are $22050 / N$ Hz apart, so for our second of sound bin
# $k$ is $k$ Hz. NumPy computes all bins at once with the fast Fourier transform.

# %%
magnitude = 2 * np.abs(np.fft.rfft(tone)) / len(tone)
print("largest bins:", np.sort(np.argsort(magnitude)[-2:]), "Hz")
print("same as by hand:", np.isclose(magnitude[220], amplitude(tone, 220)))

# %% tags=["hide-input"]
fig, axes = plt.subplots(2, 1, figsize=(6, 4.6))
axes[0].plot(1000 * time[: sr // 50], tone[: sr // 50], color=blue)
axes[0].set(title="Waveform (20 ms)", xlabel="time (ms)", ylabel="amplitude")
axes[1].plot(magnitude[:1000], color=blue)
axes[1].set(title="Spectrum", xlabel="frequency (Hz)", ylabel="amplitude")
show(
    axes,
    alt="Top: 20 milliseconds of a periodic wave. Bottom: its spectrum, zero except for peaks of 0.6 at 220 Hz and 0.3 at 660 Hz.",
    caption="The tone of 220 and 660 Hz: 20 ms of its waveform, and its spectrum with one peak per frequency.",
)

# %% [markdown]
# The spectrum shows the two components that are hidden in the waveform.
#
# ## The short-time Fourier transform
#
# Music changes over time, so we cut it into short overlapping *frames* and transform each one. Cutting makes abrupt
# edges, which look like additional frequencies. Each frame is therefore multiplied by a *Hann window*, which rises smoothly from zero and
# falls back. The standard setting is a frame of 2,048 samples (93 ms) every 512 samples (the *hop*, 23 ms). By hand, this takes
# three lines.

# %%
import librosa

n_fft, hop_length = 2048, 512
song, played_bpm = synthesize("pop", seconds=4.0, seed=seed)
frames = np.lib.stride_tricks.sliding_window_view(song, n_fft)[::hop_length]
hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
by_hand = np.fft.rfft(frames * hann).T
stft = librosa.stft(song, n_fft=n_fft, hop_length=hop_length, window="hann", center=False)
print("bins, frames:", stft.shape)
print("same as by hand:", np.allclose(by_hand, stft, atol=1e-4))
player(song, "The example: four seconds of synthesized pop")

# %% [markdown]
# Our three lines agree with librosa. The signal is our example from here on: four seconds from the package's synthesizer.
#
# How long should a frame be? A long one has bins close together and separates tones; a short one separates
# moments. We transform two tones 60 Hz apart and two clicks 40 ms apart with both.

# %%
pair = 0.3 * np.sin(2 * np.pi * 1000 * time) + 0.3 * np.sin(2 * np.pi * 1060 * time)
pair[[11025, 11025 + 882]] += 8.0
power = {size: np.abs(librosa.stft(pair, n_fft=size, hop_length=64)) ** 2 for size in (256, 4096)}

# %% tags=["hide-input"]
import librosa.display

fig, axes = plt.subplots(2, 1, figsize=(6, 5), sharex=True)
for ax, (size, values) in zip(axes, power.items(), strict=True):
    decibels = librosa.power_to_db(values, ref=np.max)
    librosa.display.specshow(
        decibels, sr=sr, n_fft=size, hop_length=64, x_axis="time", y_axis="linear", vmin=-60, ax=ax
    )
    ax.set(
        title=f"Frame of {size:,} samples ({1000 * size / sr:.0f} ms)",
        ylim=(0, 2500),
        ylabel="Hz",
        xlabel="",
    )
axes[1].set_xlabel("time (s)")
show(
    axes,
    alt="Two spectrograms. With 256 samples: two sharp vertical lines and one thick horizontal band. With 4,096: two thin horizontal lines and one broad column.",
    caption="Two close tones and two close clicks, with a short and a long frame. The fans at the left and right edge arise because the ends are padded with zeros.",
)

# %% [markdown]
# The short frame shows both clicks but merges the tones, and the long frame does the opposite. No setting gives both:
# bins are $22050 / N$ Hz apart, and a frame lasts $N / 22050$ s.
#
# ## Spectrogram, sustained tones and drum hits
#
# A *spectrogram* shows the power of each frame and bin. We perceive ratios of power, so it is shown in *decibels*:
# $10 \log_{10} (P / P_0)$, where $P_0$ is the reference, here the loudest point. Half the power is 3 dB less.
#
# In a spectrogram, sustained tones are horizontal lines and drum hits vertical lines. A median filter along time
# therefore keeps the tones, and one along frequency the hits
# ([Fitzgerald 2010](https://dafx10.iem.at/papers/DerryFitzGerald_DAFx10_P15.pdf)). librosa separates a signal this way:

# %%
harmonic, percussive = librosa.effects.hpss(song)
for name, part in {"harmonic part": harmonic, "percussive part": percussive}.items():
    print(name)
    display(player(part, name))

# %% tags=["hide-input"]
fig, axes = plt.subplots(4, 1, figsize=(6, 8), sharex=True, height_ratios=[1, 1.5, 1.5, 1.5])
librosa.display.waveshow(song, sr=sr, color=blue, ax=axes[0])
axes[0].set(title="Waveform", ylabel="amplitude", xlabel="")
parts = {"Spectrogram": song, "Harmonic part": harmonic, "Percussive part": percussive}
loudest = np.abs(librosa.stft(song)).max()
for ax, (name, part) in zip(axes[1:], parts.items(), strict=True):
    decibels = librosa.amplitude_to_db(np.abs(librosa.stft(part)), ref=loudest)
    image = librosa.display.specshow(
        decibels, sr=sr, x_axis="time", y_axis="log", vmin=-70, vmax=0, ax=ax
    )
    ax.set(title=name, ylabel="Hz", xlabel="", yticks=[128, 512, 2048, 8192])
axes[-1].set_xlabel("time (s)")
fig.colorbar(image, ax=axes[1:], label="dB", shrink=0.5)
show(
    axes,
    alt="A waveform and three spectrograms on one time axis: the song, its harmonic part with horizontal lines, and its percussive part with vertical lines.",
    caption="The example as a waveform and as spectrograms of the whole and of its two parts.",
)

# %% [markdown]
# The horizontal lines are in the harmonic part and the vertical ones in the percussive part. The separation is not
# perfect: the low tones are partly in both.
#
# ## The mel scale
#
# We easily distinguish 100 Hz from 200 Hz, but hardly 8,000 Hz from 8,100 Hz. The *mel* scale imitates this. In
# librosa's version it is linear up to 1 kHz and logarithmic above. A mel spectrogram adds up the power of the bins in 128
# triangular filters that are equally spaced on this scale.

# %%
mel = librosa.power_to_db(librosa.feature.melspectrogram(y=song, sr=sr))
centers = librosa.mel_frequencies(128 + 2, fmax=sr / 2)[1:-1]
print(f"{mel.shape[0]} bands instead of {stft.shape[0]:,} bins")
print(f"{(centers < 2000).mean():.0%} of the bands lie below 2 kHz")

# %% [markdown]
# About half of the bands describe the range below 2 kHz, which is only 18% of the frequency axis.
#
# ## MFCC
#
# *Mel-frequency cepstral coefficients* (MFCC) summarize the shape of a mel spectrum. A cosine transform measures how much of a slow wave along the
# bands is in a frame, how much of a faster one, and so on. With $L_b$ the level of band $b$ in dB:
#
# $$c_j \propto \sum_{b=0}^{127} L_b \cos \frac{\pi (j-1) (b + \frac{1}{2})}{128}$$

# %%
import scipy.fft

mfcc = scipy.fft.dct(mel, axis=0, norm="ortho")[:20]
of_librosa = librosa.feature.mfcc(y=song, sr=sr, n_mfcc=20)
print("same as librosa:", np.allclose(mfcc, of_librosa, atol=1e-2))

# %% [markdown]
# Twenty coefficients keep the *envelope*
# of the spectrum, which we perceive as timbre, and discard the individual tones.
#
# ## Chroma
#
# A note one octave higher has twice the frequency and the same name. *Chroma* adds up the power of all octaves for each of the
# twelve pitch classes and divides by the largest.

# %%
chroma = librosa.feature.chroma_stft(y=song, sr=sr)
names = np.array(librosa.key_to_notes("C:maj"))
print("strongest pitch classes:", *names[np.argsort(chroma.mean(axis=1))[::-1][:3]])

# %% tags=["hide-input"]
panels = {
    "Mel spectrogram (dB)": (mel - mel.max(), {"y_axis": "mel", "vmin": -70, "vmax": 0}),
    "MFCC 3 to 20": (mfcc[2:], {"cmap": "coolwarm", "vmin": -40, "vmax": 40}),
    "Chroma": (chroma, {"y_axis": "chroma", "cmap": "viridis"}),
}
fig, axes = plt.subplots(3, 1, figsize=(6, 7), sharex=True)
for ax, (name, (values, options)) in zip(axes, panels.items(), strict=True):
    fig.colorbar(librosa.display.specshow(values, sr=sr, x_axis="time", ax=ax, **options), ax=ax)
    ax.set(title=name, xlabel="")
axes[0].set(ylabel="Hz", yticks=[512, 2048, 8192])
axes[1].set(ylabel="coefficient", yticks=[2, 7, 12, 17], yticklabels=[5, 10, 15, 20])
axes[2].set(ylabel="pitch class", xlabel="time (s)")
show(
    axes,
    alt="Mel spectrogram, MFCC and chroma of the example on one time axis. Chroma shows blocks that change with the chords.",
    caption="The same four seconds as a mel spectrogram, as MFCCs and as chroma.",
)

# %% [markdown]
# The mel spectrogram still shows tones and drums, MFCCs show the timbre frame by frame, and chroma shows the chords.
#
# ## Tempo
#
# At a beat, many bands become louder at once. The *onset strength* measures this rise in each frame, and the lag at which it is
# most similar to itself gives the beat period. Half and double the period fit almost as well, so
# librosa weights candidates by a *prior*: a bell curve over the logarithm of the tempo, with its maximum at 120 beats per minute (BPM). We try three priors.

# %%
onset = librosa.onset.onset_strength(y=song, sr=sr, aggregate=np.median)
print(f"the synthesizer played {played_bpm:.1f} BPM")
for start_bpm in (60, 120, 240):
    estimate = librosa.feature.tempo(onset_envelope=onset, sr=sr, start_bpm=start_bpm)[0]
    print(f"prior around {start_bpm} BPM: {estimate:.1f} BPM")

# %% [markdown]
# The default prior gives the tempo that was played, up to rounding. The prior around 240 BPM doubles it, although the sound is
# the same. The rounding comes from a grid: the period is a whole number of frames.

# %%
lags = np.arange(18, 27)
print("some possible tempi in BPM:", (60 * sr / (hop_length * lags)).round(1))

# %% [markdown]
# Near 120 BPM, neighboring tempi are about 6 BPM apart.
#
# ## From sound to 57 features
#
# The published table has one row per track. Each measure below is computed in every frame, and the table stores its mean
# and variance over the track. `harmony` and `perceptr` are Kaggle's names for the samples of the harmonic and the
# percussive part. 28 measures give 56 columns; the last column is the tempo. The order in time is lost.
# In the formulas, $y$ is a frame of $N$ samples, $X$ its Fourier transform, $f$ the frequencies of the bins.

# %% tags=["hide-input"]
pd.DataFrame(
    [
        ("chroma_stft", "Σ |Xₖ|² by pitch class, largest 1", "–", "many notes at once, or noise"),
        ("rms", "√( Σ yₙ² / N )", "amplitude", "loudness"),
        ("spectral_centroid", "c = Σ fₖ |Xₖ| / Σ |Xₖ|", "Hz", "dark or bright"),
        ("spectral_bandwidth", "√( Σ (fₖ − c)² |Xₖ| / Σ |Xₖ| )", "Hz", "a flute or a full band"),
        ("rolloff", "f with 85% of Σ |Xₖ| below it", "Hz", "reach of the treble"),
        ("zero_crossing_rate", "share of sign yₙ ≠ sign yₙ₋₁", "–", "bass, or hiss and cymbals"),
        ("harmony", "y of the harmonic part", "amplitude", "variance: sustained tones"),
        ("perceptr", "y of the percussive part", "amplitude", "variance: drums, plucks"),
        ("tempo", "60 / best lag in seconds", "BPM", "how fast you tap your foot"),
        ("mfcc1", "Σ L[b] / √128", "dB", "overall level"),
        ("mfcc2", "⅛ Σ L[b] cos(π (b + ½) / 128)", "dB", "bass against treble"),
        ("mfcc3 to 20", "⅛ Σ L[b] cos(π (j−1)(b + ½) / 128)", "dB", "timbre"),
    ],
    columns=["feature", "formula", "unit", "what you hear"],
).set_index("feature")

# %% [markdown]
# Let us check one. The *centroid* is the mean frequency, weighted by magnitude. Do our own line,
# librosa and the package agree?

# %%
magnitude = np.abs(librosa.stft(song, pad_mode="reflect"))
hz = librosa.fft_frequencies(sr=sr, n_fft=n_fft)
centroid = (hz @ magnitude) / magnitude.sum(axis=0)
print(f"by hand {centroid.mean():.2f} Hz")
print(f"librosa {librosa.feature.spectral_centroid(S=magnitude, sr=sr).mean():.2f} Hz")
print(f"package {extract_features(song)['spectral_centroid_mean']:.2f} Hz")

# %% [markdown]
# All three agree.
#
# ## The feature table
#
# We load the table; where a collection has none, the features are computed from the recordings. Is anything missing?

# %%
features, reason = features_or_reason(dataset, "features_30_sec")
if features is None:
    results.end(reason, output)
X, y = features.X, features.genre
print(f"{X.shape[0]:,} rows, {X.shape[1]} features, {X.isna().to_numpy().sum()} missing values")
X.assign(genre=y).iloc[:5, [0, 1, 2, 4, 16, 17, -1]].round(3)

# %% [markdown]
# No value is missing. The columns have very different scales, which is the subject of notebook 2.
#
# ## Waveforms and mel spectrograms by genre
#
# We look at five seconds of the first recording of each genre.


# %%
def first_seconds(paths, seconds=5):
    """Beginning of the first recording that can be decoded, or None."""
    for path in paths.dropna():
        with suppress(AudioError):
            return load_audio(path)[: seconds * sr]
    return None


examples = {
    genre: first_seconds(tracks.loc[tracks["genre"] == genre, "path"])
    for genre in by_genre.index[:10]
}
examples = {genre: signal for genre, signal in examples.items() if signal is not None}
if listen:  # embeds players (not in published pages)
    first = tracks.dropna(subset="path").groupby("genre").head(1).head(10)
    display(players(first["path"], seconds=2.0))

# %% tags=["hide-input"]
if examples:
    size = (6, 1.15 * len(examples) + 0.6)
    fig, axes = plt.subplots(
        len(examples), 2, figsize=size, sharex=True, sharey="col", squeeze=False
    )
    for (left, right), (genre, signal) in zip(axes, examples.items(), strict=True):
        blocks = signal[: len(signal) // 256 * 256].reshape(
            -1, 256
        )  # lowest and highest of 256 samples
        left.fill_between(
            np.arange(len(blocks)) * 256 / sr,
            blocks.min(axis=1),
            blocks.max(axis=1),
            color=blue,
            lw=0.5,
        )
        decibels = librosa.power_to_db(librosa.feature.melspectrogram(y=signal, sr=sr), ref=np.max)
        librosa.display.specshow(
            decibels, sr=sr, x_axis="time", y_axis="mel", vmin=-70, vmax=0, ax=right
        )
        left.set(title=genre, xlabel="", ylabel="")
        right.set(xlabel="", ylabel="Hz", yticks=[512, 2048, 8192])
    for ax in axes[-1]:
        ax.set(xlabel="time (s)", xticks=range(6))
    show(
        axes,
        alt=f"A waveform and a mel spectrogram of one recording each of {', '.join(examples)}.",
        caption="Waveform (left) and mel spectrogram (right) of one recording per genre.",
    )
else:
    print("None of the recordings can be decoded, or there are none.")

# %% [markdown]
# The classical recording consists of horizontal lines, disco and hip-hop have regular vertical ones, and metal fills all
# bands at a nearly constant level. One recording does not represent its genre, however.
#
# ## Feature distributions by genre
#
# Which features separate genres? The variance of a feature has two parts: the genres have different means, and the
# tracks within a genre differ. The share of the first is called $\eta^2$ (eta squared). It is 0 if all genres have the
# same mean and 1 if the tracks of a genre do not differ.

# %%
means = X.groupby(y).transform("mean")
eta_squared = (means.var(ddof=0) / X.var(ddof=0)).fillna(0).sort_values(ascending=False)
best = [eta_squared[list(columns)].idxmax() for columns in FEATURE_GROUPS.values()]
best = eta_squared[best].sort_values(ascending=False)  # the best feature of each group
print(best.round(2).to_string())

# %% tags=["hide-input"]
import seaborn as sns

genres = sorted(y.unique())
fig, axes = plt.subplots(2, 2, figsize=(6.4, 2 + 0.45 * len(genres)), sharey=True)
for ax, column in zip(axes.flat, best.index, strict=False):
    sns.boxplot(x=X[column], y=y, hue=y, order=genres, hue_order=genres, palette=genre_colors(genres), legend=False,
                orient="h", fliersize=2, linewidth=0.8, medianprops={"color": "black", "lw": 2}, ax=ax)  # fmt: skip
    ax.set(xlabel="", ylabel="")
    ax.set_title(f"{column} ({best[column]:.0%})", fontsize=10, weight="normal")
    ax.locator_params(axis="x", nbins=4)
show(
    axes,
    alt=f"Box plots by genre of {', '.join(best.index[:4])}. The boxes of neighboring genres overlap in each.",
    caption="Distribution of four features by genre; in brackets, the share of the variance between genres.",
)

# %% [markdown]
# The mean chroma separates genres best; 62% of its variance lies between them, compared
# with 5% for the tempo.
# Classical has the lowest median in all four panels, and the boxes of most other genres overlap, so that no feature is
# sufficient alone.
#
# ## Correlated features
#
# Two features that rise and fall together carry the same information. *Correlation* measures how well a straight line
# describes two columns: 1 for a rising line, −1 for a falling one, 0 if no line helps. Which pairs are strongly correlated?

# %%
correlation = X.corr()
upper = np.triu(np.ones(correlation.shape, dtype=bool), k=1)  # each pair once
pairs = correlation.abs().where(upper).stack()
strong = pairs[pairs > 0.9].sort_values(ascending=False)
print(f"{len(strong)} of {len(pairs):,} pairs above 0.9 in absolute value:")
print(strong.round(3).to_string())

# %% tags=["hide-input"]
columns = [column for column in X if column.endswith("_mean") or column == "tempo"]
labels = [column.removesuffix("_mean").removeprefix("spectral_") for column in columns]
even = {f"mfcc{j}" for j in range(2, 21, 2)}  # every second MFCC has a label
labels = ["" if label in even else label for label in labels]
fig, ax = plt.subplots(figsize=(5, 5.6))
sns.heatmap(X[columns].corr(), vmin=-1, vmax=1, cmap="RdBu_r", square=True, xticklabels=labels, yticklabels=labels,
            cbar_kws={"orientation": "horizontal", "shrink": 0.6, "label": "correlation"}, ax=ax)  # fmt: skip
ax.tick_params(labelsize=8.5)
ax.set_title("Correlation of the mean features")
show(
    ax,
    alt="Heatmap of correlations. Centroid, bandwidth, rolloff and zero crossings form a red block; mfcc2 is blue against all of them.",
    caption="Correlation of the 28 means and the tempo. Every second MFCC is labeled.",
)

# %% [markdown]
# All five pairs connect centroid, bandwidth, rolloff and the second MFCC, which measure the same thing: the balance
# of bass and treble. The checkerboard shows that MFCCs two places apart are correlated.
#
# ## Tempo by genre
#
# Do genres differ in tempo, and is the estimate right? We compare the table with the tempo that people annotated. An estimate within 4% counts as the
# same. Half or double the tempo is an *octave error*: the beat was found, but every second beat was skipped or
# one was added in between.

# %%
bpm = pd.DataFrame({"genre": y, "estimated": X["tempo"]})
bpm["annotated"] = tracks["annotated_tempo"].reindex(X.index)
print(f"{bpm['estimated'].nunique()} different estimates for {len(bpm):,} tracks; medians:")
print(bpm.groupby("genre")[["estimated", "annotated"]].median().round(1).to_string())

both = bpm[(bpm["estimated"] > 0) & (bpm["annotated"] > 0)]
ratio = both["estimated"] / both["annotated"]
verdict = pd.Series("other", index=both.index)
factors = {"same": 1, "double": 2, "half": 1 / 2, "triple": 3, "third": 1 / 3}
for name, factor in factors.items():
    verdict[(ratio / factor - 1).abs() <= 0.04] = name
agreement = verdict.value_counts(normalize=True)
print(f"\nestimate against annotation ({len(both)} tracks):")
if len(both):
    print(agreement.map("{:.1%}".format).to_string())

# %% tags=["hide-input"]
fig, axes = plt.subplots(
    2, 1, figsize=(6, 4.9 + 0.33 * len(genres)), height_ratios=[len(genres) + 1, 12]
)
for value in bpm["estimated"].unique():
    axes[0].axvline(value, color="#CCCCCC", lw=0.6, zorder=0)
sns.boxplot(x="estimated", y="genre", data=bpm, order=genres, color=light, fliersize=2, linewidth=0.8, orient="h",
            medianprops={"color": "#882255", "lw": 3}, ax=axes[0])  # fmt: skip
axes[0].set(title="BPM by genre", xlabel="estimated tempo (BPM)", ylabel="")
axes[0].grid(visible=False)
palette = {
    "same": blue,
    "double": red,
    "half": "#44AA99",
    "triple": "#DDCC77",
    "third": "#AA4499",
    "other": "#888888",
}
order = [name for name in palette if name in agreement]
if len(both):
    sns.scatterplot(x=both["annotated"], y=both["estimated"], hue=verdict, style=verdict, hue_order=order,
                    style_order=order, palette=palette, s=25, ax=axes[1])  # fmt: skip
    axes[1].get_legend().remove()
    fig.legend(
        *axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False
    )
    axes[1].set(
        title="Estimate and annotation", xlabel="annotated tempo (BPM)", ylabel="estimated (BPM)"
    )
else:
    axes[1].set_axis_off()
show(
    axes,
    alt="Top: box plot of the estimated tempo by genre over gray lines, the possible tempi; several medians share a line. Bottom: estimated against annotated tempo; points lie on lines of the same, double and half tempo.",
    caption="Estimated tempo by genre over the grid of possible tempi, and estimates against annotations.",
)

# %% [markdown]
# The table contains only 35 different tempi. Blues, classical, disco and metal share their median, one of the two grid
# values around the prior's maximum. The annotated medians of these genres differ by up to 31 BPM.
#
# The estimate agrees with people for 68% of the tracks (*Accuracy 1*), and for 88% if octave errors and triple or third tempi are accepted
# (*Accuracy 2*, [Gouyon et al. 2006](https://doi.org/10.1109/TSA.2005.858509)).
#
# ## Faults: unusable files
#
# We decode every recording, compute its 57 features, and compare them with the published table. Which files fail,
# and do our features agree (within 0.0001 standard deviations)?

# %%
prints, reason = features_or_reason(dataset, "fingerprint")  # decodes every file
if prints is None:
    print(f"No recording could be used. {reason}")
else:
    own = load_features(dataset, published=False)
    print(f"{len(own.X)} of {len(dataset.audio)} recordings could be used")
    print(own.faults["reason"].to_string() if len(own.faults) else "no faults")
    shared = own.X.index.intersection(X.index)
    deviation = ((own.X.loc[shared] - X.loc[shared]) / X.std(ddof=0)).abs().max(axis=1)
    same = int((deviation < 1e-4).sum())
    if 30 in dataset.tables:
        print(f"same features as in the table: {same} of {len(shared)}")
    results.fact(unusable=len(dataset.audio) - len(own.X), same_features=same)

# %% [markdown]
# All 824 recordings can be used, including jazz.00054, which is damaged in Kaggle's copy. Our features equal the published
# ones except for three tracks, which differ in their chroma.
#
# ## Faults: duplicates
#
# To evaluate a model, we train it on one part of the tracks, the *training set*, and test it on the others, the *test set*.
# If a track occurs in both, the model only needs to recognize it. Identical files have the same checksum (MD5). The same music in another file is found by an *acoustic
# fingerprint*, which describes how the energy of frequency bands changes and does not depend on level or format
# ([Haitsma and Kalker 2002](https://ismir2002.ismir.net/proceedings/02-FP04-2.pdf)). How many of the repetitions that Sturm lists do we find?

# %%
copies = tracks["duplicate_of"].dropna()
found = pd.DataFrame({"other": [], "seconds": []})
if prints is not None:
    others = prints.values["frames"].drop(copies.index, errors="ignore")
    found = near_duplicates(others.to_dict())
same_start = found["seconds"].abs() < 0.5
again = tracks["song"].duplicated().sum()
repetitions = pd.DataFrame(
    {
        "identical file": ("checksum", len(copies), 50),
        "same excerpt": ("fingerprint, same start", found["other"][same_start].nunique(), None),
        "same recording": ("fingerprint, shifted", found["other"][~same_start].nunique(), 22),
        "same song": ("all of these, artist and title", again, None),
    },
    index=["found by", "tracks here", "Sturm 2013, all of GTZAN"],
).T
wrong = copies[tracks["genre"][copies.index].to_numpy() != tracks["genre"][copies].to_numpy()]
print("identical files with different labels:", wrong.to_dict() or "none")
repetitions

# %% [markdown]
# Why are there so few identical files? Sturm compared fingerprints and listened. His exact replicas may differ in level
# or by a short delay, and then their bytes differ. Fingerprints find 21 of these; others may be among the missing
# recordings. One identical pair has two labels, rock and metal, so that one must be wrong.
#
# Of Sturm's shifted recordings, our fingerprints find only one: most excerpts of a song do not overlap, so the number is a
# lower bound. The column `song` also uses artist and title.
#
# All later notebooks keep the excerpts of a song together.
#
# ## Faults: few artists
#
# Songs by one artist share voice, instruments and often the studio. If an artist is in both sets, a model can
# recognize the artist instead of the genre. How many artists are there? Different spellings count as one artist. Artists
# who appear on one track together count as one group, the *artist group*.

# %%
named = tracks.dropna(subset=["artist_group"])
artists = named.groupby("genre")["artist_group"].nunique()
n_groups = named["artist_group"].nunique()
print(f"{n_groups} artist groups made {len(named)} of {len(tracks):,} tracks")
sets = named.dropna(subset=["partition"]).groupby("artist_group")["partition"].unique()
crossing = sets[sets.map(len) > 1]
print("in several sets of the filtered partition:", ", ".join(crossing.index) or "none")

# %% tags=["hide-input"]
if len(named):
    fig, ax = plt.subplots(figsize=(6, 1 + 0.36 * len(artists)))
    for genre, counts in (
        named.groupby("genre")["artist_group"].value_counts().groupby(level="genre")
    ):
        colors = [(blue, light)[i % 2] for i in range(len(counts))]
        ax.barh([genre] * len(counts), counts, left=counts.cumsum() - counts, color=colors)
        ax.text(counts.sum(), genre, f" {len(counts)}", va="center")
    ax.set(title="Tracks by artist group", xlabel="tracks with a named artist")
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    show(
        ax,
        alt=f"Stacked bars by genre, one block per artist group. Number of groups: {artists.to_dict()}.",
        caption="Each block is one artist group; the number at the end counts the groups of the genre. A group with tracks in two genres is counted in both.",
    )

# %% [markdown]
# There are 235 artist groups, and all blues tracks come from only nine of them. The group of Bob Marley has more than a
# third of the reggae tracks. Recognizing a few artists is thus enough to score well in these genres.
#
# The *filtered partition* ([Kereliuk, Sturm and Larsen 2015](https://arxiv.org/abs/1507.04761)) divides GTZAN without its
# faulty tracks into a training, validation and test set with different artists. Three artist groups are nevertheless in
# two of the sets, because of duets such as the one of Lauryn Hill and Bob Marley.

# %% tags=["hide-input"]
finding = f"{len(tracks):,} tracks in {len(by_genre)} genres; {len(dataset.audio)} have a recording"
if n_groups:
    finding += f", and {len(named)} have a named artist, in {n_groups} artist groups"
finding += f". {len(copies)} files are exact copies of another."
mfcc_means = X[[f"mfcc{j}_mean" for j in range(4, 21)]].corr().to_numpy()
sizes = named.groupby("genre")["artist_group"].value_counts().groupby(level="genre").head(1)
results.fact(
    finding=finding,
    recordings=by_genre["recordings"].to_dict(),
    eta_squared=best.to_dict(),
    lowest_median=X[best.index[:4]].groupby(y).median().idxmin().to_dict(),
    strong_correlations=[list(pair) for pair in strong.index],
    mfcc_correlation={apart: np.diag(mfcc_means, apart).mean() for apart in (1, 2)},
    tempi=bpm["estimated"].nunique(),
    median_tempo=bpm.groupby("genre")[["estimated", "annotated"]].median().to_dict(),
    tempo_agreement=agreement.to_dict(),
    repetitions=repetitions["tracks here"].to_dict(),
    copies_with_another_genre=wrong.to_dict(),
    artists=n_groups,
    artists_by_genre=artists.to_dict(),
    largest_groups={genre: [artist, n] for (genre, artist), n in sizes.items()},
    artists_in_several_sets=list(crossing.index),
)
_ = results.write(output)

# %% [markdown]
# ## What to remember
#
# - A spectrogram is a sequence of Fourier transforms. Long frames separate tones, short frames separate moments.
# - The tempo column is an estimate on a coarse grid, pulled toward 120 BPM.
# - No single feature separates the genres.
# - Songs and artists repeat. A random split puts them into both the training and the test set.
#
# ## Exercises
#
# 1. Sample a sine of 12,050 Hz, which is above the Nyquist frequency. Where is the peak of its spectrum?
# 2. In which genre does the spectral centroid vary most, measured by the interquartile range?
# 3. Which share of its genre does the most frequent artist group have?
#
# <details><summary>Solution</summary>
#
# ```python
# alias = np.sin(2 * np.pi * 12050 * time)
# print(np.argmax(np.abs(np.fft.rfft(alias))), "Hz")
# ```
#
# This prints `10000 Hz`. The frequency is mirrored at the Nyquist frequency: 22,050 − 12,050. This is called *aliasing*,
# and the reason why sound is low-pass filtered before it is sampled.
#
# ```python
# quartiles = X.groupby(y)["spectral_centroid_mean"].quantile([0.25, 0.75]).unstack()
# print((quartiles[0.75] - quartiles[0.25]).sort_values().round().to_string())
# ```
#
# Blues has the widest range (846 Hz), classical the narrowest (348 Hz).
#
# ```python
# largest = named.groupby("genre")["artist_group"].agg(lambda group: group.value_counts(normalize=True).max())
# print(largest.sort_values().map("{:.0%}".format).to_string())
# ```
#
# Reggae is first: 44% of its named tracks belong to the group of Bob Marley. In disco, the largest group has 8%.
#
# </details>
#
# ## Questions
#
# 1. You double the frame from 2,048 to 4,096 samples. What improves, and what gets worse?
# 2. Several genres have the same median tempo. Are they equally fast?
#
# <details><summary>Answers</summary>
#
# 1. Bins are 5.4 instead of 10.8 Hz apart, so close tones are separated better. A frame lasts 186 instead of 93 ms, so that
#    onsets are blurred.
# 2. No. The prior pulls estimates toward 120 BPM, and the grid has steps of about 6 BPM there. The annotated medians differ.
#
# </details>
#
# **Where to go on.** Notebook 2 scales the features and looks for the main directions in which they vary. Müller's
# [FMP notebooks](https://www.audiolabs-erlangen.de/FMP) teach audio processing in depth.
