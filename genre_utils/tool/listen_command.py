"""`genre listen`: which genre is playing, while it plays."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from genre_utils.tool.console import count, named, quiet_libraries

if TYPE_CHECKING:
    from genre_utils.tool.listener import Event, Now
    from genre_utils.tool.streams import Part

TAG = 0.1  # a tag less probable than this is not told
TAGS_TOLD = 3
PLAIN_SECONDS = 10.0  # between lines where they do not renew themselves
_CLEAR = "\r\x1b[K"
_SAYS = {"song": "another song", "silence": "silence", "sound": "sound again"}


def add_listen_command(commands: argparse._SubParsersAction) -> None:
    """Add `listen`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    listen = commands.add_parser(
        "listen",
        help="say which genre is playing, while it plays",
        description="Say which genre is playing, while it plays: by the last seconds of the song, "
        "with tags and how sure that is; when another song or genre begins; and what a station "
        "says that it plays. Files are heard as fast as the machine can. Ctrl-C ends it.",
        epilog="Examples: genre listen https://station/stream.mp3; genre listen film.mkv --json; "
        "arecord -f S16_LE -r 22050 | genre listen - --rate 22050. Exit status: 0 if it ended or "
        "was ended, 1 if the sound cannot be used or was lost, 2 if there is no model, or none of "
        "what it hears with.",
    )
    listen.add_argument(
        "source",
        nargs="?",
        help="file or http(s) address of any format that FFmpeg plays, or - for what is piped in; "
        "without it, a microphone",
    )
    listen.add_argument(
        "--device", metavar="NAME", help="microphone, by a part of its name or its number"
    )
    listen.add_argument(
        "--rate",
        type=count,
        help="what is piped in has no header: 16 bits a sample, so many a second",
    )
    listen.add_argument("--channels", type=count, help="of what has no header (1)")
    listen.add_argument(
        "--window", type=_window, default=30.0, metavar="S", help="seconds spoken of at most (30)"
    )
    listen.add_argument("--model", help="name of the model (see `genre models`)")
    listen.add_argument(
        "--json",
        action="store_true",
        help="print JSON lines, for other programs: what is heard once a second, and events",
    )
    listen.set_defaults(run=_listen, usage=listen)


def _window(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 3 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds from 3 to 3600")
    return value


def _listen(options: argparse.Namespace) -> int:
    if options.source is not None and options.device is not None:
        options.usage.error("a source or a --device, not both")
    if options.source != "-" and (options.rate or options.channels):
        options.usage.error("--rate and --channels are for what is piped in: genre listen -")
    if options.channels and not options.rate:
        options.usage.error("--channels needs --rate")

    from genre_utils.models import LinearModel, ModelError, load_model  # noqa: PLC0415
    from genre_utils.tool.listener import Listener, listen  # noqa: PLC0415
    from genre_utils.tool.streams import stream  # noqa: PLC0415

    head = load_model(options.model)
    if not isinstance(head, LinearModel):
        raise ModelError(
            f"The model {head.name} sees pictures of whole songs; to listen, take one that "
            "hears (see `genre models`)."
        )
    source = options.source or "microphone"
    with suppress(KeyboardInterrupt), named(source), quiet_libraries(), _ends_cleanly():
        found = listen(stream(_parts(options)), Listener(head, options.window))
        (_print_json if options.json else _print_text)(found)
    return 0


def _parts(options: argparse.Namespace) -> Iterator[Part]:
    from genre_utils.audio import AudioError  # noqa: PLC0415
    from genre_utils.tool import streams  # noqa: PLC0415

    if options.source is None:
        return streams.of_microphone(options.device)
    if options.source == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise AudioError("nothing is piped in; like this: genre listen - < song.mp3")
        pipe = sys.stdin.buffer
        if options.rate:
            return streams.of_samples(pipe, options.rate, options.channels or 1)
        return streams.of_pipe(pipe)
    if streams.is_address(options.source):
        return streams.of_radio(options.source)
    return streams.of_file(options.source)


@contextmanager
def _ends_cleanly() -> Iterator[None]:
    """Let the signal that services are stopped with end it as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _print_json(found: Iterable[Now | Event]) -> None:
    from genre_utils.tool.listener import Event  # noqa: PLC0415
    from genre_utils.tool.station_titles import Title  # noqa: PLC0415

    for thing in found:
        if isinstance(thing, Event):
            kind = "title" if isinstance(thing.text, Title) else thing.kind
            told = {"event": kind, "seconds": thing.seconds, "text": thing.text}
        else:
            told = {
                "seconds": thing.seconds,
                "heard": thing.heard,
                "genre": thing.genre,
                "sure": thing.sure,
                "probability": {name: round(p, 4) for name, p in thing.probability.items()},
                "tags": {name: round(p, 4) for name, p in thing.tags.items()},
            }
        print(json.dumps(told), flush=True)


def _print_text(found: Iterable[Now | Event]) -> None:
    """Events in lines of their own; between them a line that renews itself in a terminal."""
    from genre_utils.tool.listener import Event  # noqa: PLC0415
    from genre_utils.tool.station_titles import Title  # noqa: PLC0415

    renewed = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    shown, last, told, title = False, None, -PLAIN_SECONDS, ""
    try:
        for thing in found:
            if isinstance(thing, Event):
                says = _SAYS.get(thing.kind) or thing.text
                print(f"{_CLEAR if shown else ''}{_clock(thing.seconds)}  {says}", flush=True)
                shown = False
                if isinstance(thing.text, Title):
                    title = f" | {thing.text}"
                continue
            last = thing
            if renewed:
                width = shutil.get_terminal_size().columns - 1
                print(f"{_CLEAR}{(_line(thing) + title)[:width]}", end="", flush=True)
                shown = True
            elif thing.seconds >= told + PLAIN_SECONDS:
                print(_line(thing), flush=True)
                told, last = thing.seconds, None
    finally:
        if shown:
            print(flush=True)
    if last is not None and not renewed:
        print(_line(last), flush=True)


def _line(now: Now) -> str:
    if now.genre is None:
        return f"{_clock(now.seconds)}  silence"
    likely = ", ".join(f"{name} {p:.0%}" for name, p in list(now.probability.items())[:2])
    tags = [tag for tag, probability in now.tags.items() if probability >= TAG][:TAGS_TOLD]
    about = f"; {', '.join(tags)}" if tags else ""
    unsure = "" if now.sure else "; not sure"
    return f"{_clock(now.seconds)}  {likely}{about} (the last {now.heard:.0f} s{unsure})"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
