# %% [markdown]
# # 1. What is in the collection?
#
# GTZAN is the best-known collection for teaching a machine the genre of a song. Before any model is trained, we look
# at it, listen to it, and look for what is wrong with it.
#
# **After this notebook you can** take a sound apart with the Fourier transform, read a spectrogram, a
# chromagram and MFCC, say what each of the 57 features measures, and name faults that a score would hide.
# **You should know** a little Python with numpy and pandas, and what sine, mean and variance are.

# %% tags=["parameters"]
data = ""  # folder of the collection; "" searches GTZAN_HOME, then data/gtzan, then makes a demo
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # embed short players of recordings, too; those of synthesized sound are always there
output = ""  # folder for the results file; "" writes none

# %%
import librosa
import numpy as np
import pandas as pd
from IPython.display import display

from genre_utils import evaluation, plots
from genre_utils.audio import SAMPLE_RATE, Spectra
from genre_utils.data import (
    CHECKS,
    as_published_table,
    audit,
    load_features,
    open_dataset,
)
from genre_utils.data import synthesize
from genre_utils.wording import count, listed, percent

plots.set_style()
pd.set_option("display.max_columns", 60, "display.max_colwidth", None)
dataset = open_dataset(data)
results = evaluation.Results("01_eda", dataset, profile, seed)
results.fact(title="What is in the collection?")
tracks = dataset.tracks

# %% [markdown]
# ## The collection, in short
#
# - *who and when*: George Tzanetakis, 2000 and 2001, for [Tzanetakis and Cook 2002](https://doi.org/10.1109/TSA.2002.800560)
# - *what*: 1000 excerpts of 30 s, 100 of each of ten genres, from CDs, radio and microphones
# - *format*: mono, 22,050 samples a second, 16 bits each
# - *licence*: none was given; the recordings belong to their owners, so our published pages hold none
# - *known faults*: [Sturm 2013](https://arxiv.org/abs/1306.1461) listened to all of it; see the last sections
#
# Kaggle's copy adds two tables of features, one with a row a track (30 s), one with a row for each of its ten pieces
# (3 s), and a picture of each spectrogram. To test a model, tracks are *split*: it learns from the training side and
# is tested on the test side. The published, fault-filtered *partition* of Kereliuk et al. is one such split. A copy
# is seldom complete. This is what the present run had.

# %%
plots.say(evaluation.tell_found(dataset))

# %% [markdown]
# If one genre had most of the tracks, guessing it would already look like skill. Are they equally large?

# %%
counts = tracks["genre"].value_counts().sort_index()
results.fact(tracks_per_genre=counts.to_dict(), chance=counts.max() / counts.sum())
plots.show(*plots.sizes(tracks))

# %% [markdown]
# ## Sound is a row of numbers
#
# A microphone writes down the pressure of the air. Each number is a *sample*; 22,050 of them make a second. Their
# *amplitude* is how far they are from rest. Here we make a second of sound ourselves from two sines, its *partials*:
# one of 220 oscillations a second (hertz, Hz), and one of 660 Hz that is half as strong.

# %%
time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
tone = 0.6 * np.sin(2 * np.pi * 220 * time) + 0.3 * np.sin(2 * np.pi * 660 * time)
plots.hear({"220 and 660 Hz, one second": tone})

# %% [markdown]
# ## The Fourier transform
#
# Which frequencies are in it, if one has the samples alone? Multiply the sound by a cosine and by a sine of some
# frequency, and take the mean of each. If the sound has none of this frequency, plus and minus cancel. If it has,
# something is left: half of its amplitude, shared between cosine and sine by where the wave starts (its *phase*). So
# we take the root of the sum of both squares, times two.


# %%
def amplitude(y, hz):
    """How much of one frequency is in a sound of one second."""
    angle = 2 * np.pi * hz * time
    return 2 * np.hypot(np.mean(y * np.cos(angle)), np.mean(y * np.sin(angle)))


for hz in (110, 220, 440, 660):
    print(f"{hz} Hz: {amplitude(tone, hz):.3f}")

