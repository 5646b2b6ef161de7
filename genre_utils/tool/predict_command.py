"""`genre predict`: which genre audio files sound like."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from genre_utils.tool.console import count, quiet_libraries, say

if TYPE_CHECKING:
    from genre_utils.models import ClipGenre, Model

TOP = 3
TAGS_TOLD = 5
TAG = 0.1  # a tag less probable than this is not told
STANDARD_INPUT = ("-", "/dev/stdin")
PIPE_BYTES = 1 << 30
WORTH_A_PROCESS = 16 << 20  # bytes: their sound takes as long as the start of a process
_CHUNK = 1 << 20


class _Source(NamedTuple):
    """A file to predict: what to call it, where it is, and what is wrong with it already."""

    name: str
    path: Path
    error: str = ""


def add_predict_commands(commands: argparse._SubParsersAction) -> None:
    """Add `predict` and `models`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    predict = commands.add_parser(
        "predict",
        help="say which genre audio files sound like",
        description="Say which genre audio files sound like, in the order in which they are named. "
        "Each file is cut into pieces of 3 s, which vote. Exit status: 0, 1 if a file could not "
        "be used, 2 if there is no model, or none of what it hears with.",
    )
    predict.add_argument(
        "files",
        nargs="+",
        type=Path,
        help="audio files, folders of them, or - for a file that is piped in",
    )
    predict.add_argument("--model", help="name of the model (see `genre models`)")
    predict.add_argument("--jobs", type=count, help="processes (up to one a core)")
    predict.add_argument(
        "--json",
        action="store_true",
        help="print JSON lines, for other programs: first the model, then each file (what it "
        "sounds like, or its error) as soon as it is done, last what was not read in folders",
    )
    predict.set_defaults(run=_predict)
    models = commands.add_parser(
        "models",
        help="list the models that are there",
        description="List the models that are there: what each was trained on, and its scores.",
    )
    models.add_argument("--json", action="store_true", help="print JSON, for other programs")
    models.set_defaults(run=_list_models)


def _predict(options: argparse.Namespace) -> int:
    from genre_utils.audio import format_unreadable  # noqa: PLC0415  (commands load what they need)
    from genre_utils.models import load_model  # noqa: PLC0415

    model = load_model(options.model)
    if options.json:
        about = {"name": model.name, "dataset": model.about["dataset"]}
        print(json.dumps({"model": about}), flush=True)
    with quiet_libraries(), tempfile.TemporaryDirectory(prefix="genre-") as folder:
        sources = list(_sources(options.files, Path(folder)))
        failed = _print_all(sources, model, options)
    if unread := _unread(options.files):
        say(f"{format_unreadable(unread)}")
        if options.json:
            print(json.dumps({"not_read": unread}))
    if not options.json and model.about["dataset"]["synthetic"]:
        print(
            "The model was trained on synthesized music: do not believe it. For one that heard "
            "real music: make report DATA=folder."
        )
    return 1 if failed or unread else 0


def _print_all(sources: list[_Source], model: Model, options: argparse.Namespace) -> int:
    """Print what is found, as it is found; returns how many files could not be used."""
    failed = 0
    answers = _answers(sources, model, options.jobs)
    for source, answer in zip(sources, _progress(answers, len(sources)), strict=True):
        if isinstance(answer, str):
            failed += 1
            say(f"{source.name}: {answer}")
        if options.json:
            print(json.dumps(_as_json(source, answer)), flush=True)
        elif not isinstance(answer, str):
            print(_as_text(answer), flush=True)
    return failed


def _answers(sources: list[_Source], model: Model, jobs: int | None) -> Iterable[ClipGenre | str]:
    """What each file sounds like, or why it cannot be used, in the order given."""
    if len(sources) > 1:
        from joblib import Parallel, cpu_count, delayed  # noqa: PLC0415

        jobs = min(jobs or min(cpu_count(), _worth(sources)), len(sources))
        if jobs > 1:
            pool = Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
            lent = replace(model)  # without what is open in this process
            return pool(delayed(_hear_in_worker)(source, lent) for source in sources)
    return map(partial(_hear, model=model), sources)


def _worth(sources: list[_Source]) -> int:
    """How many processes have so much to do that it pays to start them."""
    sizes = (source.path.stat().st_size for source in sources if source.path.is_file())
    return 1 + sum(sizes) // WORTH_A_PROCESS


_models: dict[tuple[Path, str], Model] = {}


def _hear_in_worker(source: _Source, model: Model) -> ClipGenre | str:
    """As `_hear`, where the network of a model is read once a process."""
    key = model.folder, json.dumps(model.about["files"])
    return _hear(source, _models.setdefault(key, model))


