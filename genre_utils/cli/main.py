"""`genre`: what people without a notebook need, a module a group of commands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from genre_utils.cli.cluster import add_cluster_commands
from genre_utils.cli.convert import add_convert_command
from genre_utils.cli.data import add_data_commands
from genre_utils.cli.events import add_events_command
from genre_utils.cli.live import add_live_commands
from genre_utils.cli.songs import add_song_commands
from genre_utils.cli.telling import status_of
from genre_utils.cli.watch import add_watch_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="genre", description="Genres of songs, from the models that `make report` trains."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_song_commands(commands)
    add_convert_command(commands)
    add_live_commands(commands)
    add_watch_command(commands)
    add_events_command(commands)
    add_data_commands(commands)
    add_cluster_commands(commands)
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # names and bars that a terminal cannot show
    try:
        return status_of(options.run, options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
