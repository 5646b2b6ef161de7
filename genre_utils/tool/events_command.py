"""`genre events`: concerts ranked by the user's likes."""

from __future__ import annotations

import argparse
from datetime import datetime

from genre_utils.tool.console import (
    positive_int,
    print_json,
    print_lines,
    print_message,
    quiet_libraries,
    require_live,
)
from genre_utils.tool.feedback_command import add_feedback_argument

_MAX_DAYS = 3660


def add_events_command(commands: argparse._SubParsersAction) -> None:
    """Add `events` to the subparsers."""
    events = commands.add_parser(
        "events",
        help="rank concerts by your likes",
        description="Rank the concerts of a calendar, or of a table (CSV with the columns artist, "
        "date and place), by the similarity of the artists' songs to your likes, with the reason. "
        "Artists without a song in the library are ranked by the tags of the entry, or listed as "
        "unknown. Exit status: 0, 1 if the calendar cannot be used or nothing is liked, 2 if there "
        "are no songs.",
    )
    events.add_argument("source", help="a file, or an address (https or webcal)")
    events.add_argument("--songs", help="name of the library, if there are several")
    add_feedback_argument(events)
    events.add_argument("--from", dest="start", type=_day, help="first day (today)")
    events.add_argument("--days", type=_days, default=365, help="number of days (365)")
    events.add_argument("--json", action="store_true", help="print JSON for other programs")
    events.set_defaults(run=_events)


def _days(text: str) -> int:
    days = positive_int(text)
    if days > _MAX_DAYS:
        raise argparse.ArgumentTypeError(f"{text} is too many days: at most {_MAX_DAYS}")
    return days


def _day(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone().replace(tzinfo=None)
    except (ValueError, OverflowError, OSError) as error:
        raise argparse.ArgumentTypeError(f"{text} is not a date (2027-01-31)") from error


def _events(options: argparse.Namespace) -> int:
    require_live("icalendar", "recurring_ical_events")
    from genre_utils.tool.calendars import read_events  # noqa: PLC0415
    from genre_utils.tool.concerts import rank_events  # noqa: PLC0415
    from genre_utils.tool.feedback_file import feedback_path, read_feedback  # noqa: PLC0415
    from genre_utils.tool.library import load_library  # noqa: PLC0415

    start = options.start or datetime.now()
    library = load_library(options.songs)
    events = read_events(options.source, start, options.days)
    feedback = read_feedback(options.feedback or feedback_path(), library.collection)
    likes = feedback.among(library.X.index)[0].likes
    with quiet_libraries():
        recommender, note = library.recommender(likes)
    ranked = rank_events(events, library, recommender, feedback)
    if note:
        print_message(note)
    if left_out := events.attrs["left_out"]:
        print_message(f"{left_out} entries have no name or no valid date.")
    if options.json:
        table = ranked.assign(when=[when.isoformat() for when in ranked["when"]])
        rows = table.astype(object).where(table.notna(), None).reset_index()
        print_json(rows.to_dict("records"), indent=2)
        return 0
    if ranked.empty:
        print_lines(f"There are no events in the {options.days} days from {start:%Y-%m-%d}.")
    for rank, row in ranked.iterrows():
        when = row["when"].strftime("%a %Y-%m-%d %H:%M %Z").strip()
        place = f", {row['place']}" if row["place"] else ""
        score = "  ? " if row["known"] == "unknown" else f"{row['score']:4.0%}"
        print_lines(
            f"{rank:3d} {score}  {row['artist']}, {when}{place}", f"           {row['reason']}"
        )
    return 0