# %% [markdown]
# The *discrete Fourier transform* does so for all frequencies, and writes cosine and sine as one complex number. Of
# $N$ samples $y_n$ it makes, for each *bin* $k$ ($n$ counts the samples, $i$ is the imaginary unit),
#
# $$X_k = \sum_{n=0}^{N-1} y_n \left( \cos\frac{2\pi k n}{N} - i \sin\frac{2\pi k n}{N} \right)$$
#
# $|X_k|$ is the *magnitude*, $|X_k|^2$ the *power*. Bins lie $22050 / N$ Hz apart: the longer the sound, the finer.

# %%
magnitude = 2 * np.abs(np.fft.rfft(tone)) / len(tone)
print("the two largest bins, in Hz:", *np.sort(np.argsort(magnitude)[-2:]))
plots.show(*plots.two_views(tone))

# %% [markdown]
# ## The spectrogram
#
# Music changes, so it is cut into short *frames*, and each is transformed (the *short-time Fourier transform*).
# Frames here are 2048 samples long (the *window*, 93 ms), and a new one begins every 512 (the *hop*, 23 ms). The ear
# hears ratios, so power $P$ is told in *decibels*: $L = 10 \log_{10} (P / P_0)$. Ten times the power is 10 dB more,
# half of it 3 dB less; $P_0$ is the power that counts as 0 dB, in these figures that of the loudest point.
#
# Our example is four seconds of pop from our synthesizer. An *onset* is the moment at which a sound begins.

# %%
song, played_at = synthesize("pop", seconds=4.0, seed=seed)
plots.hear({"synthesized pop, our example": song})
plots.show(*plots.onset_and_tone(song))

# %% [markdown]
# A long window tells close tones apart and smears moments, a short one does the opposite: bins lie $22050 / N$ Hz
# apart, and a frame lasts $N / 22050$ s. A window fades in and out, so two tones need about two bins between them,
# and what counts of a frame is about half. Two tones 60 Hz apart, and two clicks 40 ms apart:

# %%
pair = 0.3 * np.sin(2 * np.pi * 1000 * time) + 0.3 * np.sin(2 * np.pi * 1060 * time)
pair[[11025, 11025 + 882]] += 8.0
plots.show(*plots.window_sizes(pair))

# %% [markdown]
# In Jupyter, move the sliders. Which window shows both, and what does the hop change? The answer is below.


# %%
def draw(window, hop):
    return plots.windows(pair, [(window, hop)], "Two tones and two clicks")[0]


sizes = [128, 256, 512, 1024, 2048, 4096]
plots.sliders(draw, window=sizes, hop=[32, 64, 128, 256, 512])
plots.say(plots.tell_windows(pair, sizes))

# %% [markdown]
# ## The mel scale
#
# The ear tells 100 from 200 Hz easily, 8,000 from 8,100 hardly. The *mel* scale follows it; in librosa's form it is
# linear up to 1 kHz and logarithmic above. 128 triangular filters, evenly spaced in mel, each add up their bins'
# power.
#
# $$m(f) = 3f / 200 \quad \text{below 1 kHz}$$
#
# $$m(f) = 15 + 27 \, \frac{\ln (f/1000)}{\ln 6.4} \quad \text{above}$$

# %%
plots.show(*plots.filters(librosa.filters.mel(sr=SAMPLE_RATE, n_fft=2048, n_mels=128)))

# %% [markdown]
# What does a model hear that is given mel bands only? We play them back: the power of the bins is guessed from the
# bands, their phases are invented (Griffin and Lim, [1984](https://doi.org/10.1109/TASSP.1984.1164317)).

# %%
mel = librosa.feature.melspectrogram(y=song, sr=SAMPLE_RATE)
plots.hear({"the example, played back from 128 mel bands": plots.sound_of_mel(mel, seed=seed)})

