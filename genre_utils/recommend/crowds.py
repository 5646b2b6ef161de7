"""Who is liked together: listeners and their songs, simulated or as told."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import normalize

from genre_utils.recommend.measures import Collection, measure, similarities


def simulate_crowd(
    tracks: pd.DataFrame,
    *,
    listeners: int = 300,
    songs: int = 25,
    contrary: float = 0.35,
    known: float = 0.8,
    seed: int = 0,
) -> pd.DataFrame:
    """Make up listeners who like some genres and play some songs; nobody is asked.

    A listener likes one genre or two, and draws each song from these, or now and then from all.
    Few songs are played by many and most by few: a song's popularity falls with its rank, as
    1 / rank. Since listeners are led by genre, what is found from them says what such listeners
    would be worth, and nothing about people.

    Parameters
    ----------
    tracks
        As in `Dataset.tracks`, with ``genre``.
    listeners, songs
        How many, and how many songs each plays.
    contrary
        Share of the songs that a listener draws from all genres.
    known
        Share of the tracks that anybody has played.
    seed
        Of all that is drawn.

    Returns
    -------
    pandas.DataFrame
        Whether it was played: a row a track that somebody has played, a column a listener.
    """
    rng = np.random.default_rng(seed)
    genre = tracks["genre"].to_numpy(object)
    genres = sorted(set(genre))
    heard = rng.random(len(tracks)) < known
    popularity = 1 / (1 + rng.permutation(len(tracks))) * heard
    played = np.zeros((len(tracks), listeners), dtype=bool)
    for listener in range(listeners):
        liked = rng.choice(genres, min(len(genres), 1 + listener % 2), replace=False)
        inside = popularity * np.isin(genre, liked)
        for _ in range(songs):
            chance = popularity if rng.random() < contrary or not inside.any() else inside
            if chance.any():
                played[rng.choice(len(tracks), p=chance / chance.sum()), listener] = True
    table = pd.DataFrame(played, tracks.index, [f"simulated {n}" for n in range(listeners)])
    return table[table.any(axis=1)]


def history_vectors(crowd: pd.DataFrame, dimensions: int = 24, *, seed: int = 0) -> pd.DataFrame:
    """Place songs by who plays them: near to each other if the same listeners do.

    Parameters
    ----------
    crowd
        As from `simulate_crowd`.
    dimensions
        Of the truncated singular value decomposition (latent semantic analysis of listeners).
    seed
        Of the decomposition.

    Returns
    -------
    pandas.DataFrame
        Unit vectors, a row a song.
    """
    # A listener of much says less of each; rows of length 1 make popular songs no farther away.
    counts = crowd.to_numpy(float)
    weighed = normalize(counts / np.log2(2 + counts.sum(axis=0)))
    size = min(dimensions, min(counts.shape) - 1)
    placed = TruncatedSVD(max(size, 1), random_state=seed).fit_transform(weighed)
    columns = [f"history_{n}" for n in range(placed.shape[1])]
    return pd.DataFrame(normalize(placed), crowd.index, columns)


def cold_start(
    sound: pd.DataFrame,
    history: pd.DataFrame,
    tracks: pd.DataFrame,
    shares: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0),
    *,
    seed: int = 0,
) -> pd.DataFrame:
    """How good recommendations are while songs that nobody has played are among them.

    The history of some songs is hidden, and they are recommended, and asked with, all the same: by
    sound; by history, where a song without one is anybody's guess; and by both, where the place
    that history would give to a song is foretold from its sound by ridge regression (after van
    den Oord, Dieleman and Schrauwen 2013).

    Parameters
    ----------
    sound, history
        Vectors, same index.
    tracks
        Of these songs.
    shares
        Of the songs whose history is told.
    seed
        Of what is hidden, of ties, and of the bootstrap over artists.

    Returns
    -------
    pandas.DataFrame
        A row a share and a way: ``share``, ``way``, ``precision``, ``low``, ``high`` (at 10, other
        artists), ``chance``.
    """
    collection = Collection.of(tracks.loc[sound.index])
    by_sound = similarities(sound.to_numpy(float))
    rng = np.random.default_rng(seed)
    place = rng.permutation(len(sound))
    guess = 1e-6 * rng.random(by_sound.shape)
    rows = []
    for share in shares:
        told = place < round(share * len(sound))
        both_told = told[:, None] & told
        placed = history.to_numpy(float)
        by_history = np.where(both_told, similarities(placed), -1.0) + guess
        filled = by_sound
        if told.sum() > 1:
            foretell = RidgeCV(np.logspace(0, 4, 5)).fit(sound[told], placed[told])
            where = np.where(told[:, None], placed, foretell.predict(sound))
            filled = by_sound + similarities(where)
        for way, similarity in (("sound", by_sound), ("history", by_history), ("both", filled)):
            found = measure(similarity, collection, same_artist=False, seed=seed)
            low, high = found["precision_at_10_ci95"]  # type: ignore[misc]
            rows.append((share, way, found["precision_at_10"], low, high, found["chance"]))
    return pd.DataFrame(rows, columns=["share", "way", "precision", "low", "high", "chance"])
