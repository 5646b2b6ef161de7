"""Similar songs by cosine, why they are similar, and what likes and skips change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import TransformerMixin, clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils.audio import EMBEDDING_COLUMNS, FEATURE_COLUMNS, FEATURE_GROUPS, TAGS
from genre_utils.data import identify
from genre_utils.models import (
    ArtistWhitening,
    ExactSearch,
    NeighbourAverage,
    NeighbourIndex,
    to_normal,
    unit_vectors,
)
from genre_utils.recommend.feedback import Feedback, rocchio_query

KNOWN = ["genre", "artist", "title", "duplicate_of"]
IDENTITY = ["song", "artist_group"]
_COMPARED = {
    "percussion": ("perceptr_var", "more percussive", "less percussive"),
    "loudness": ("rms_mean", "louder", "quieter"),
    "brightness": ("spectral_centroid_mean", "brighter", "darker"),
}
EMBEDDING = "embedding"
_NEIGHBOURS = 10
_AVERAGED = 5000  # songs; each is compared with each
_LONGEST = 60  # letters of a name in a message
_LIKELY_TAG = 0.1


class UnknownTrack(ValueError):  # noqa: N818
    """A track that is not in the collection; the message names the nearest that are."""


def songs_and_artists(tracks: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Song and artist of each track.

    The table is as `Dataset.tracks`. If it lacks the columns ``song`` and ``artist_group``,
    `identify` finds them from the columns `KNOWN`, of which any may be missing. The artist is
    missing where none is named.
    """
    filled = tracks.reindex(columns=tracks.columns.union(KNOWN, sort=False)).astype(object)
    if not set(IDENTITY) <= set(tracks):
        filled = identify(filled).assign(**tracks[tracks.columns.intersection(IDENTITY)])
    return filled["song"], filled["artist_group"]


def best_recommender(
    tracks: pd.DataFrame, *, encoder: bool = False, **settings: Any
) -> CosineRecommender:
    """The recommender that does best without knowing genres: see notebook 5.

    Parameters
    ----------
    tracks
        Those that it will be fitted on, as in `Dataset.tracks`.
    encoder
        Whether it will be given embeddings beside the 57 features. It standardises both and
        averages each song with its neighbours, up to 5000 songs; beyond, that would take long.
        Without embeddings, the 57 features are whitened within artists.
    **settings
        Of `CosineRecommender`.
    """
    if encoder:
        averaging = [NeighbourAverage()] if len(tracks) <= _AVERAGED else []
        scaling = make_pipeline(StandardScaler(), *averaging)
        return CosineRecommender(
            scaling, columns=(*FEATURE_COLUMNS, *EMBEDDING_COLUMNS), **settings
        )
    _, artist = songs_and_artists(tracks)
    scaling = make_pipeline(to_normal(), ArtistWhitening(artist), NeighbourAverage())
    return CosineRecommender(scaling, **settings)


