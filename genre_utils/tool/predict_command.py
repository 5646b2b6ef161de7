"""`genre predict` and `genre models`: genres of audio files, and the models that are available."""

from __future__ import annotations

import argparse
import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from genre_utils.tool.console import (
    positive_int,
    print_json,
    print_lines,
    print_message,
    quiet_libraries,
)

if TYPE_CHECKING:
    from genre_utils.models import ClipGenre, Model

SHOWN_GENRES, SHOWN_TAGS = 3, 5
TAG = 0.1  # less probable tags are not printed
STANDARD_INPUT = ("-", "/dev/stdin")
PIPE_BYTES = 1 << 30
WORTH_A_PROCESS = 16 << 20  # bytes whose prediction takes as long as starting a process
_CHUNK = 1 << 20


class _Source(NamedTuple):
    """A file to predict: its name for the user, its path, and an error that is already known."""

    name: str
    path: Path
    error: str = ""


def add_predict_commands(commands: argparse._SubParsersAction) -> None:
    """Add `predict` and `models` to the subparsers."""
    predict = commands.add_parser(
        "predict",
        help="predict the genre of audio files",
        description="Predict the genre of audio files, in the order in which they are named. "
        "Each file is cut into segments of 3 s, which vote. Exit status: 0, 1 if a file cannot "
        "be used, 2 if the model or the encoder is missing.",
    )
    predict.add_argument(
        "files",
        nargs="+",
        type=Path,
        help="audio files, folders of audio files, or - for a file that is piped in",
    )
    predict.add_argument("--model", help="name of the model (see `genre models`)")
    predict.add_argument("--jobs", type=positive_int, help="processes (up to one per core)")
    predict.add_argument(
        "--json",
        action="store_true",
        help="print JSON lines for other programs: first the model, then the result or error of "
        "each file as soon as it is done, last the files in folders that cannot be decoded",
    )
    predict.set_defaults(run=_predict)
    models = commands.add_parser(
        "models",
        help="list the available models",
        description="List the available models: the training data and the scores of each.",
    )
    models.add_argument("--json", action="store_true", help="print JSON for other programs")
    models.set_defaults(run=_list_models)


def _predict(options: argparse.Namespace) -> int:
    from genre_utils.audio import format_unreadable  # noqa: PLC0415  (commands load what they need)
    from genre_utils.models import load_model  # noqa: PLC0415

    model = load_model(options.model)
    if options.json:
        print_json({"model": {"name": model.name, "dataset": model.about["dataset"]}})
    failed = 0
    with quiet_libraries(), tempfile.TemporaryDirectory(prefix="genre-") as folder:
        sources = list(_sources(options.files, Path(folder)))
        results = _show_progress(_predict_all(sources, model, options.jobs), len(sources))
        for source, result in zip(sources, results, strict=True):
            if isinstance(result, str):
                failed += 1
                print_message(f"{source.name}: {result}")
            if options.json:
                print_json(_as_json(source, result))
            elif not isinstance(result, str):
                print_lines(*_as_text(result))
    if unread := _unreadable(options.files):
        print_message(format_unreadable(unread))
        if options.json:
            print_json({"not_read": unread})
    if not options.json and model.about["dataset"]["synthetic"]:
        print_lines(
            "The model was trained on synthesized music, so its predictions mean nothing for real "
            "music. To train on real music: make report DATA=folder."
        )
    return 1 if failed or unread else 0


def _predict_all(
    sources: list[_Source], model: Model, jobs: int | None
) -> Iterable[ClipGenre | str]:
    """Predict the genre of each file in order; a file that cannot be used gives the reason."""
    if len(sources) > 1:
        from joblib import Parallel, cpu_count, delayed  # noqa: PLC0415

        jobs = min(jobs or min(cpu_count(), _useful_processes(sources)), len(sources))
        if jobs > 1:
            pool = Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
            copy = replace(model)  # without the open session, which cannot be sent to a process
            return pool(delayed(_predict_in_worker)(source, copy) for source in sources)
    return map(partial(_predict_file, model=model), sources)


def _useful_processes(sources: list[_Source]) -> int:
    """How many processes have enough work to be worth starting."""
    sizes = (source.path.stat().st_size for source in sources if source.path.is_file())
    return 1 + sum(sizes) // WORTH_A_PROCESS


_models: dict[tuple[Path, str], Model] = {}


def _predict_in_worker(source: _Source, model: Model) -> ClipGenre | str:
    """As `_predict_file`, with the network of a model loaded once per process."""
    key = model.folder, str(model.about["files"])
    return _predict_file(source, _models.setdefault(key, model))


def _predict_file(source: _Source, model: Model) -> ClipGenre | str:
    from genre_utils.audio import AudioError  # noqa: PLC0415
    from genre_utils.models import classify_clip  # noqa: PLC0415

    if source.error:
        return source.error
    try:
        return classify_clip(source.path, model, file=source.name)
    except AudioError as error:
        return str(error)


