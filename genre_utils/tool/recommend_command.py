"""`genre recommend`: songs like a song, several or a playlist."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from genre_utils.tool.console import count, named, quiet_libraries, say, share, uncollected

if TYPE_CHECKING:
    import pandas as pd

    from genre_utils.recommend import CosineRecommender
    from genre_utils.tool.library import Library


class _Found(NamedTuple):
    """Songs like some seeds; what makes up each similarity; which tags they share; what to say."""

    seeds: list[str]
    songs: pd.DataFrame
    shares: pd.DataFrame
    tags: pd.DataFrame
    note: str


def add_recommend_command(commands: argparse._SubParsersAction) -> None:
    """Add `recommend`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    recommend = commands.add_parser(
        "recommend",
        help="name songs that are like a song",
        description="Name songs that are like one or several songs of the collection, or like "
        "audio files, or a playlist. What is liked and skipped is remembered, and used from then "
        "on. Exit status: 0, 1 if a song could not be used, 2 if there are no songs, or the "
        "encoder is missing.",
    )
    recommend.add_argument(
        "seeds",
        nargs="*",
        help="tracks (blues.00012), files among the songs, or other audio files",
    )
    recommend.add_argument(
        "--playlist", type=Path, metavar="FILE", help="songs like those of this playlist (M3U)"
    )
    recommend.add_argument(
        "--to", type=Path, metavar="FILE", help="write what is recommended as a playlist (.m3u8)"
    )
    recommend.add_argument("-k", type=count, default=10, help="how many (10)")
    for name, meaning in (("like", "want more like this track"), ("skip", "want less like it")):
        recommend.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar="TRACK",
            help=f"{meaning}, now and from then on (may be given several times)",
        )
    recommend.add_argument("--why", action="store_true", help="show what makes up the similarity")
    recommend.add_argument("--other-artists", action="store_true", help="leave the artist out")
    recommend.add_argument(
        "--variety", type=share, default=0.0, help="from 0 to 1: avoid songs like each other (0)"
    )
    recommend.add_argument("--songs", help="name of the collection, if several were kept")
    recommend.add_argument("--taste", type=Path, help="file of likes and skips to use")
    recommend.add_argument("--json", action="store_true", help="print JSON, for other programs")
    recommend.set_defaults(run=_recommend)


def _recommend(options: argparse.Namespace) -> int:
    with uncollected():
        return _recommend_quickly(options)


def _recommend_quickly(options: argparse.Namespace) -> int:
    from genre_utils.tool.library import load_library  # noqa: PLC0415

    library = load_library(options.songs)
    with quiet_libraries():
        found = _find(library, options)
        if options.to:
            _write_playlist(found, library, options.to)
    if found.note:
        say(found.note)
    if options.json:
        print(_as_json(found))
        return 0
    print(_as_text(found, why=options.why))
    if options.to:
        print(f"These {len(found.songs)} songs are in the playlist {options.to}.")
    if library.synthetic:
        print("These songs are synthesized; for real ones: make report DATA=folder.")
    return 0


def _find(library: Library, options: argparse.Namespace) -> _Found:
    from genre_utils.recommend import UnknownTrack  # noqa: PLC0415
    from genre_utils.tool.feedback_file import read_taste, taste_path, tell_taste  # noqa: PLC0415

    path = options.taste or taste_path()
    taste = read_taste(path, library.collection)
    likes = [library.track_at(name) or name for name in options.like]
    skips = [library.track_at(name) or name for name in options.skip]
    seeds = [*options.seeds, *_of_playlist(library, options.playlist)]
    named = seeds or taste.among(library.X.index)[0].likes
    recommender, note = library.recommender([*named, *likes, *skips], variety=options.variety)
    recommender.positions([*likes, *skips])
    if likes or skips:
        taste = tell_taste(path, library.collection, like=likes, skip=skips)
    taste, unknown = taste.among(library.X.index)
    if unknown:
        shown = ", ".join(unknown[:3]) + (", ..." if len(unknown) > 3 else "")
        where = f"{path} that are not in {library.collection}"
        say(f"Likes and skips in {where} are not used: {shown}.")
    seeds = seeds or list(taste.likes)
    if not seeds:
        raise UnknownTrack("Name a track or an audio file, or like some tracks first.")
    seed, copies = _seed(seeds, library, recommender)
    songs = recommender.recommend(
        seed, options.k, copies=copies, same_artist=not options.other_artists, taste=taste
    )
    rows = recommender.positions(songs["track"])
    shares = recommender.explain(recommender.query_of(seed, taste), rows)
    return _Found(seeds, songs, shares, recommender.shared_tags(seed, rows), note)


