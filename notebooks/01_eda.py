# %% [markdown]
# # 1. What is in the collection?
#
# GTZAN is the best-known collection for teaching a machine the genre of a song: ten genres, a
# hundred excerpts of thirty seconds each, gathered by George Tzanetakis in 2000 and 2001
# ([Tzanetakis and Cook 2002](https://doi.org/10.1109/TSA.2002.800560)). Before any model is
# trained, we look at it, listen to it, and look for what is wrong with it.

# %% tags=["parameters"]
data = ""  # folder of the collection; "" searches GTZAN_HOME, then data/gtzan, then makes a demo
profile = "full"  # "quick" or "full"
seed = 0
listen = True  # embed short audio players where there is audio
output = ""  # folder for the results file; "" writes none

# %%
import pandas as pd
from IPython.display import Markdown, display

from genre_utils import plots
from genre_utils.data import NoUsableAudio, as_published_table, load_features, open_dataset
from genre_utils.evaluation import Results

plots.set_style()
dataset = open_dataset(data)
results = Results("01_eda", dataset, profile, seed)
results.fact(title="What is in the collection?")
tracks = dataset.tracks

# %% [markdown]
# ## What was found on disk
#
# The same collection comes in many layouts, and seldom complete. This is what this run had.

# %%
found = dataset.describe()
lines = [
    f"The collection **{found['name']}** has {found['tracks']} tracks in {len(dataset.genres)} "
    f"genres: {found['tracks_with_features']} are in the published table of features, "
    f"{found['tracks_with_audio']} have audio, {found['tracks_with_pictures']} have a picture of "
    "their spectrogram.",
    "",
    *(f"- {sentence}" for sentence in dataset.missing),
]
display(Markdown("\n".join(lines)))

# %% [markdown]
# ## The table of features
#
# Each row describes one track by 57 numbers: the mean and the variance, over the track, of what
# was measured every 23 ms. Which rows were read, and which computed?

# %%
features = load_features(dataset)
display(Markdown(features.source))

# %% [markdown]
# A first look at it: the first rows.

# %%
pd.set_option("display.max_columns", 60, "display.max_colwidth", None)
df = as_published_table(features)
df.head()

# %% [markdown]
# How many rows and columns are there?

# %%
df.shape

# %% [markdown]
# Is anything missing, and which columns are numbers?

# %%
df.info()

# %% [markdown]
# The names of the columns. `harmony` and `perceptr` are the harmonic and the percussive part of the
# signal; the twenty `mfcc` (mel-frequency cepstral coefficients) describe its timbre.

# %%
df.columns

# %% [markdown]
# And the labels.

# %%
df["label"].unique()

# %% [markdown]
# ## Are the genres equally large?
#
# If one genre had most of the tracks, guessing it would already look like skill.

# %%
counts = tracks["genre"].value_counts()
ax = plots.genre_counts(tracks)
plots.show(
    ax,
    f"Horizontal bars of the number of tracks of {len(counts)} genres, from {counts.min()} to "
    f"{counts.max()}; {found['tracks_with_audio']} of all {len(tracks)} tracks have audio.",
)
chance = counts.max() / counts.sum()
results.fact(tracks_per_genre=counts.sort_index().to_dict(), chance=chance)
display(
    Markdown(
        f"The smallest genre has {counts.min()} tracks, the largest {counts.max()}. Whoever always "
        f"guesses the largest is right {chance:.1%} of the time: that is the level of chance."
    )
)

# %% [markdown]
# ## One look and one listen a genre
#
# A *waveform* shows loudness over time. A *spectrogram* shows which frequencies sound when. The
# *mel* scale spaces them as the ear does. *Chroma* folds the octaves, so that what is left is the
# note. *MFCC* are a short summary of the mel spectrum's shape.

# %%
from genre_utils.audio import AudioError, load_audio
from genre_utils.plots import player