def _sources(paths: Sequence[Path], temporary: Path) -> Iterator[_Source]:
    """Files that were named, and all audio files in folders that were."""
    from genre_utils.audio import AUDIO_SUFFIXES, AudioError, count_unreadable  # noqa: PLC0415

    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  (pathlib's raises without permission)
            inside = _files_below(path)
            audio = [p for p in inside if p.suffix.lower() in AUDIO_SUFFIXES]
            yield from (_Source(str(p), p) for p in audio)
            if not audio and not count_unreadable(inside):
                yield _Source(str(path), path, "there is no audio file in this folder")
            continue
        try:
            yield _Source(str(path), _save_pipe(path, temporary) or path)
        except AudioError as error:
            yield _Source(str(path), path, str(error))


def _files_below(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if not p.name.startswith("."))


def _unreadable(paths: Sequence[Path]) -> dict[str, int]:
    """Number of files in folders that cannot be decoded, by suffix."""
    from genre_utils.audio import count_unreadable  # noqa: PLC0415

    folders = (path for path in paths if os.path.isdir(path))  # noqa: PTH112
    return count_unreadable(path for folder in folders for path in _files_below(folder))


def _save_pipe(path: Path, temporary: Path) -> Path | None:
    """Save what is piped in as a file, in which a decoder can seek; None if it is a file."""
    from genre_utils.audio import AudioError  # noqa: PLC0415

    try:
        if str(path) in STANDARD_INPUT:
            if sys.stdin is None or sys.stdin.isatty():
                raise AudioError("nothing is piped in; use it so: genre predict - < song.mp3")
            return _save(sys.stdin.buffer, temporary)
        if stat.S_ISFIFO(path.stat().st_mode):
            with path.open("rb") as pipe:
                return _save(pipe, temporary)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AudioError(f"it cannot be read ({error.strerror or error})") from error
    return None


def _save(pipe: BinaryIO, folder: Path) -> Path:
    from genre_utils.audio import AudioError  # noqa: PLC0415

    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        while chunk := pipe.read(_CHUNK):
            file.write(chunk)
            if file.tell() > PIPE_BYTES:
                raise AudioError(f"more than {PIPE_BYTES >> 20} MiB were piped in; save a file")
    return Path(file.name)


def _show_progress(results: Iterable, total: int) -> Iterable:
    if total < 5 or not sys.stderr.isatty() or sys.stdout.isatty():
        return results
    from tqdm import tqdm  # noqa: PLC0415

    return tqdm(results, total=total, unit="file")


def _as_json(source: _Source, result: ClipGenre | str) -> dict:
    if isinstance(result, str):
        return {"file": source.name, "error": result}
    return {**asdict(result), "agreeing": result.agreeing}


def _as_text(result: ClipGenre) -> list[str]:
    lines = [f"{result.file} ({_clock(result.seconds)})"]
    if result.note:
        lines.append(f"  The file is {result.note}.")
    for genre, probability in list(result.probability.items())[:SHOWN_GENRES]:
        lines.append(f"  {genre:<12} {probability:4.0%}  {'█' * round(20 * probability)}")
    runs = []
    for genre, group in groupby(result.votes, lambda vote: vote.genre):
        votes = list(group)
        times = f" x{len(votes)}" if len(votes) > 1 else ""
        runs.append(f"{_clock(votes[0].start)} {genre}{times}")
    lines.append(
        f"  {result.agreeing} of {len(result.votes)} segments: {result.genre}. "
        f"Over time: {', '.join(runs)}"
    )
    tags = [tag for tag, probability in result.tags.items() if probability >= TAG]
    if tags:
        lines.append(f"  Tags: {', '.join(tags[:SHOWN_TAGS])}")
    if not result.calibrated:
        lines.append(
            f"  Not sure: the clip has only {result.seconds:.3g} s. The probabilities are "
            f"calibrated for {result.calibrated_from:.3g} s and too high for shorter clips."
        )
    elif not result.sure:
        lines.append("  Not sure: no genre has a probability of at least 50%.")
    return lines


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

    models = []
    for name in list_models():
        try:
            about = load_model(name).about
            models.append({"name": name, **{k: about[k] for k in ("dataset", "profile", "scores")}})
        except ModelError as error:
            models.append({"name": name, "error": str(error)})
    if options.json:
        print_json(models, indent=2)
        return 0
    if not models:
        print_lines(f"There is no trained model in {models_dir()}. {HOW_TO_GET_A_MODEL}")
    for model in models:
        if "error" in model:
            print_lines(f"{model['name']}: {model['error']}")
            continue
        scores = "; ".join(
            f"{s['accuracy']:.1%} under {s.get('split') or s['protocol']} (n = {s['n']})"
            for s in model["scores"]
        )
        data = model["dataset"]
        trained_on = "synthesized music" if data["synthetic"] else data["name"]
        print_lines(
            f"{model['name']}: trained on {trained_on}, {model['profile']} profile; "
            f"{scores or 'no scores'}"
        )
    return 0
