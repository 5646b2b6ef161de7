"""`genre recommend` and `genre taste`: songs like a song, and what is liked."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from genre_utils.cli.arguments import count, share
from genre_utils.cli.collector import uncollected
from genre_utils.cli.quiet import quiet_libraries

if TYPE_CHECKING:
    import pandas as pd

    from genre_utils.recommend import Library


class _Found(NamedTuple):
    """Songs like some seeds; what makes up each similarity; which tags they share; what to say."""

    seeds: list[str]
    songs: pd.DataFrame
    shares: pd.DataFrame
    tags: pd.DataFrame
    note: str


def add_recommend_commands(commands: argparse._SubParsersAction) -> None:
    """Add `recommend` and `taste`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    recommend = commands.add_parser(
        "recommend",
        help="name songs that are like a song",
        description="Name songs that are like one or several songs of the collection, or like an "
        "audio file. What is liked and skipped is remembered, and used from then on. Exit status: "
        "0, 1 if a song could not be used, 2 if there are no songs, or the encoder is missing.",
    )
    recommend.add_argument(
        "seeds",
        nargs="*",
        help="tracks (blues.00012), files among the songs, or one audio file",
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
    taste = commands.add_parser("taste", help="show or forget what was liked and skipped")
    taste.add_argument("--forget", action="store_true", help="delete it")
    taste.add_argument("--taste", type=Path, help="file of likes and skips")
    taste.add_argument("--json", action="store_true", help="print JSON, for other programs")
    taste.set_defaults(run=_taste)


def _recommend(options: argparse.Namespace) -> int:
    with uncollected():
        return _recommend_quickly(options)


def _recommend_quickly(options: argparse.Namespace) -> int:
    from genre_utils.audio import AudioError, EncoderMissing  # noqa: PLC0415
    from genre_utils.models import ModelError  # noqa: PLC0415
    from genre_utils.recommend import (  # noqa: PLC0415
        TasteError,
        UnknownTrack,
        load_library,
    )

    try:
        library = load_library(options.songs)
        with quiet_libraries():
            found = _find(library, options)
    except (EncoderMissing, ModelError) as error:
        print(f"genre: {error}", file=sys.stderr)
        return 2
    except (AudioError, TasteError, UnknownTrack) as error:
        print(f"genre: {error}", file=sys.stderr)
        return 1
    if found.note:
        print(f"genre: {found.note}", file=sys.stderr)
    if options.json:
        print(_as_json(found))
        return 0
    print(_as_text(found, why=options.why))
    if library.synthetic:
        print("These songs are synthesized; for real ones: make report DATA=folder.")
    return 0


def _find(library: Library, options: argparse.Namespace) -> _Found:
    from genre_utils.recommend import UnknownTrack, read_taste, taste_path, tell_taste  # noqa: PLC0415

    path = options.taste or taste_path()
    taste = read_taste(path, library.collection)
    likes = [library.track_at(name) or name for name in options.like]
    skips = [library.track_at(name) or name for name in options.skip]
    named = options.seeds or taste.among(library.X.index)[0].likes
    recommender, note = library.recommender([*named, *likes, *skips], variety=options.variety)
    recommender.positions([*likes, *skips])
    if likes or skips:
        taste = tell_taste(path, library.collection, like=likes, skip=skips)
    taste, unknown = taste.among(library.X.index)
    if unknown:
        shown = ", ".join(unknown[:3]) + (", ..." if len(unknown) > 3 else "")
        where = f"{path} that are not in {library.collection}"
        print(f"genre: Likes and skips in {where} are not used: {shown}.", file=sys.stderr)
    seeds = options.seeds or list(taste.likes)
    if not seeds:
        raise UnknownTrack("Name a track or an audio file, or like some tracks first.")
    seed, copies = _seed(seeds, library, encoder=recommender.hears)
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

    lines = [f"Like {', '.join(found.seeds)}:"]
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


def _seed(
    seeds: list[str], library: Library, *, encoder: bool
) -> tuple[list[str] | pd.DataFrame, list[str]]:
    """Tracks by name, or what is heard in an audio file; and which tracks are that file's song."""
    from genre_utils.audio import AudioError, describe_song  # noqa: PLC0415

    files = [name for name in seeds if _is_file(name, library)]
    if not files:
        return [library.track_at(seed) or seed for seed in seeds], []
    path = files[0]
    if len(seeds) > 1:
        raise AudioError(f"{path}: an audio file must be the only seed")
    try:
        song = describe_song(path, encoder=encoder)
    except AudioError as error:
        raise AudioError(f"{path}: {error}") from error
    return library.seed_of(song, encoder=encoder)


def _is_file(name: str, library: Library) -> bool:
    """Whether a seed is an audio file, and none of the songs that are known."""
    from genre_utils.audio import AUDIO_SUFFIXES  # noqa: PLC0415

    if name in library.X.index or library.track_at(name):
        return False
    return Path(name).suffix.lower() in AUDIO_SUFFIXES or os.path.isfile(name)  # noqa: PTH113


def _taste(options: argparse.Namespace) -> int:
    from genre_utils.recommend import (  # noqa: PLC0415
        Taste,
        TasteError,
        forget_taste,
        read_tastes,
        taste_path,
        tastes_as_json,
    )

    path = options.taste or taste_path()
    try:
        tastes = forget_taste(path) if options.forget else read_tastes(path)
    except TasteError as error:
        print(f"genre: {error}", file=sys.stderr)
        return 1
    if options.json:
        about = {"forgotten": str(path), "damaged": tastes is None} if options.forget else {}
        print(tastes_as_json(tastes or {}, **about))
    elif options.forget:
        held = f"what {path} held, which could not be read"
        if tastes is not None:
            likes, skips = (
                sum(len(getattr(taste, kind)) for taste in tastes.values())
                for kind in ("likes", "skips")
            )
            held = f"{likes} likes and {skips} skips in {path}"
        print(f"Forgotten: {held}.")
    else:
        for name, taste in (tastes or {"": Taste()}).items():
            print(f"Of {name or 'any collection'}:")
            print(f"  Liked: {', '.join(taste.likes) or 'nothing yet'}.")
            print(f"  Skipped: {', '.join(taste.skips) or 'nothing yet'}.")
        print(f"(In {path}; `genre taste --forget` deletes it.)")
    return 0