looked_at = []
for genre in dataset.genres:
    for track, path in tracks.loc[tracks["genre"] == genre, "path"].dropna().items():
        try:
            y = load_audio(path)
        except AudioError:
            continue  # listed below, among the faults
        artist, title = tracks.loc[track, ["artist", "title"]].fillna("unknown")
        display(Markdown(f"**{genre}**: {track}, {artist}, “{title}”"))
        if listen:
            display(player(y, f"Six seconds of {track}"))
        plots.show(
            plots.track_look(y[:220500], f"{track}: ten seconds of {genre}"),
            f"Waveform, spectrogram, mel spectrogram, chroma and MFCC of {track}, {genre}.",
        )
        looked_at.append(track)
        break
if not looked_at:
    display(Markdown("This root has no audio that can be decoded, so there is nothing to hear."))

# %% [markdown]
# ## Does tempo tell genres apart?
#
# The column `tempo` is an estimate in beats per minute (BPM). A box spans the middle half of a
# genre's tracks, the line in it is the median, points beyond the whiskers are outliers.

# %%
ax = plots.tempo_boxplot(df["tempo"], df["label"])
medians = df.groupby("label")["tempo"].median()
spread = df.groupby("label")["tempo"].quantile([0.25, 0.75]).unstack()
plots.show(
    ax,
    "Box plot of tempo by genre. Medians in BPM: "
    + ", ".join(f"{genre} {tempo:.0f}" for genre, tempo in medians.items())
    + ".",
)
results.fact(median_tempo=medians.to_dict())
widest = (spread[0.75] - spread[0.25]).idxmax()
display(
    Markdown(
        f"Medians run from {medians.min():.0f} BPM ({medians.idxmin()}) to {medians.max():.0f} BPM "
        f"({medians.idxmax()}), while the middle half of {widest} alone spans "
        f"{spread.loc[widest, 0.25]:.0f} to {spread.loc[widest, 0.75]:.0f} BPM. The boxes overlap: "
        "tempo helps, but it does not decide."
    )
)

# %% [markdown]
# ## How good is the estimated tempo?
#
# People have annotated the tempo of these tracks
# ([gtzan_tempo_beat](https://github.com/TempoBeatDownbeat/gtzan_tempo_beat)). An estimate within
# 4 % counts as the same tempo. Half or double the tempo is a mistake of its own kind, an *octave error*: the machine
# found the beat, but counts every other one, or twice.

# %%
from genre_utils.evaluation import tempo_verdicts

estimated = features.values["tempo"].rename("estimated")
annotated = tracks["annotated_tempo"].reindex(estimated.index)
both = pd.concat([estimated, annotated], axis=1).dropna()
both = both[(both > 0).all(axis=1)]
if both.empty:
    display(Markdown("This root has no annotated tempi (tempo/*.bpm): nothing to compare with."))
else:
    verdict = tempo_verdicts(both["estimated"], both["annotated_tempo"])
    shares = verdict.value_counts(normalize=True, sort=False)
    plots.show(
        plots.tempo_agreement(both["estimated"], both["annotated_tempo"], verdict),
        "Scatter plot of estimated against annotated tempo. "
        + ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
        + ".",
    )
    results.fact(tempo_agreement=shares.to_dict(), tempo_agreement_n=len(both))
    display(
        Markdown(
            f"Of {len(both)} tracks, {shares['same']:.1%} have the tempo that people heard "
            f"(Accuracy 1), {1 - shares['other']:.1%} when octave errors are forgiven "
            f"(Accuracy 2). {shares['double']:.1%} are counted twice as fast, "
            f"{shares['half']:.1%} half as fast. A column of features is an estimate, not a fact."
        )
    )

# %% [markdown]
# ## Which features say the same thing?
#
# Two columns that rise and fall together carry one piece of information, not two.

# %%
import numpy as np

