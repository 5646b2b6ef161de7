"""What a collection is like before any model: sizes, faults, what its features separate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from genre_utils.data import Audit, Dataset, NoUsableAudio, in_ranges, load_features
from genre_utils.wording import count, listed, percent

# Sturm 2013 (arXiv:1306.1461), who listened to all excerpts: how many have each fault.
STURM = {
    "exact replicas": 50,
    "another excerpt of one recording": 22,
    "another version of one piece": 13,
    "conspicuously wrong label": 43,
    "contentious label": 63,
}


def tell_found(dataset: Dataset) -> str:
    """What there is of a collection, and what it lacks, in Markdown.

    Parameters
    ----------
    dataset
        The collection.
    """
    found = dataset.describe()
    told = (
        f"The collection **{found['name']}** has {count(found['tracks'], 'track')} in "
        f"{count(len(dataset.genres), 'genre')}: {found['tracks_with_features']:,} are in Kaggle's "
        f"table of features, {found['tracks_with_audio']:,} have audio, "
        f"{found['tracks_with_pictures']:,} have a picture of their spectrogram."
    )
    return "\n".join([told, "", *(f"- {sentence}" for sentence in dataset.missing)])


def tell_sizes(counts: pd.Series) -> str:
    """How many tracks the genres have, and the level of chance.

    Parameters
    ----------
    counts
        Tracks by genre.
    """
    least, most = int(counts.min()), int(counts.max())
    chance = f"Always guessing {'the largest' if least < most else 'one of them'} is right "
    chance += f"{percent(most / counts.sum())} of the time: the level of chance."
    if least == most:
        return f"All {len(counts)} genres have {count(most, 'track')}. {chance}"
    small = listed(sorted(counts[counts == least].index))
    large = listed(sorted(counts[counts == most].index))
    return f"{small}: {count(least, 'track')}, the fewest; {large}: {most:,}, the most. {chance}"


def tell_tempi(tempo: pd.Series, genre: pd.Series) -> str:
    """Which genres are slowest and fastest, and how much wider one genre alone is spread.

    Parameters
    ----------
    tempo
        Beats per minute of each track.
    genre
        Its genre, same index.
    """
    medians = tempo.groupby(genre).median()
    slow, fast = (medians[medians == m].index for m in (medians.min(), medians.max()))
    quarters = tempo.groupby(genre).quantile([0.25, 0.75]).unstack()
    widths = quarters[0.75] - quarters[0.25]
    between, widest = medians.max() - medians.min(), widths.idxmax()
    return (
        f"Medians run from {medians.min():.0f} BPM ({listed(slow)}) to {medians.max():.0f} BPM "
        f"({listed(fast)}): a span of {between:.0f} BPM. The middle half of {widest} alone spans "
        f"{widths[widest]:.0f} BPM."
    )


def tell_verdicts(shares: Mapping[str, float], n: int) -> str:
    """How often the estimated tempo is the one that people annotated.

    Parameters
    ----------
    shares
        Share of each verdict of `tempo_verdicts`.
    n
        Of how many tracks.
    """
    return (
        f"Of {count(n, 'track')}, {percent(shares['same'])} have the tempo that people annotated "
        f"(Accuracy 1), {percent(1 - shares['other'])} when half, double, a third and triple are "
        f"counted as right too (Accuracy 2). {percent(shares['double'])} are estimated twice as "
        f"fast as people hear them, {percent(shares['half'])} half as fast, "
        f"{percent(shares['triple'] + shares['third'])} three times as fast or as slow."
    )


def between_genres(table: pd.DataFrame, genre: pd.Series) -> pd.Series:
    """Share of each column's variance that lies between the means of genres (eta squared).

    Parameters
    ----------
    table
        Features, a row a track.
    genre
        Genre of each track, same index.

    Returns
    -------
    pandas.Series
        By column, from the largest; 0 for columns that do not vary.
    """
    means = table.groupby(genre).transform("mean")
    total = table.var(ddof=0)
    shares = (means.var(ddof=0) / total.where(total > 0)).fillna(0.0)
    return shares.sort_values(ascending=False)


def strongest_correlations(table: pd.DataFrame) -> pd.Series:
    """Absolute correlations of all pairs of columns that vary, from the strongest."""
    corr = table.corr().abs()
    pairs = corr.where(np.triu(np.ones(corr.shape, dtype=bool), k=1)).stack().dropna()
    return pairs.sort_values(ascending=False)


def file_faults(dataset: Dataset, faults: pd.DataFrame) -> pd.DataFrame:
    """Audio files of a collection that cannot be used, or not wholly.

    Parameters
    ----------
    dataset
        The collection.
    faults
        What to return if it has no audio.
    """
    if dataset.audio.empty:
        return faults
    try:
        return load_features(dataset, published=False).faults
    except NoUsableAudio as error:
        return error.faults


def tell_faults(faults: pd.DataFrame, files: int) -> str:
    """How many files were left out, and how many used in spite of a fault.

    Parameters
    ----------
    faults
        As in `Features`.
    files
        How many audio files there are.
    """
    if not files:
        return "No audio, so no file to check."
    if faults.empty:
        return f"All {count(files, 'audio file')} can be used."
    left_out = int((~faults["used"].astype(bool)).sum())
    return (
        f"Of {count(files, 'audio file')}, {left_out} cannot be used and {len(faults) - left_out} "
        "can in spite of a fault:"
    )


def faults_beside_sturm(tracks: pd.DataFrame, audited: Audit) -> pd.DataFrame:
    """What Sturm (2013) heard in all 1000 excerpts, beside what is found here by machine.

    Parameters
    ----------
    tracks
        As in `Dataset`.
    audited
        What `audit` found.
    """
    listed_twice = int(tracks["duplicate_of"].notna().sum())
    near, heard = len(audited.of("near duplicate")), int(tracks["path"].notna().sum())
    songs = tracks["song"].value_counts()
    named = tracks["artist"].notna().any()
    sound = f"{near} of {count(heard, 'track')} with sound, by fingerprint"
    here = {
        "exact replicas": f"{count(listed_twice, 'track')}, by equal checksums",
        "another excerpt of one recording": sound if heard else "not asked: no sound",
        "another version of one piece": "not told from other excerpts: "
        f"{count(int((songs > 1).sum()), 'song')} with several, by artist and title"
        if named
        else "not asked: no titles",
    }
    table = pd.DataFrame({"Sturm, by ear, of 1000": STURM, "here, by machine": pd.Series(here)})
    table = table.reindex(STURM).fillna("not asked: needs listening")
    return table.rename_axis("fault")


def tell_repeated(tracks: pd.DataFrame, audited: Audit) -> str:
    """How much of a collection is there twice, in three meanings.

    Parameters
    ----------
    tracks
        As in `Dataset`.
    audited
        What `audit` found.
    """
    doubled = tracks["duplicate_of"].dropna()
    genre = tracks["genre"]
    across = int((genre[doubled.index].to_numpy() != genre[doubled].to_numpy()).sum())
    excerpts = repeated_songs(tracks)
    songs = excerpts["song"].nunique()
    further = len(excerpts) - songs
    copies = int(excerpts["duplicate_of"].astype(bool).sum())
    return (
        "By checksum (as mirdata's list has them, where that is there), "
        f"{count(len(doubled), 'track is', 'tracks are')} byte for byte another one, {across} of "
        "them under two genres, where one label must be wrong. By fingerprint, "
        f"{count(len(audited.of('near duplicate')), 'track')} of those with sound hold the same "
        "recording as another in another cut, level or coding. "
        f"{count(songs, 'song has', 'songs have')} several excerpts, "
        f"{count(len(excerpts), 'track')} in all. Less one for each song, {further} remain: "
        f"{copies} byte-for-byte and {further - copies} other excerpts. From here on, one song is "
        "one song: no split has it on both sides, and none is recommended for itself."
    )


def repeated_songs(tracks: pd.DataFrame) -> pd.DataFrame:
    """Tracks whose song has another excerpt; `tracks` as in `Dataset`."""
    found = tracks[tracks.groupby("song")["song"].transform("size") > 1].sort_values("song")
    return found[["song", "artist", "title", "duplicate_of"]].fillna("")


def split_artists(tracks: pd.DataFrame) -> list[str]:
    """Artists who are on more than one side of the published partition."""
    known = tracks.dropna(subset=["artist_group", "partition"])
    sides = known.groupby("artist_group")["partition"].nunique()
    return list(sides[sides > 1].index)


def tell_artists(tracks: pd.DataFrame) -> str:
    """How few artists there are, and whom the published partition splits.

    Parameters
    ----------
    tracks
        As in `Dataset`; some with an ``artist_group``.
    """
    known = tracks.dropna(subset=["artist_group"])
    per_genre = known.groupby("genre")["artist_group"]
    artists, largest = per_genre.nunique(), per_genre.value_counts()
    few = artists[artists == artists.min()].index
    fewest = listed(few) if len(few) < len(artists) else "all genres"
    genre, most = largest.idxmax()
    told = (
        f"{count(known['artist_group'].nunique(), 'named artist')} made {len(known):,} of the "
        f"{count(len(tracks), 'track')}; fewest, {artists.min()}, in {fewest}. {most} alone has "
        f"{count(int(largest.max()), 'track')} of {genre}."
    )
    split = split_artists(tracks)
    if split:
        told += (
            " The published partition keeps names apart as they are written; by way of duets, "
            f"{listed(split)} {'is' if len(split) == 1 else 'are'} on two of its sides."
        )
    return told


def fidelity_facts(seconds: int, beside: pd.DataFrame) -> dict[str, dict]:
    """What `compare_with_table` found, as a fact for the results.

    Parameters
    ----------
    seconds
        Length of the pieces of the table.
    beside
        A row a track or piece.
    """
    deviating = beside[beside["columns"] > 0]
    return {
        f"fidelity_{seconds}_sec": {
            "compared": len(beside),
            "equal": len(beside) - len(deviating),
            "same_tempo": int(beside["same_tempo"].sum()),
            "deviating": {str(row): why for row, why in deviating["reason"].items()},
        }
    }


def tell_collection(tracks: pd.DataFrame, agreement: Mapping[str, float]) -> str:
    """What was found about a collection, in one or two sentences.

    Parameters
    ----------
    tracks
        As in `Dataset`.
    agreement
        Share of each verdict of `tempo_verdicts`; empty if nothing was annotated.
    """
    artists = tracks["artist_group"].nunique()
    told = f"{count(len(tracks), 'track')} in {count(tracks['genre'].nunique(), 'genre')}"
    told += f", but only {count(artists, 'named artist')}" if artists else ""
    doubled = int(tracks["duplicate_of"].notna().sum())
    told += f"; {count(doubled, 'exact duplicate')} by checksum."
    if agreement:
        told += f" The estimated tempo agrees with people for {percent(agreement['same'], 0)} of "
        told += "the tracks."
    return told


def audit_summary(audited: Audit, checks: Mapping[str, str]) -> pd.DataFrame:
    """A row a check that found something: how many tracks, and examples.

    Parameters
    ----------
    audited
        What `audit` found.
    checks
        What each check means.
    """
    found = audited.findings.groupby("check", sort=False)["track"]
    table = pd.DataFrame(
        {"tracks": found.size(), "for example": found.agg(lambda t: in_ranges(list(t)[:3]))}
    )
    return table.rename(index=checks).rename_axis("what was found")
