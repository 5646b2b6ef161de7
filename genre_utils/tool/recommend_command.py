"""`genre recommend`: songs similar to a song, several songs or a playlist."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from genre_utils.tool.console import (
    join_first,
    name_in_errors,
    number_between,
    positive_int,
    print_json,
    print_lines,
    print_message,
    quiet_libraries,
)
from genre_utils.tool.feedback_command import add_feedback_argument

if TYPE_CHECKING:
    import pandas as pd

    from genre_utils.recommend import CosineRecommender
    from genre_utils.tool.library import Library


class _Recommendation(NamedTuple):
    """Recommended songs, the parts of each similarity, shared tags, and a note for the user."""

    seeds: list[str]
    songs: pd.DataFrame
    shares: pd.DataFrame
    tags: pd.DataFrame
    note: str


def add_recommend_command(commands: argparse._SubParsersAction) -> None:
    """Add `recommend` to the subparsers."""
    recommend = commands.add_parser(
        "recommend",
        help="recommend songs that are similar to a song",
        description="Recommend songs that are similar to one or several songs of a library, to "
        "audio files, or to a playlist. Likes and skips are saved, and used from then on. Exit "
        "status: 0, 1 if a song cannot be used, 2 if there are no songs or the encoder is missing.",
    )
    recommend.add_argument(
        "seeds",
        nargs="*",
        help="tracks (blues.00012), files of the library, or other audio files",
    )
    recommend.add_argument(
        "--playlist", type=Path, metavar="FILE", help="use the songs of this playlist (M3U)"
    )
    recommend.add_argument(
        "--to", type=Path, metavar="FILE", help="write the recommended songs as a playlist (.m3u8)"
    )
    recommend.add_argument("-k", type=positive_int, default=10, help="number of songs (10)")
    for name, meaning in (("like", "more songs like this one"), ("skip", "fewer songs like it")):
        recommend.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar="TRACK",
            help=f"{meaning}, now and in future (may be repeated)",
        )
    recommend.add_argument("--why", action="store_true", help="show the parts of the similarity")
    recommend.add_argument("--other-artists", action="store_true", help="exclude the same artist")
    recommend.add_argument(
        "--variety",
        type=number_between(0, 1),
        default=0.0,
        help="from 0 to 1: avoid songs that are similar to each other (0)",
    )
    recommend.add_argument("--songs", help="name of the library, if there are several")
    add_feedback_argument(recommend)
    recommend.add_argument("--json", action="store_true", help="print JSON for other programs")
    recommend.set_defaults(run=_recommend)


def _recommend(options: argparse.Namespace) -> int:
    from genre_utils.tool.library import load_library  # noqa: PLC0415

    library = load_library(options.songs)
    with quiet_libraries():
        found = _find_songs(library, options)
        if options.to:
            _write_playlist(found, library, options.to)
    if found.note:
        print_message(found.note)
    if options.json:
        print_json(_as_dict(found), indent=2)
        return 0
    print_lines(*_as_text(found, why=options.why))
    if options.to:
        print_lines(f"The playlist {options.to} has these {len(found.songs)} songs.")
    if library.synthetic:
        print_lines("These songs are synthesized; for real ones: make report DATA=folder.")
    return 0


def _find_songs(library: Library, options: argparse.Namespace) -> _Recommendation:
    from genre_utils.recommend import UnknownTrack  # noqa: PLC0415
    from genre_utils.tool.feedback_file import (  # noqa: PLC0415
        add_feedback,
        feedback_path,
        read_feedback,
    )

    path = options.feedback or feedback_path()
    feedback = read_feedback(path, library.collection)
    likes = [library.track_at(name) or name for name in options.like]
    skips = [library.track_at(name) or name for name in options.skip]
    seeds = [*options.seeds, *_playlist_seeds(library, options.playlist)]
    needed = seeds or feedback.among(library.X.index)[0].likes
    recommender, note = library.recommender([*needed, *likes, *skips], variety=options.variety)
    recommender.positions([*likes, *skips])
    if likes or skips:
        feedback = add_feedback(path, library.collection, like=likes, skip=skips)
    feedback, unknown = feedback.among(library.X.index)
    if unknown:
        print_message(
            f"Likes and skips in {path} that are not in {library.collection} are not used: "
            f"{join_first(unknown)}."
        )
    seeds = seeds or list(feedback.likes)
    if not seeds:
        raise UnknownTrack("Name a track or an audio file, or like some tracks first.")
    seed, copies = _seed_features(seeds, library, recommender)
    songs = recommender.recommend(
        seed, options.k, copies=copies, same_artist=not options.other_artists, feedback=feedback
    )
    rows = recommender.positions(songs["track"])
    shares = recommender.explain(recommender.query_of(seed, feedback), rows)
    return _Recommendation(seeds, songs, shares, recommender.shared_tags(seed, rows), note)


def _as_dict(found: _Recommendation) -> dict:
    songs = found.songs.reset_index().to_dict("records")
    for song, shares, tags in zip(
        songs, found.shares.to_dict("records"), found.tags.to_dict("records"), strict=True
    ):
        song["why"], song["shared_tags"] = shares, tags
    return {"seeds": found.seeds, "duplicates": found.songs.attrs["duplicates"], "songs": songs}


def _as_text(found: _Recommendation, *, why: bool) -> list[str]:
    more = f" and {len(found.seeds) - 5} more" if len(found.seeds) > 5 else ""
    lines = [f"Similar to {', '.join(found.seeds[:5])}{more}:"]
    for rank, row in found.songs.iterrows():
        artist = f" by {row['artist']}" if row["artist"] else ""
        genre = f" ({row['genre']})" if row["genre"] else ""
        lines.append(f"{rank:3d}  {row['similarity']:.2f}  {row['track']}{genre}{artist}")
        lines.append(f"           {row['reason']}")
        if why:
            shares = found.shares.iloc[rank - 1].sort_values(ascending=False)
            parts = ", ".join(f"{name} {share:+.2f}" for name, share in shares.items())
            lines.append(f"           {row['similarity']:.2f} = {parts}")
        if why and len(found.tags.columns):
            lines.append(f"           tags in common {_format_tags(found.tags.iloc[rank - 1])}")
    if copies := found.songs.attrs["duplicates"]:
        lines.append(f"Excluded as the same song: {', '.join(copies)}.")
    return lines


def _format_tags(shared: pd.Series, n: int = 5) -> str:
    """How much of their tags two songs share; the parts add up to the whole."""
    largest = shared.sort_values(ascending=False)[:n]
    parts = ", ".join(f"{tag} {share:.2f}" for tag, share in largest.items())
    rest = shared.sum() - largest.sum()
    return f"{shared.sum():.2f} = {parts}, all others {rest:.2f}"


def _playlist_seeds(library: Library, playlist: Path | None) -> list[str]:
    """Tracks and files of a playlist; prints a message about missing ones."""
    from genre_utils.tool.playlists import PlaylistError, read_playlist  # noqa: PLC0415

    if playlist is None:
        return []
    seeds, missing = [], []
    for entry in read_playlist(playlist):
        track = library.track_at(entry.path) if entry.path else None
        if track or (entry.path and entry.path.is_file()):
            seeds.append(track or str(entry.path))
        else:
            missing.append(entry.line)
    if missing:
        print_message(
            f"{len(missing)} of {len(seeds) + len(missing)} songs of {playlist} do not exist: "
            f"{join_first(missing)}."
        )
    if not seeds:
        raise PlaylistError(f"No song of {playlist} exists.")
    return list(dict.fromkeys(seeds))


def _write_playlist(found: _Recommendation, library: Library, target: Path) -> None:
    from genre_utils.audio import duration  # noqa: PLC0415
    from genre_utils.tool.playlists import Entry, PlaylistError, write_playlist  # noqa: PLC0415

    if library.paths.empty:
        raise PlaylistError(
            f"The files of the songs in {library.name} are unknown: --to needs a library that "
            "was made by genre library."
        )
    entries = []
    for track in found.songs["track"]:
        path, about = Path(library.paths[track]), library.tracks.loc[track]
        entries.append(Entry(path, about["artist"], about["title"], round(duration(path)) or -1))
    write_playlist(target, entries)


def _seed_features(
    seeds: list[str], library: Library, recommender: CosineRecommender
) -> tuple[list[str] | pd.DataFrame, list[str]]:
    """Tracks by name, or one row of features per seed if some are files; and their copies."""
    files = [name for name in seeds if _is_file(name, library)]
    tracks = [library.track_at(name) or name for name in seeds if name not in files]
    if not files:
        return tracks, []
    from pandas import concat  # noqa: PLC0415

    from genre_utils.tool.songs import extract_song  # noqa: PLC0415

    rows = [recommender.features_.iloc[recommender.positions(tracks)]] if tracks else []
    copies = list(tracks)
    for file in files:
        with name_in_errors(file):
            song = extract_song(file, encoder=recommender.uses_encoder)
        row, same = library.seed_of(song, encoder=recommender.uses_encoder)
        rows.append(row)
        copies += same
    return concat(rows), copies


def _is_file(name: str, library: Library) -> bool:
    """Whether a seed is an audio file that is not in the library."""
    from genre_utils.audio import AUDIO_SUFFIXES  # noqa: PLC0415

    if name in library.X.index or library.track_at(name):
        return False
    return Path(name).suffix.lower() in AUDIO_SUFFIXES or os.path.isfile(name)  # noqa: PTH113