X = features.X
ax = plots.correlations(X)
corr = X.corr().abs()
pairs = corr.where(np.triu(np.ones(corr.shape, dtype=bool), k=1)).stack().dropna().sort_values()
strong = int((pairs > 0.9).sum())
strongest = "; ".join(f"{a} and {b}, {value:.2f}" for (a, b), value in pairs[::-1][:3].items())
plots.show(ax, f"Correlation matrix of {X.shape[1]} features. The strongest: {strongest}.")
results.fact(correlations_above_0_9=strong)
display(
    Markdown(
        f"{strong} of {len(pairs)} pairs correlate above 0.9 in absolute value. The strongest: "
        f"{strongest}. The next notebook asks how many dimensions are really there."
    )
)

# %% [markdown]
# ## What is wrong with it: files
#
# Sturm ([2013](https://arxiv.org/abs/1306.1461)) listened to the whole collection and found
# repeated excerpts, wrong labels and distortion. Here, first, the files that cannot be used, or not
# wholly. To find them, each is decoded and its features are computed, once.

# %%
if dataset.audio.empty:
    faults = features.faults
    display(Markdown("No audio, so no file to check."))
else:
    try:
        faults = load_features(dataset, published=False).faults
    except NoUsableAudio as error:
        faults = error.faults
    left_out = int((~faults["used"].astype(bool)).sum())
    results.fact(audio_faults=faults.reset_index().to_dict("records"), left_out=left_out)
    display(
        Markdown(
            f"All {len(dataset.audio)} audio files can be used."
            if faults.empty
            else f"Of {len(dataset.audio)} audio files, {left_out} were left out and "
            f"{len(faults) - left_out} were used in spite of a fault:"
        )
    )
    if len(faults):
        display(faults)

# %% [markdown]
# ## What is wrong with it: the same recording twice
#
# A track that is there twice can land on both sides of a split. A model then need not know the
# genre; it need only remember the track.

# %%
doubled = tracks["duplicate_of"].dropna()
table = tracks.loc[doubled.index, ["genre", "duplicate_of"]].assign(
    genre_of_first=tracks.loc[doubled, "genre"].to_numpy()
)
across = int((table["genre"] != table["genre_of_first"]).sum())
results.fact(duplicates=doubled.to_dict())
display(
    Markdown(
        f"{len(doubled)} tracks are byte for byte the same as another. Pairs that stand under two "
        f"genres, so that one label must be wrong: {across}."
        if len(doubled)
        else "No two tracks are byte for byte the same."
    )
)
if len(doubled):
    display(table)

# %% [markdown]
# Two excerpts of one song are no copies, and still they are one song: the same voice, band and mix.
# Where artist and title are known, they tell. How many songs are there more than once?

# %%
several = tracks["song"].value_counts()
several = several[several > 1]
excerpts = tracks[tracks["song"].isin(several.index)]
results.fact(songs_with_several_excerpts=len(several), tracks_of_these=len(excerpts))
display(
    Markdown(
        f"{len(several)} songs have several excerpts, {len(excerpts)} tracks in all. From here on, one "
        "song is one song: no split has it on both sides, and no song is recommended for itself."
    )
)
if len(several):
    display(excerpts.sort_values("song")[["song", "artist", "title"]].head(8))

# %% [markdown]
# ## What is wrong with it: few artists
#
# Songs of one artist share voice, band, studio and microphone. If an artist is on both sides of a
# split, a model can recognise the studio and be praised for the genre. One artist is all names that
# mean the same, and all who ever play together: a duet connects two.

# %%
named = tracks["artist_group"].dropna()
if named.empty:
    display(Markdown("This root does not say who plays (meta/GTZANindex.txt)."))
