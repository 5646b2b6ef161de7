"""`genre events`: concerts, ranked by what is liked."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path

from genre_utils.tool.console import count, need, quiet_libraries, say

_MOST_DAYS = 3660


def add_events_command(commands: argparse._SubParsersAction) -> None:
    """Add `events`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    events = commands.add_parser(
        "events",
        help="rank concerts by what is liked",
        description="Rank the concerts of a calendar, or of a table (CSV with the columns artist, "
        "date and place), by how near the artists' songs are to what is liked, and say why. "
        "Artists of whom there is no song are placed by the tags of the entry, or said to be "
        "unknown. Exit status: 0, 1 if the calendar cannot be used or nothing is liked, 2 if there "
        "are no songs.",
    )
    events.add_argument("source", help="a file, or an address (https or webcal)")
    events.add_argument("--songs", help="name of the songs, if several were kept")
    events.add_argument("--taste", type=Path, help="file of likes and skips to use")
    events.add_argument("--from", dest="start", type=_day, help="first day (today)")
    events.add_argument("--days", type=_days, default=365, help="how many days (365)")
    events.add_argument("--json", action="store_true", help="print JSON, for other programs")
    events.set_defaults(run=_events)


def _days(text: str) -> int:
    days = count(text)
    if days > _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text} are too many days: at most {_MOST_DAYS}")
    return days


def _day(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone().replace(tzinfo=None)
    except (ValueError, OverflowError, OSError) as error:
        raise argparse.ArgumentTypeError(f"{text} is not a date (2027-01-31)") from error


def _events(options: argparse.Namespace) -> int:
    need("icalendar", "recurring_ical_events")
    from genre_utils.tool.calendars import read_events  # noqa: PLC0415
    from genre_utils.tool.concerts import rank_events  # noqa: PLC0415
    from genre_utils.tool.feedback_file import read_taste, taste_path  # noqa: PLC0415
    from genre_utils.tool.library import load_library  # noqa: PLC0415

    start = options.start or datetime.now()
    library = load_library(options.songs)
    events = read_events(options.source, start, options.days)
    taste = read_taste(options.taste or taste_path(), library.collection)
    liked = taste.among(library.X.index)[0]
    with quiet_libraries():
        recommender, note = library.recommender(liked.likes)
    ranked = rank_events(events, library, recommender, taste)
    if note:
        say(note)
    if left_out := events.attrs["left_out"]:
        say(f"{left_out} entries without a name or a plain date.")
    if options.json:
        told = ranked.assign(when=[when.isoformat() for when in ranked["when"]])
        rows = told.astype(object).where(told.notna(), None).reset_index().to_dict("records")
        print(json.dumps(rows, indent=2))
        return 0
    if ranked.empty:
        print(f"Nothing takes place in {options.days} days from {start:%Y-%m-%d} on.")
    for rank, row in ranked.iterrows():
        when = row["when"].strftime("%a %Y-%m-%d %H:%M %Z").strip()
        place = f", {row['place']}" if row["place"] else ""
        score = "  ? " if row["known"] == "unknown" else f"{row['score']:4.0%}"
        print(f"{rank:3d} {score}  {row['artist']}, {when}{place}")
        print(f"           {row['reason']}")
    return 0