# %% [markdown]
# ## MFCC
#
# The *mel-frequency cepstral coefficients* say how the bands of a frame rise and fall: how much of a slow wave over
# the bands is in them, how much of a quicker one, and so on (a cosine transform). With $L[b]$ the level of band $b$
# of $B$ in dB, the $j$-th is, but for a constant factor,
#
# $$c_j = \sum_{b=0}^{B-1} L[b] \cos \frac{\pi (j-1) (2b + 1)}{2B}$$
#
# The first is loudness, the second bass against treble. Twenty of them keep the *envelope* of the spectrum, which we
# hear as timbre; single tones go.

# %%
levels = librosa.power_to_db(mel)
plots.show(*plots.envelope(levels[:, levels.sum(axis=0).argmax()]))

# %% [markdown]
# ## Chroma
#
# A note an octave higher has twice the frequency and the same name. *Chroma* adds up the power of all octaves of
# each of the twelve notes; the strongest of a frame counts 1. Played back as tones, the chords are there; drums,
# voices and octaves are gone.

# %%
spectra = Spectra(song, SAMPLE_RATE)
as_tones = plots.sound_of_chroma(spectra.chroma(), spectra.rms())
plots.hear({"the chroma of the example, as twelve tones": as_tones})
plots.show(*plots.three_descriptions(song))

# %% [markdown]
# ## Harmonic and percussive
#
# Held tones are horizontal in a spectrogram, beats are vertical. So a median along time keeps the first, a median
# along frequency the second ([Fitzgerald 2010](https://dafx10.iem.at/papers/DerryFitzGerald_DAFx10_P15.pdf)). Each
# point of the spectrogram goes to the side on which it is stronger. Both sound again:

# %%
harmonic, percussive = spectra.hpss()
plots.hear({"the harmonic part of the example": harmonic, "its percussive part": percussive})
plots.show(*plots.two_parts(harmonic, percussive))

# %% [markdown]
# ## Tempo
#
# At an onset, many mel bands rise at once. How strongly they do is a curve over time. The lag at which it resembles
# itself best is the period of the beat; 60 divided by it, in seconds, is the *tempo* in beats per minute (BPM). A
# click on each beat lets you judge.

# %%
tempo = spectra.tempo()
beats = plots.beat_times(spectra.onset_strength(), tempo)
plots.hear({"the example with a click on each beat": plots.with_clicks(song, beats)})
plots.show(*plots.beat(song, beats, tempo, played_at))

# %% [markdown]
# ## From sound to 57 numbers
#
# Each measure but `harmony` and `perceptr` is taken every 23 ms. Of each, the table keeps mean and variance over the
# track: 28 measures give 56 numbers, and tempo is one. Chroma gives twelve values a frame; the table takes their
# mean and variance over all notes and all frames. The more evenly a frame fills the twelve notes, the higher the
# mean. `harmony` and `perceptr` are the samples of the harmonic and the percussive part themselves: their mean is
# near 0, and their variance is the power of the part. In the formulas $y$ is a frame, $X$ its transform, $f$ the
# frequencies of the bins and $L[b]$ the mel bands in dB.

# %%
plots.show(*plots.way(30 * SAMPLE_RATE))
plots.feature_guide()

# %% [markdown]
# One of them by hand: the *centroid* is the mean of the frequencies, weighted by magnitude.

# %%
hz = np.fft.rfftfreq(2048, 1 / SAMPLE_RATE)
centroid = (spectra.magnitude @ hz) / spectra.magnitude.sum(axis=1)
package = spectra.spectral_shape()["spectral_centroid"]
print(f"by hand {centroid.mean():.1f} Hz, by the package {package.mean():.1f} Hz")

# %% [markdown]
# ## The table
#
# Which rows were read, and which computed? Is anything missing? `length` counts samples and is no feature.

# %%
features = load_features(dataset)
df = as_published_table(features)
plots.say(f"{features.source} The labels: {listed(df['label'].unique())}.")
display(df.head().round(3).replace(-0.0, 0.0))
df.info()

# %% [markdown]
# ## One look a genre
#
# Five seconds of the first usable track of each genre. What looks alike?