def _hear(source: _Source, model: Model) -> ClipGenre | str:
    from genre_utils.audio import AudioError  # noqa: PLC0415
    from genre_utils.models import classify_clip  # noqa: PLC0415

    if source.error:
        return source.error
    try:
        return classify_clip(source.path, model, file=source.name)
    except AudioError as error:
        return str(error)


def _sources(named: Sequence[Path], folder: Path) -> Iterator[_Source]:
    """Files that were named, and all audio files in folders that were."""
    from genre_utils.audio import AUDIO_SUFFIXES, AudioError, count_unreadable  # noqa: PLC0415

    for path in named:
        if os.path.isdir(path):  # noqa: PTH112  (that of pathlib raises where nobody may look)
            inside = _inside(path)
            audio = [p for p in inside if p.suffix.lower() in AUDIO_SUFFIXES]
            yield from (_Source(str(p), p) for p in audio)
            if not audio and not count_unreadable(inside):
                yield _Source(str(path), path, "there is no audio file in this folder")
            continue
        try:
            yield _Source(str(path), _from_pipe(path, folder) or path)
        except AudioError as error:
            yield _Source(str(path), path, str(error))


def _inside(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if not p.name.startswith("."))


def _unread(named: Sequence[Path]) -> dict[str, int]:
    """How many files of each ending in folders cannot be decoded."""
    from genre_utils.audio import count_unreadable  # noqa: PLC0415

    folders = (path for path in named if os.path.isdir(path))  # noqa: PTH112
    return count_unreadable(path for folder in folders for path in _inside(folder))


def _from_pipe(path: Path, folder: Path) -> Path | None:
    """Copy what is piped in to a file, which a decoder can search; None if it is a file."""
    from genre_utils.audio import AudioError  # noqa: PLC0415

    try:
        if str(path) in STANDARD_INPUT:
            if sys.stdin is None or sys.stdin.isatty():
                raise AudioError("nothing is piped in; like this: genre predict - < song.mp3")
            return _copied(sys.stdin.buffer, folder)
        if stat.S_ISFIFO(path.stat().st_mode):
            with path.open("rb") as pipe:
                return _copied(pipe, folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AudioError(f"it cannot be read ({error.strerror or error})") from error
    return None


def _copied(pipe: BinaryIO, folder: Path) -> Path:
    from genre_utils.audio import AudioError  # noqa: PLC0415

    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        while chunk := pipe.read(_CHUNK):
            file.write(chunk)
            if file.tell() > PIPE_BYTES:
                raise AudioError(f"more than {PIPE_BYTES >> 20} MiB came; save it as a file first")
    return Path(file.name)


def _progress(answers: Iterable, total: int) -> Iterable:
    if total < 5 or not sys.stderr.isatty() or sys.stdout.isatty():
        return answers
    from tqdm import tqdm  # noqa: PLC0415

    return tqdm(answers, total=total, unit="file")


def _as_json(source: _Source, answer: ClipGenre | str) -> dict:
    if isinstance(answer, str):
        return {"file": source.name, "error": answer}
    return {**asdict(answer), "agreeing": answer.agreeing}


def _as_text(result: ClipGenre) -> str:
    lines = [f"{result.file} ({_clock(result.seconds)})"]
    if result.note:
        lines.append(f"  The file is {result.note}.")
    for genre, probability in list(result.probability.items())[:TOP]:
        lines.append(f"  {genre:<12} {probability:4.0%}  {'█' * round(20 * probability)}")
    runs: list[list] = []
    for vote in result.votes:
        if runs and runs[-1][1] == vote.genre:
            runs[-1][2] += 1
        else:
            runs.append([vote.start, vote.genre, 1])
    told = ", ".join(f"{_clock(s)} {genre}" + (f" x{n}" if n > 1 else "") for s, genre, n in runs)
    lines.append(
        f"  {result.agreeing} of {len(result.votes)} pieces: {result.genre}. Over time: {told}"
    )
    heard = [tag for tag, probability in result.tags.items() if probability >= TAG]
    if heard:
        lines.append(f"  Tags: {', '.join(heard[:TAGS_TOLD])}")
    if not result.calibrated:
        lines.append(
            f"  Not sure: {result.seconds:.3g} s are little. The probabilities are calibrated for "
            f"{result.calibrated_from:.3g} s, and too high for less."
        )
    elif not result.sure:
        lines.append("  Not sure: no genre has even odds.")
    return "\n".join(lines)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _list_models(options: argparse.Namespace) -> int:
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
