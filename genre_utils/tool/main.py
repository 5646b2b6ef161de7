"""The command `genre`; each group of commands has a module of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from genre_utils.tool.console import run_command
from genre_utils.tool.convert_command import add_convert_command
from genre_utils.tool.data_command import add_data_commands
from genre_utils.tool.events_command import add_events_command
from genre_utils.tool.feedback_command import add_feedback_command
from genre_utils.tool.library_command import add_library_commands
from genre_utils.tool.listen_command import add_listen_command
from genre_utils.tool.predict_command import add_predict_commands
from genre_utils.tool.recommend_command import add_recommend_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="genre", description="Predict genres, recommend similar songs, manage music libraries."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_predict_commands(commands)
    add_recommend_command(commands)
    add_feedback_command(commands)
    add_library_commands(commands)
    add_convert_command(commands)
    add_listen_command(commands)
    add_events_command(commands)
    add_data_commands(commands)
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # names and bars that a terminal cannot show
    try:
        return run_command(options.run, options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