# %%
sounds = plots.first_sounds(tracks)
if sounds:
    looks = plots.looks(sounds, features.values["spectral_centroid_mean"])
    plots.show(*looks)
else:
    plots.say("This collection has no audio that can be decoded: nothing to see or to hear.")
if listen:
    display(plots.players(tracks.loc[list(sounds), "path"], seconds=2.0))

# %% [markdown]
# ## Which features tell genres apart?
#
# The variance of a feature has two parts: genres have other means, and the tracks of a genre differ. The share of
# the first is called $\eta^2$: 0 if all genres have one mean, 1 if each genre is a point.

# %%
X, genre = features.X, features.genre
between = evaluation.between_genres(X, genre)
plots.show(*plots.telling_features(X, genre))

# %% [markdown]
# The last of them closer: a box spans the middle half of a genre's tracks, the line in it is the median, dots
# are outliers.

# %%
results.fact(median_tempo=df.groupby("label")["tempo"].median().to_dict())
plots.show(*plots.tempi(df["tempo"], df["label"]))

# %% [markdown]
# ## How good is the estimated tempo?
#
# People have annotated the tempo of these tracks
# ([gtzan_tempo_beat](https://github.com/TempoBeatDownbeat/gtzan_tempo_beat)). An estimate within 4 % counts as the
# same. Half or double the tempo is an *octave error*: the machine found the beat, but counts every other one, or
# twice. The column `tempo` is an estimate, not an annotation.

# %%
annotated = tracks["annotated_tempo"].reindex(features.values.index)
both = pd.DataFrame({"estimated": features.values["tempo"], "annotated": annotated}).dropna()
both = both[(both > 0).all(axis=1)]
verdict = evaluation.tempo_verdicts(both["estimated"], both["annotated"])
agreement = verdict.value_counts(normalize=True, sort=False).to_dict() if len(both) else {}
if agreement:
    results.fact(tempo_agreement=agreement, tempo_agreement_n=len(both))
    plots.show(*plots.agreement(both, verdict))
else:
    plots.say("This collection has no annotated tempi (tempo/*.bpm): nothing to compare with.")

# %% [markdown]
# ## Which features say the same thing?
#
# Two columns that rise and fall together carry one piece of information. *Correlation* measures how well a straight
# line describes two columns: 1 if they lie on a rising line, -1 on a falling one, 0 if no line helps. They may still
# depend on each other in another way.

# %%
results.fact(correlations_above_0_9=int((evaluation.strongest_correlations(X) > 0.9).sum()))
plots.show(*plots.same_thing(X))

# %% [markdown]
# ## What is wrong with it: files
#
# Files that cannot be used, or not wholly. To find them, each is decoded and measured, once.

# %%
faults = evaluation.file_faults(dataset, features.faults)
left_out = int((~faults["used"].astype(bool)).sum())
results.fact(audio_faults=faults.reset_index().to_dict("records"), left_out=left_out)
plots.say(evaluation.tell_faults(faults, len(dataset.audio)))
if len(faults):
    display(faults)

# %% [markdown]
# ## What is wrong with it: the same music twice
#
# A track that is there twice can land on both sides of a split; then a model need only remember it. An *audit*
# decodes every file and compares it with what should be there. It finds one recording under another cut, level or
# coding by its *fingerprint*: 32 bits every 12 ms, which say in which bands the energy rises ([Haitsma and Kalker
# 2002](https://ismir2002.ismir.net/proceedings/02-FP04-2.pdf)). [Sturm 2013](https://arxiv.org/abs/1306.1461)
# listened to all 1000 excerpts, and heard more.

# %%
audited = audit(dataset)
results.fact(audit=audited.findings.groupby("check", sort=False).size().to_dict())
evaluation.faults_beside_sturm(tracks, audited)

# %%
songs = evaluation.repeated_songs(tracks)
results.fact(duplicates=tracks["duplicate_of"].dropna().to_dict(), tracks_of_these=len(songs))
results.fact(songs_with_several_excerpts=songs["song"].nunique())
plots.say(evaluation.tell_repeated(tracks, audited))
songs.head(8)

