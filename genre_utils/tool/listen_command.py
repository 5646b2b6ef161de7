"""`genre listen`: the genre of a live stream."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from genre_utils.tool.console import (
    name_in_errors,
    number_between,
    positive_int,
    print_json,
    printable_line,
    quiet_libraries,
)

if TYPE_CHECKING:
    from genre_utils.tool.listener import Event, Now
    from genre_utils.tool.streams import Part

TAG = 0.1  # less probable tags are not printed
SHOWN_TAGS = 3
PLAIN_SECONDS = 10.0  # between lines that are not overwritten
_CLEAR = "\r\x1b[K"
_EVENTS = {"song": "new song", "silence": "silence", "sound": "sound again"}


def add_listen_command(commands: argparse._SubParsersAction) -> None:
    """Add `listen` to the subparsers."""
    listen = commands.add_parser(
        "listen",
        help="predict the genre of a live stream while it plays",
        description="Predict the genre of a live stream from the last seconds of the song, with "
        "tags and probabilities; detect when a new song or genre begins; show the titles that a "
        "station sends. Files are processed as fast as possible. Press Ctrl-C to stop.",
        epilog="Examples: genre listen https://station/stream.mp3; genre listen film.mkv --json; "
        "arecord -f S16_LE -r 22050 | genre listen - --rate 22050. Exit status: 0 if the stream "
        "ended or was stopped, 1 if the sound cannot be used or was lost, 2 if the model or the "
        "encoder is missing.",
    )
    listen.add_argument(
        "source",
        nargs="?",
        help="file or http(s) address of any format that FFmpeg plays, or - for a pipe; "
        "without it, a microphone",
    )
    listen.add_argument(
        "--device", metavar="NAME", help="microphone, by a part of its name or its number"
    )
    listen.add_argument(
        "--rate",
        type=positive_int,
        help="sampling rate of a pipe without a header, 16 bits per sample",
    )
    listen.add_argument("--channels", type=positive_int, help="channels of such a pipe (1)")
    listen.add_argument(
        "--window",
        type=number_between(3, 3600),
        default=30.0,
        metavar="S",
        help="longest window that is predicted, in seconds (30)",
    )
    listen.add_argument("--model", help="name of the model (see `genre models`)")
    listen.add_argument(
        "--json",
        action="store_true",
        help="print JSON lines for other programs: a prediction every second, and events",
    )
    listen.set_defaults(run=_listen, usage=listen)


def _listen(options: argparse.Namespace) -> int:
    if options.source is not None and options.device is not None:
        options.usage.error("name a source or a --device, not both")
    if options.source != "-" and (options.rate or options.channels):
        options.usage.error("--rate and --channels are for pipes: genre listen -")
    if options.channels and not options.rate:
        options.usage.error("--channels needs --rate")

    from genre_utils.models import LinearModel, ModelError, load_model  # noqa: PLC0415
    from genre_utils.tool.listener import Listener, listen  # noqa: PLC0415
    from genre_utils.tool.streams import stream  # noqa: PLC0415

    head = load_model(options.model)
    if not isinstance(head, LinearModel):
        raise ModelError(
            f"The model {head.name} needs pictures of whole songs; for streams, choose one that "
            "uses the encoder (see `genre models`)."
        )
    source = options.source or "microphone"
    with suppress(KeyboardInterrupt), name_in_errors(source), quiet_libraries(), _stop_on_sigterm():
        results = listen(stream(_parts(options)), Listener(head, options.window))
        (_print_json if options.json else _print_text)(results)
    return 0


def _parts(options: argparse.Namespace) -> Iterator[Part]:
    from genre_utils.audio import AudioError  # noqa: PLC0415
    from genre_utils.tool import streams  # noqa: PLC0415

    if options.source is None:
        return streams.of_microphone(options.device)
    if options.source == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise AudioError("nothing is piped in; use it so: genre listen - < song.mp3")
        pipe = sys.stdin.buffer
        if options.rate:
            return streams.of_samples(pipe, options.rate, options.channels or 1)
        return streams.of_pipe(pipe)
    if streams.is_address(options.source):
        return streams.of_radio(options.source)
    return streams.of_file(options.source)


@contextmanager
def _stop_on_sigterm() -> Iterator[None]:
    """Let SIGTERM, which stops services, end the command as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _print_json(results: Iterable[Now | Event]) -> None:
    for result in results:
        print_json(_as_dict(result))


def _as_dict(result: Now | Event) -> dict:
    from genre_utils.tool.listener import Event  # noqa: PLC0415
    from genre_utils.tool.station_titles import Title  # noqa: PLC0415

    if isinstance(result, Event):
        kind = "title" if isinstance(result.text, Title) else result.kind
        return {"event": kind, "seconds": result.seconds, "text": result.text}
    return {
        "seconds": result.seconds,
        "window": result.window,
        "genre": result.genre,
        "sure": result.sure,
        "probability": {name: round(p, 4) for name, p in result.probability.items()},
        "tags": {name: round(p, 4) for name, p in result.tags.items()},
    }


def _print_text(results: Iterable[Now | Event]) -> None:
    """Print events on lines of their own, and predictions on a line that is overwritten."""
    from genre_utils.tool.listener import Event  # noqa: PLC0415
    from genre_utils.tool.station_titles import Title  # noqa: PLC0415

    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    shown, last, printed, title = False, None, -PLAIN_SECONDS, ""
    try:
        for result in results:
            if isinstance(result, Event):
                text = printable_line(_EVENTS.get(result.kind) or result.text)
                start = _CLEAR if shown else ""
                print(f"{start}{_clock(result.seconds)}  {text}", flush=True)
                shown = False
                if isinstance(result.text, Title):
                    title = f" | {text}"
                continue
            last = result
            if terminal:
                width = shutil.get_terminal_size().columns - 1
                print(f"{_CLEAR}{(_line(result) + title)[:width]}", end="", flush=True)
                shown = True
            elif result.seconds >= printed + PLAIN_SECONDS:
                print(_line(result), flush=True)
                printed, last = result.seconds, None
    finally:
        if shown:
            print(flush=True)
    if last is not None and not terminal:
        print(_line(last), flush=True)


def _line(now: Now) -> str:
    if now.genre is None:
        return f"{_clock(now.seconds)}  silence"
    genres = ", ".join(f"{name} {p:.0%}" for name, p in list(now.probability.items())[:2])
    tags = [tag for tag, probability in now.tags.items() if probability >= TAG][:SHOWN_TAGS]
    about = f"; {', '.join(tags)}" if tags else ""
    unsure = "" if now.sure else "; not sure"
    return f"{_clock(now.seconds)}  {genres}{about} (the last {now.window:.0f} s{unsure})"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
