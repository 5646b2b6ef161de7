"""Concerts from calendars and tables: artist, time and place."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import recurring_ical_events
import requests
from icalendar import Calendar

COLUMNS = ["artist", "when", "place", "tags"]
_MOST = 2000
_LARGEST = 20 << 20  # bytes
_SECONDS = 30
_LONGEST = 200  # characters of a name
_NAMES = {
    "artist": ("artist", "artists", "performer", "band", "summary", "name"),
    "when": ("date", "when", "start", "datetime", "time"),
    "place": ("place", "venue", "location", "city", "where"),
    "tags": ("tags", "tag", "genre", "genres", "categories"),
}
_REFUSALS = {
    requests.Timeout: "no answer in time",
    requests.exceptions.SSLError: "its certificate is not trusted",
    requests.ConnectionError: "no server answers",
    requests.exceptions.InvalidURL: "the address is invalid",
}
# Events that recur within a day are mistakes or attacks.
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_RECURRING = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_WITHIN_DAYS = ("BYSECOND", "BYMINUTE", "BYHOUR")


class EventsError(ValueError):
    """Events cannot be read; the message says why."""


def read_events(source: str, start: datetime, days: int = 365) -> pd.DataFrame:
    """Read the events after a moment.

    Parameters
    ----------
    source
        A file or an address (http, https, webcal): a calendar (iCalendar, RFC 5545), or a table
        (CSV) with the columns artist, date and place, and perhaps tags.
    start
        First moment. Times without a zone are in its zone; if it has none, in that of this machine,
        with its daylight saving time.
    days
        Number of days.

    Returns
    -------
    pandas.DataFrame
        Columns ``artist`` (of a calendar, the summary), ``when`` (datetime with a time zone),
        ``place``, ``tags`` (tuple), the earliest first; at most 2000 rows. Recurring events are
        repeated, canceled ones are not included. ``attrs["left_out"]`` counts entries without a
        name or a date, or that recur within a day.

    Raises
    ------
    EventsError
        If it cannot be read, or is neither a calendar nor a table.
    """
    raw = _fetch(source)
    zone, start = start.tzinfo, start.astimezone(start.tzinfo)
    end = start + timedelta(days=days)
    calendar = b"BEGIN:VCALENDAR" in raw[:4096].upper()
    rows, left_out = (_read_calendar if calendar else _read_table)(raw, source, start, end, zone)
    table = pd.DataFrame(rows, columns=COLUMNS).astype(object)
    order = sorted(range(len(table)), key=lambda row: table["when"].iloc[row])
    table = table.iloc[order].reset_index(drop=True)
    table.attrs["left_out"] = left_out
    return table


def _fetch(source: str) -> bytes:
    address = re.sub(r"^webcal:", "https:", source)
    if not re.match(r"https?://", address):
        try:
            return Path(source).expanduser().read_bytes()
        except OSError as error:
            raise EventsError(f"{source} cannot be read ({error.strerror}).") from error
        except (RuntimeError, ValueError) as error:
            raise EventsError(f"{source} is not a valid file name.") from error
    try:
        with requests.get(address, timeout=_SECONDS, stream=True) as answer:
            answer.raise_for_status()
            raw = b""
            for part in answer.iter_content(1 << 16):
                raw += part
                if len(raw) > _LARGEST:
                    raise EventsError(f"{source} is larger than {_LARGEST >> 20} MiB.")
            return raw
    except requests.HTTPError as error:
        status = f"status {answer.status_code}"
        raise EventsError(f"{source} cannot be fetched ({status}).") from error
    except requests.RequestException as error:
        reason = next(
            (text for kind, text in _REFUSALS.items() if isinstance(error, kind)),
            type(error).__name__,
        )
        raise EventsError(f"{source} cannot be fetched ({reason}).") from error


def _read_calendar(
    raw: bytes, source: str, start: datetime, end: datetime, zone: tzinfo | None
) -> tuple[list[tuple], int]:
    try:
        calendar = Calendar.from_ical(raw)
        invalid = {id(event) for event in calendar.walk("VEVENT") if not _is_valid(event)}
        for part in calendar.walk():
            part.subcomponents = [p for p in part.subcomponents if id(p) not in invalid]
        query = recurring_ical_events.of(calendar, skip_bad_series=True)
        coming = sorted(
            query.between(start, end), key=lambda event: _moment(event["DTSTART"].dt, zone)
        )
        rows, left_out = [], len(invalid)
        for event in islice(coming, _MOST):
            when = _moment(event["DTSTART"].dt, zone)
            if when >= end:
                break
            artist = _text(event.get("SUMMARY"))
            if not artist:
                left_out += 1
            elif _text(event.get("STATUS")).upper() != "CANCELLED":
                tags = tuple(filter(None, map(_text, event.categories)))
                rows.append((artist, when, _text(event.get("LOCATION")), tags))
        return rows, left_out
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise EventsError(f"{source} is not a valid calendar.") from error


def _is_valid(event: Any) -> bool:
    """Whether an entry has a valid date, and recurs at most once a day."""
    broken = {name for name, _ in event.errors}
    if "DTSTART" not in event or broken & {"DTSTART", "DTEND", "DURATION", *_RECURRING}:
        return False
    rules = event.get("RRULE") or []
    rules = rules if isinstance(rules, list) else [rules]
    return not any(
        str(frequency).upper() in _TOO_OFTEN
        or any(key in rule for key in _WITHIN_DAYS)
        or 0 in rule.get("INTERVAL", [])
        for rule in rules
        for frequency in rule.get("FREQ", [""])
    )


def _moment(when: date | datetime, zone: tzinfo | None) -> datetime:
    """Add the zone to a day or a time without one; None is the zone of this machine."""
    if not isinstance(when, datetime):
        when = datetime.combine(when, time())
    if when.tzinfo is None:
        when = when.replace(tzinfo=zone) if zone else when.astimezone()
    return when.replace(tzinfo=timezone(when.utcoffset() or timedelta()))  # as pandas needs it


def _read_table(
    raw: bytes, source: str, start: datetime, end: datetime, zone: tzinfo | None
) -> tuple[list[tuple], int]:
    try:
        text = io.StringIO(raw.decode("utf-8-sig"))
        table = pd.read_csv(text, sep=None, engine="python", dtype=str, index_col=False).fillna("")
    except (UnicodeDecodeError, ValueError, csv.Error) as error:
        raise EventsError(f"{source} is neither a calendar nor a table.") from error
    named = {str(column).strip().lower(): column for column in table}
    columns = {
        part: next((named[name] for name in names if name in named), None)
        for part, names in _NAMES.items()
    }
    if not (columns["artist"] and columns["when"]):
        raise EventsError(f"{source} has no columns artist and date.")
    rows, left_out = [], 0
    for row in table.to_dict("records"):
        parts = {part: _text(row[column]) if column else "" for part, column in columns.items()}
        try:
            when = _moment(datetime.fromisoformat(parts["when"]), zone)
        except (ValueError, OverflowError, OSError):  # not a date that the system supports
            left_out += 1
            continue
        if not parts["artist"]:
            left_out += 1
        # An event without a time lasts until the end of its day.
        elif start - timedelta(days=1) < when < end and (when >= start or when.time() == time()):
            rows.append((parts["artist"], when, parts["place"], tuple(_split(parts["tags"]))))
    return sorted(rows, key=lambda row: row[1])[:_MOST], left_out


def _split(tags: str) -> Iterator[str]:
    return (tag.strip() for tag in re.split(r"[,;|]", tags) if tag.strip())


def _text(value: object) -> str:
    words = " ".join(str(value or "").split())
    return "".join(letter for letter in words if letter.isprintable())[:_LONGEST]