# %% [markdown]
# Everything that the audit found. On the command line, `genre audit` names every track.

# %%
evaluation.audit_summary(audited, CHECKS)

# %% [markdown]
# ## What is wrong with it: few artists
#
# Songs of one artist share voice, band, studio and microphone. If an artist is on both sides of a split, a model can
# recognise the studio and be praised for the genre. One artist is all names that mean the same, and all who ever
# play together: a duet connects two.

# %%
named = tracks.dropna(subset=["artist_group"])
artists = named["artist_group"].nunique()
if artists:
    per_genre = named.groupby("genre")["artist_group"].nunique().to_dict()
    results.fact(artists=artists, tracks_with_artist=len(named), artists_per_genre=per_genre)
    results.fact(artists_on_several_sides=evaluation.split_artists(tracks))
    plots.show(*plots.artists(tracks))
else:
    plots.say("This collection does not say who plays (meta/GTZANindex.txt).")

# %% [markdown]
# ## Are our features the published ones?
#
# Whoever describes a song of their own must measure as Kaggle's table did. Where there are both table and sound, the
# audit measured all 57 columns anew. Equal means: within 0.0001 standard deviations.

# %%
if not audited.fidelity:
    plots.say("There is no published table, or no sound to go with it: nothing to compare.")
for seconds, beside in audited.fidelity.items():
    results.fact(**evaluation.fidelity_facts(seconds, beside))
    equal = int((beside["columns"] == 0).sum())
    plots.say(
        f"**The {seconds} s table.** {equal:,} of {len(beside):,} rows have all 57 columns equal."
    )

# %% [markdown]
# Why a few can differ: chroma needs a *tuning*, how far the band's A is from 440 Hz, which is the fullest bin of a
# histogram of the loudest frequencies. Where two bins are as full, rounding decides between them.
#
# ## What to remember

# %%
points = [
    "A spectrogram is many Fourier transforms. A long window sharpens tones, a short one moments.",
    "Mel bands, MFCC, chroma and tempo each keep a part of the sound and drop the rest.",
    f"The most telling feature, {between.index[0]}, leaves {percent(1 - between.iloc[0], 0)} of its "
    "variance within genres: one number is not enough.",
    f"{count(artists, 'named artist')} made {len(named):,} of {count(len(tracks), 'track')}, and "
    f"{len(songs)} share their song with another. A random split puts them on both sides.",
]
plots.say("\n".join(f"- {point}" for point in points))

# %% [markdown]
# ## Exercises
#
# 1. Make a tone of three partials, 200, 400 and 600 Hz. Which peaks does its spectrum have?
# 2. Play chroma of jazz and of metal. Which of the two is easier to recognise, and why?
# 3. Which genre has the widest range of centroids (`spectral_centroid_mean`), which the narrowest?
#
# <details><summary>Solutions</summary>
#
# ```python
# three = sum(np.sin(2 * np.pi * hz * time) / hz for hz in (200, 400, 600))
# plots.strongest(np.abs(np.fft.rfft(three)))
# ```
#
# ```python
# for name in ("jazz", "metal"):
#     other = Spectra(synthesize(name, seconds=4.0, seed=seed)[0], SAMPLE_RATE)
#     plots.hear({f"chroma of {name}": plots.sound_of_chroma(other.chroma(), other.rms())})
# ```
#
# ```python
# quarters = X.groupby(genre)["spectral_centroid_mean"].quantile([0.25, 0.75]).unstack()
# (quarters[0.75] - quarters[0.25]).sort_values()
# ```
#
# </details>
#
# **Where to go on.** Notebook 2 scales the table and looks for its dimensions. Müller's [FMP
# notebooks](https://www.audiolabs-erlangen.de/FMP) teach audio at length; Sturm 2013 is the best hour that one can
# spend on GTZAN.

# %%
finding = evaluation.tell_collection(tracks, agreement)
results.fact(finding=finding)
results.write(output)
plots.say(finding)
