"""`genre models`, and the other commands for people with a song."""

from __future__ import annotations

import argparse
import json

from genre_utils.cli.library import add_library_command
from genre_utils.cli.predict import add_predict_command
from genre_utils.cli.recommend import add_recommend_command
from genre_utils.cli.taste import add_taste_command


def add_song_commands(commands: argparse._SubParsersAction) -> None:
    """Add `predict`, `models`, `recommend`, `taste` and `library`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    add_predict_command(commands)
    models = commands.add_parser(
        "models",
        help="list the models that are there",
        description="List the models that are there: what each was trained on, and its scores.",
    )
    models.add_argument("--json", action="store_true", help="print JSON, for other programs")
    models.set_defaults(run=_models)
    add_recommend_command(commands)
    add_taste_command(commands)
    add_library_command(commands)


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
            f"{s['accuracy']:.1%} under {s.get('split') or s['protocol']} (n = {s['n']})"
            for s in known["scores"]
        )
        data = known["dataset"]
        kind = "synthesized music" if data["synthetic"] else data["name"]
        print(
            f"{known['name']}: trained on {kind}, {known['profile']} profile; "
            f"{scores or 'not scored'}"
        )
    return 0