else:
    ax = plots.artists_per_genre(tracks)
    per_genre = tracks.dropna(subset=["artist_group"]).groupby("genre")["artist_group"]
    artists, largest = per_genre.nunique(), per_genre.value_counts()
    few, most = artists.idxmin(), largest.idxmax()
    plots.show(
        ax,
        "Stacked bars: number of artists by genre. "
        + ", ".join(f"{genre} {count}" for genre, count in artists.items())
        + ".",
    )
    results.fact(
        artists=int(named.nunique()),
        tracks_with_artist=len(named),
        artists_per_genre=artists.to_dict(),
    )
    display(
        Markdown(
            f"{named.nunique()} named artists made {len(named)} of the {len(tracks)} tracks. "
            f"{few} has only {artists[few]}. {most[1]} alone has {largest.max()} tracks of {most[0]}."
        )
    )
    sides = tracks.dropna(subset=["artist_group", "partition"]).groupby("artist_group")["partition"]
    several_sides = sides.nunique().loc[lambda n: n > 1].index
    results.fact(artists_on_several_sides=list(several_sides))
    if len(several_sides):
        display(
            Markdown(
                "The published partition keeps names apart, as they are written. By way of duets, "
                f"{', '.join(several_sides)} are on two of its sides."
            )
        )

# %% [markdown]
# ## What is wrong with it: everything we can check
#
# An *audit* decodes every file, measures it, and compares what is there with what should be. To find
# the same recording under another cut, level or coding, it compares *fingerprints*: 32 bits every
# 12 ms, which say in which bands the energy rises
# ([Haitsma and Kalker 2002](https://ismir2002.ismir.net/proceedings/02-FP04-2.pdf)). On the command
# line, `genre audit` names every track.

# %%
from genre_utils.data import CHECKS, audit, in_ranges

audited = audit(dataset)
found_by = audited.findings.groupby("check", sort=False)["track"]
results.fact(audit=found_by.size().to_dict())
summary = pd.DataFrame(
    {
        "tracks": found_by.size(),
        "for example": found_by.agg(lambda names: in_ranges(list(names)[:3])),
    }
).rename(index=CHECKS)
summary.index.name = "what was found"
display(summary if len(summary) else Markdown("No fault was found."))

# %%
near = audited.of("near duplicate")
display(
    Markdown(
        "Among the files that can be heard here, no two hold the same recording in another cut, "
        "level or coding."
        if near.empty
        else f"{len(near)} tracks hold the same recording as another, in another cut, level or "
        "coding: " + "; ".join(f"{row.track} ({row.detail})" for row in near.itertuples()) + "."
    )
)

# %% [markdown]
# ## Are our features the published ones?
#
# Whoever describes a song of their own must measure as the table did, or models that learnt from one
# hear another. So where there are both a published table and sound, the audit measured all 57 columns
# anew. Equal means: within 0.0001 standard deviations of the column.

# %%
from genre_utils.data import tell_fidelity

if not audited.fidelity:
    plots.say("There is no published table, or no sound to go with it: nothing to compare.")
for seconds, beside in audited.fidelity.items():
    deviating = beside[beside["columns"] > 0]
    results.fact(
        **{
            f"fidelity_{seconds}_sec": {
                "compared": len(beside),
                "equal": len(beside) - len(deviating),
                "same_tempo": int(beside["same_tempo"].sum()),
                "deviating": {str(row): why for row, why in deviating["reason"].items()},
            }
        }
    )
    plots.say(f"**The {seconds} s table.** {tell_fidelity(beside)}")
    if len(deviating):
        display(deviating[["columns", "largest", "reason"]].head(20))

# %% [markdown]
# The columns of chroma need a *tuning*: how far the band's A is from 440 Hz. It is the fullest bin of a
# histogram of the loudest frequencies. Where two bins are as full, rounding decides between them, on
# another machine another way. The published pieces of 3 s lack their last sample; that moves a column
# by a thousandth of its standard deviation.

# %% [markdown]
# ## What was found

# %%
finding = f"{len(tracks)} tracks in {len(dataset.genres)} genres"
if len(named):
    finding += f", but only {named.nunique()} named artists"
finding += f"; {len(doubled)} exact duplicates."
if not both.empty:
    finding += f" The estimated tempo agrees with people for {shares['same']:.0%} of the tracks."
results.fact(finding=finding)
results.write(output)
display(
    Markdown(
        f"{finding}\n\nWhoever splits this collection at random puts the same artists, and even the "
        "same recordings, on both sides. The notebooks that follow measure what that is worth."
    )
)