def _as_json(found: _Found) -> str:
    songs = found.songs.reset_index().to_dict("records")
    for song, shares, tags in zip(
        songs, found.shares.to_dict("records"), found.tags.to_dict("records"), strict=True
    ):
        song["why"], song["shared_tags"] = shares, tags
    duplicates = found.songs.attrs["duplicates"]
    return json.dumps({"seeds": found.seeds, "duplicates": duplicates, "songs": songs}, indent=2)


def _as_text(found: _Found, *, why: bool) -> str:
    from genre_utils.recommend import tell_tags  # noqa: PLC0415

    more = f" and {len(found.seeds) - 5} more" if len(found.seeds) > 5 else ""
    lines = [f"Like {', '.join(found.seeds[:5])}{more}:"]
    for rank, row in found.songs.iterrows():
        artist = f" by {row['artist']}" if row["artist"] else ""
        genre = f" ({row['genre']})" if row["genre"] else ""
        lines.append(f"{rank:3d}  {row['similarity']:.2f}  {row['track']}{genre}{artist}")
        lines.append(f"           {row['reason']}")
        if why:
            parts = found.shares.iloc[rank - 1].sort_values(ascending=False)
            told = ", ".join(f"{name} {share:+.2f}" for name, share in parts.items())
            lines.append(f"           {row['similarity']:.2f} = {told}")
        if why and len(found.tags.columns):
            told = tell_tags(found.tags.iloc[rank - 1])
            lines.append(f"           tags in common {told}")
    if twins := found.songs.attrs["duplicates"]:
        lines.append(f"The same song, left out: {', '.join(twins)}.")
    return "\n".join(lines)


def _of_playlist(library: Library, playlist: Path | None) -> list[str]:
    """Tracks and files of a playlist; which are missing is said."""
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
        shown = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
        told = f"{len(missing)} of {len(seeds) + len(missing)} songs"
        say(f"{told} of {playlist} are not there: {shown}.")
    if not seeds:
        raise PlaylistError(f"No song of {playlist} is there.")
    return list(dict.fromkeys(seeds))


def _write_playlist(found: _Found, library: Library, target: Path) -> None:
    from genre_utils.audio import duration  # noqa: PLC0415
    from genre_utils.tool.playlists import Entry, PlaylistError, write_playlist  # noqa: PLC0415

    if library.paths.empty:
        raise PlaylistError(
            f"Where songs of {library.name} lie is not known: --to needs those of genre library."
        )
    entries = []
    for track in found.songs["track"]:
        path, about = Path(library.paths[track]), library.tracks.loc[track]
        entries.append(Entry(path, about["artist"], about["title"], round(duration(path)) or -1))
    write_playlist(target, entries)


def _seed(
    seeds: list[str], library: Library, recommender: CosineRecommender
) -> tuple[list[str] | pd.DataFrame, list[str]]:
    """Tracks by name, or a row a seed where some are files; and which tracks are theirs."""
    files = [name for name in seeds if _is_file(name, library)]
    tracks = [library.track_at(name) or name for name in seeds if name not in files]
    if not files:
        return tracks, []
    from pandas import concat  # noqa: PLC0415

    from genre_utils.audio import extract_song  # noqa: PLC0415

    rows = [recommender.features_.iloc[recommender.positions(tracks)]] if tracks else []
    copies = list(tracks)
    for file in files:
        with named(file):
            song = extract_song(file, encoder=recommender.hears)
        row, own = library.seed_of(song, encoder=recommender.hears)
        rows.append(row)
        copies += own
    return concat(rows), copies


def _is_file(name: str, library: Library) -> bool:
    """Whether a seed is an audio file, and none of the songs that are known."""
    from genre_utils.audio import AUDIO_SUFFIXES  # noqa: PLC0415

    if name in library.X.index or library.track_at(name):
        return False
    return Path(name).suffix.lower() in AUDIO_SUFFIXES or os.path.isfile(name)  # noqa: PTH113
