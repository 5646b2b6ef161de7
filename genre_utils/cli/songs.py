"""`genre models`, `genre recommend`, `genre taste`: for people with a song."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from genre_utils.cli.arguments import count, share
from genre_utils.cli.predict import add_predict_command


def add_song_commands(commands: argparse._SubParsersAction) -> None:
    """Add `predict`, `models`, `recommend` and `taste`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    add_predict_command(commands)
    models = commands.add_parser("models", help="list the models that are there")
    models.add_argument("--json", action="store_true", help="print JSON, for other programs")
    models.set_defaults(run=_models)
    _add_recommend(commands)


def _models(options: argparse.Namespace) -> int:
    from genre_utils.models import (  # noqa: PLC0415
        HOW_TO_GET_A_MODEL,
        ModelError,
        list_models,
        load_model,
        models_dir,
    )

    found = []
    for name in list_models():
        try:
            model = load_model(name)
            found.append(
                {"name": name, **{k: model.about[k] for k in ("dataset", "profile", "scores")}}
            )
        except ModelError as error:
            found.append({"name": name, "error": str(error)})
    if options.json:
        print(json.dumps(found, indent=2))
        return 0
    if not found:
        print(f"There is no trained model in {models_dir()}. {HOW_TO_GET_A_MODEL}")
    for known in found:
        if "error" in known:
            print(f"{known['name']}: {known['error']}")
            continue
        scores = "; ".join(
            f"{s['accuracy']:.1%} under {s['protocol']} (n = {s['n']})" for s in known["scores"]
        )
        data = known["dataset"]
        kind = "synthesized music" if data["synthetic"] else data["name"]
        print(
            f"{known['name']}: trained on {kind}, {known['profile']} profile; "
            f"{scores or 'not scored'}"
        )
    return 0


def _add_recommend(commands: argparse._SubParsersAction) -> None:
    recommend = commands.add_parser(
        "recommend",
        help="name songs that are like a song",
        description="Name songs that are like one or several songs of the collection, or like an "
        "audio file. What is liked and skipped is remembered, and used from then on.",
    )
    recommend.add_argument("seeds", nargs="*", help="tracks (blues.00012) or one audio file")
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
    from genre_utils.audio import AudioError  # noqa: PLC0415
    from genre_utils.models import ModelError  # noqa: PLC0415
    from genre_utils.recommend import (  # noqa: PLC0415  # noqa: PLC0415
        TasteError,
        UnknownTrack,
        best_recommender,
        load_library,
        read_taste,
        taste_path,
        tell_taste,
    )

    try:
        library = load_library(options.songs)
    except ModelError as error:
        print(f"genre: {error}", file=sys.stderr)
        return 2
    recommender = best_recommender(library.tracks, variety=options.variety)
    recommender.fit(library.X, library.tracks)
    path = options.taste or taste_path()
    try:
        recommender.positions([*options.like, *options.skip])
        if options.like or options.skip:
            taste = tell_taste(path, library.collection, like=options.like, skip=options.skip)
        else:
            taste = read_taste(path, library.collection)
        taste, unknown = taste.among(library.X.index)
        if unknown:
            shown = ", ".join(unknown[:3]) + (", ..." if len(unknown) > 3 else "")
            where = f"{path} that are not in {library.collection}"
            print(f"genre: Likes and skips in {where} are not used: {shown}.", file=sys.stderr)
        seeds = options.seeds or list(taste.likes)
        if not seeds:
            raise UnknownTrack("Name a track or an audio file, or like some tracks first.")
        seed, copies = _seed(seeds, library)
        table = recommender.recommend(
            seed,
            options.k,
            copies=copies,
            same_artist=not options.other_artists,
            taste=taste,
        )
    except (AudioError, TasteError, UnknownTrack) as error:
        print(f"genre: {error}", file=sys.stderr)
        return 1
    shares = recommender.explain(
        recommender.query_of(seed, taste), recommender.positions(table["track"])
    )
    if options.json:
        rows = table.reset_index().to_dict("records")
        for row, (_, parts) in zip(rows, shares.iterrows(), strict=True):
            row["why"] = parts.to_dict()
        found = {"seeds": seeds, "duplicates": table.attrs["duplicates"], "songs": rows}
        print(json.dumps(found, indent=2))
        return 0
    print(f"Like {', '.join(seeds)}:")
    for rank, row in table.iterrows():
        artist = f" by {row['artist']}" if row["artist"] else ""
        print(f"{rank:3d}  {row['similarity']:.2f}  {row['track']} ({row['genre']}){artist}")
        print(f"           {row['reason']}")
        if options.why:
            parts = shares.iloc[rank - 1].sort_values(ascending=False)
            told = ", ".join(f"{name} {share:+.2f}" for name, share in parts.items())
            print(f"           {row['similarity']:.2f} = {told}")
    if twins := table.attrs["duplicates"]:
        print(f"The same song, left out: {', '.join(twins)}.")
    if library.synthetic:
        print("These songs are synthesized; for real ones: make report DATA=folder.")
    return 0


def _seed(seeds: list[str], library):
    """Tracks by name, or the features of an audio file; and which tracks are that file's song."""
    from genre_utils.audio import (  # noqa: PLC0415
        AUDIO_SUFFIXES,
        AudioError,
        features_of_file,
    )

    files = [
        name
        for name in seeds
        if name not in library.X.index
        and (Path(name).suffix.lower() in AUDIO_SUFFIXES or os.path.isfile(name))  # noqa: PTH113
    ]
    if not files:
        return seeds, []
    path = files[0]
    if len(seeds) > 1:
        raise AudioError(f"{path}: an audio file must be the only seed")
    try:
        return features_of_file(path)[0], library.copies_of(path)
    except AudioError as error:
        raise AudioError(f"{path}: {error}") from error


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