class CosineRecommender:
    """Songs whose scaled features point in the same direction.

    Parameters
    ----------
    scaling
        What makes columns comparable; it must keep them (one column out for each that goes in).
        None standardises.
    tame_hubs
        From 0 to 1: how much of a song's mean similarity to its nearest neighbours is taken off,
        so that songs which are near to everything do not crowd the lists (cross-domain similarity
        local scaling, Conneau et al., ICLR 2018).
    variety
        From 0 to 1: how much a song loses for being like those already recommended (maximal
        marginal relevance, Carbonell and Goldstein, SIGIR 1998).
    index
        How neighbours are searched; None compares with all songs.
    columns
        Features that are compared; None for all. Other features and tags are only used in the
        reasons.

    Attributes
    ----------
    tracks_
        Genre, artist and what else is known, by track.
    unit_
        Scaled features of length 1, shape (tracks, columns).
    song_
        Number of each track's song, shape (tracks,): its other excerpts and copies have the same.
    artist_
        Artist of each track, or of another excerpt of its song, shape (tracks,); None if unnamed.
    closeness_
        Mean similarity of each track to its ten nearest, shape (tracks,).
    """

    def __init__(
        self,
        scaling: TransformerMixin | None = None,
        *,
        tame_hubs: float = 0.0,
        variety: float = 0.0,
        index: NeighbourIndex | None = None,
        columns: Sequence[str] | None = None,
    ) -> None:
        self.scaling = scaling
        self.tame_hubs = tame_hubs
        self.variety = variety
        self.index = index
        self.columns = columns

    def fit(self, X: pd.DataFrame, tracks: pd.DataFrame | None = None) -> CosineRecommender:
        """Learn the scaling and the neighbourhoods.

        Parameters
        ----------
        X
            Features, a row a track, index ``track_id``: of the 57, of the encoder (embedding and
            tags), or others.
        tracks
            What is known of them, as in `Dataset.tracks`: ``genre``, ``artist``, and the columns
            that identify songs (see `songs_and_artists`).
        """
        if not len(X):
            raise ValueError("there is no song to recommend")
        if X.index.has_duplicates:
            raise ValueError("a track is there twice: recommend from one row a track")
        self.features_ = X
        tracks = pd.DataFrame(index=X.index) if tracks is None else tracks
        self.tracks_ = tracks.reindex(index=X.index, columns=KNOWN).astype(object)
        song, artist = (column.reindex(X.index) for column in songs_and_artists(tracks))
        self.song_ = pd.factorize(song.fillna(X.index.to_series()))[0]
        self.artist_ = artist.to_numpy()
        self.compared_ = list(X.columns if self.columns is None else self.columns)
        compared = X[self.compared_]
        self.scaling_ = clone(self.scaling or StandardScaler()).fit(compared)
        self.spread_, self.usual_ = X.std(ddof=0).replace(0, 1.0), X.median()
        self.unit_ = unit_vectors(np.asarray(self.scaling_.transform(compared), dtype=np.float64))
        if self.unit_.shape[1] != compared.shape[1]:
            raise ValueError("the scaling must keep the columns: explanations are by column")
        self.search_ = (clone(self.index) if self.index else ExactSearch()).fit(self.unit_)
        self.closeness_ = np.zeros(len(X))
        if self.tame_hubs and len(X) > 1:
            wanted = min(_NEIGHBOURS + 1, len(X))
            near = self.search_.query(self.unit_, wanted)[1]
            self.closeness_ = near[:, 1:].mean(axis=1)
        return self

    def recommend(
        self,
        seed: str | Sequence[str] | pd.Series | pd.DataFrame,
        k: int = 10,
        *,
        copies: Iterable[str] = (),
        exclude: Iterable[str] = (),
        same_artist: bool = True,
        feedback: Feedback | None = None,
    ) -> pd.DataFrame:
        """Songs like a seed.

        Parameters
        ----------
        seed
            A track, several tracks, or the features of an unknown clip (one row).
        k
            How many songs.
        copies
            Tracks that are the recording of an unknown clip, as `find_copies` finds them.
        exclude
            Tracks that are not wanted.
        same_artist
            Whether songs by the seeds' artists may be among them.
        feedback
            Likes and skips: they move the query, and their songs are not recommended.

        Returns
        -------
        pandas.DataFrame
            Index ``rank`` from 1, columns ``track``, ``similarity`` (the cosine), ``genre``,
            ``artist``, ``reason``; best first, one track a song. ``attrs["duplicates"]`` names
            all other tracks that are a song of the seeds: excerpts, copies.

        Raises
        ------
        UnknownTrack
            If a seed, like or skip is not in the collection.
        """
        if k < 1:
            raise ValueError("ask for at least one song")
        seeds, query, reference = self._query(seed, feedback)
        own = self._of_songs([*seeds, *self.positions(copies, strict=False)])
        names = (*feedback.likes, *feedback.skips) if feedback else ()
        judged = self._of_songs(self.positions(names, strict=False))
        barred = {*self.positions(exclude, strict=False), *own, *judged}
        if not same_artist:
            artists = pd.Series(self.artist_[own]).dropna()
            barred |= set(np.flatnonzero(np.isin(self.artist_, artists)))
        found = self._candidates(query, k, barred)
        chosen = self._varied(found, query, k)
        parts = self.explain(query, chosen)
        table = self.tracks_.iloc[chosen][["genre", "artist"]].reset_index(names="track")
        table.insert(1, "similarity", parts.sum(axis=1).to_numpy())
        table["reason"] = [
            self._reason(parts.iloc[row], reference, position)
            for row, position in enumerate(chosen)
        ]
        table.index = pd.RangeIndex(1, len(table) + 1, name="rank")
        table.attrs["duplicates"] = [self.features_.index[row] for row in own if row not in seeds]
        return table

    def explain(self, query: np.ndarray, positions: Sequence[int]) -> pd.DataFrame:
        """Share of each feature group in the cosine of a query with some songs.

        Parameters
        ----------
        query
            Unit vector in the scaled space, shape (columns,), as from `query_of`.
        positions
            Rows of `features_`.

        Returns
        -------
        pandas.DataFrame
            A row a song, a column a group; a row sums up to the cosine.
        """
        products = self.unit_[list(positions)] * query
        groups = self._groups()
        shares = {name: products[:, columns].sum(axis=1) for name, columns in groups.items()}
        return pd.DataFrame(shares, index=self.features_.index[list(positions)])

    def shared_tags(
        self, seed: str | Sequence[str] | pd.Series | pd.DataFrame, positions: Sequence[int]
    ) -> pd.DataFrame:
        """How much of their tags some songs share with a seed, by tag (weighted Jaccard index).

        The smaller of the two probabilities of a tag, divided by the sum of the larger ones of all
        tags: a row adds up to the overlap of the tags, from 0 to 1.

        Parameters
        ----------
        seed
            As in `recommend`; of several tracks, the mean of their tags.
        positions
            Rows of `features_`.
        """
        tags = self.features_.iloc[list(positions)][self._tags]
        reference = self._query(seed, None)[2][self._tags]
        larger = tags.clip(lower=reference, axis=1).sum(axis=1)
        return tags.clip(upper=reference, axis=1).div(larger, axis=0)

    @property
    def uses_encoder(self) -> bool:
        """Whether embeddings of the encoder are compared."""
        return EMBEDDING_COLUMNS[0] in self.compared_

    @property
    def _tags(self) -> list[str]:
        return [tag for tag in TAGS if tag in self.features_ and tag not in self.compared_]

    def query_of(
        self,
        seed: str | Sequence[str] | pd.Series | pd.DataFrame,
        feedback: Feedback | None = None,
    ) -> np.ndarray:
        """Unit vector of a seed, moved by feedback, shape (columns,)."""
        return self._query(seed, feedback)[1]

    def positions(self, names: Iterable[str], *, strict: bool = True) -> list[int]:
        """Rows of tracks by name; with `strict`, an unknown one is an `UnknownTrack`."""
        names = list(names)
        rows = self.features_.index.get_indexer(names)
        if strict and (rows < 0).any():
            raise UnknownTrack(self._not_there(names[int(np.argmin(rows))]))
        return [int(row) for row in rows if row >= 0]

    def _not_there(self, name: str) -> str:
        near = get_close_matches(name, list(self.features_.index), n=3, cutoff=0.5)
        hint = f" The nearest names are {', '.join(near)}." if near else ""
        shown = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
        return f"There is no track {shown} in the collection.{hint}"

    def _groups(self) -> Mapping[str, list[int]]:
        columns = self.compared_
        groups = {
            name: [columns.index(c) for c in members if c in columns]
            for name, members in FEATURE_GROUPS.items()
        }
        named = {column for members in groups.values() for column in members}
        rest = [i for i in range(len(columns)) if i not in named]
        groups = {name: members for name, members in groups.items() if members}
        return groups | ({EMBEDDING: rest} if rest else {})

    def _query(self, seed, feedback: Feedback | None):
        if isinstance(seed, pd.Series):
            seed = seed.to_frame().T
        if isinstance(seed, pd.DataFrame):
            rows, raw = [], seed[self.features_.columns].astype(float)
            scaled = self.scaling_.transform(raw[self.compared_])
            vectors = unit_vectors(np.asarray(scaled, dtype=np.float64))
        else:
            rows = self.positions([seed] if isinstance(seed, str) else seed)
            if not rows:
                raise UnknownTrack("Name at least one track.")
            raw, vectors = self.features_.iloc[rows], self.unit_[rows]
        feedback = feedback or Feedback()
        judged = (
            self.unit_[self.positions(names, strict=False)]
            for names in (feedback.likes, feedback.skips)
        )
        query = rocchio_query(vectors.mean(axis=0), *judged)
        return rows, unit_vectors(query[None])[0], raw.mean()

    def _of_songs(self, rows: Sequence[int]) -> list[int]:
        """All rows of the songs of some rows, themselves among them."""
        return [int(row) for row in np.flatnonzero(np.isin(self.song_, self.song_[list(rows)]))]

    def _candidates(self, query: np.ndarray, k: int, barred: set[int]) -> np.ndarray:
        """Rows by falling score, enough to choose `k` songs from."""
        total = len(self.features_)
        wanted = min(total, 10 * k + len(barred))
        while True:
            rows, near = (found[0] for found in self.search_.query(query[None], wanted))
            free = np.array([row >= 0 and row not in barred for row in rows], dtype=bool)
            if len(set(self.song_[rows[free]])) >= 4 * k or wanted == total:
                break
            wanted = min(total, 4 * wanted)
        rows, near = rows[free], near[free]
        return rows[np.argsort(-self._score(near, rows), kind="stable")]

    def _score(self, similarity: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return similarity - self.tame_hubs * self.closeness_[rows] / 2

    def _varied(self, rows: np.ndarray, query: np.ndarray, k: int) -> list[int]:
        """Choose `k` rows one by one; no two that are the same song."""
        score = self._score(self.unit_[rows] @ query, rows)
        likeness = np.full(len(rows), -1.0)
        chosen: list[int] = []
        free = np.ones(len(rows), dtype=bool)
        while len(chosen) < k and free.any():
            penalty = self.variety * np.maximum(likeness, 0) if chosen else 0.0
            value = np.where(free, (1 - self.variety) * score - penalty, -np.inf)
            best = int(value.argmax())
            chosen.append(int(rows[best]))
            similarity = self.unit_[rows] @ self.unit_[rows[best]]
            free &= self.song_[rows] != self.song_[rows[best]]
            likeness = np.maximum(likeness, similarity)
        return chosen

    def _reason(self, parts: pd.Series, reference: pd.Series, position: int) -> str:
        """What is similar, and what differs."""
        own = self.features_.iloc[position]
        similar = []
        if (
            "tempo" in own.index
            and abs(own["tempo"] - reference["tempo"]) < 0.03 * reference["tempo"]
        ):
            similar.append("same tempo")
        both = np.minimum(own[self._tags], reference[self._tags]).astype(float)
        both = both[(both >= _LIKELY_TAG) & (both > self.usual_[self._tags])]
        tags = both.sort_values(ascending=False, kind="stable").index[:3]
        strongest = parts.drop("rhythm", errors="ignore").sort_values(ascending=False)
        least = 0.1 * max(parts.sum(), 0.1)
        groups = [f"similar {name}" for name, share in strongest.items() if share > least]
        similar += [f"both tagged {', '.join(tags)}"] if len(tags) else groups[:2]
        differs = []
        for column, more, less in _COMPARED.values():
            if column in own.index:
                step = (own[column] - reference[column]) / self.spread_[column]
                if abs(step) > 0.75:
                    differs.append(more if step > 0 else less)
        if "same tempo" not in similar and "tempo" in own.index:
            ratio = own["tempo"] / max(reference["tempo"], 1e-9)
            if not 0.9 < ratio < 1.1:
                differs.append("faster" if ratio > 1 else "slower")
        text = ", ".join(similar) or "similar in no single respect"
        return text + (f"; {', '.join(differs[:2])}" if differs else "")
