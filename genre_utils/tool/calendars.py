"""Concerts from calendars and tables: who plays when and where."""

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
_LONGEST = 200  # letters of a name
_NAMES = {
    "artist": ("artist", "artists", "performer", "band", "summary", "name"),
    "when": ("date", "when", "start", "datetime", "time"),
    "place": ("place", "venue", "location", "city", "where"),
    "tags": ("tags", "tag", "genre", "genres", "categories"),
}
_REFUSALS = {
    requests.Timeout: "no answer in time",
    requests.exceptions.SSLError: "its certificate is not trusted",
    requests.ConnectionError: "nobody answers there",
    requests.exceptions.InvalidURL: "it is no address",
}
# A concert that recurs within the day is a mistake, or made to keep a program busy.
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_RECURRING = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_WITHIN_DAYS = ("BYSECOND", "BYMINUTE", "BYHOUR")


class EventsError(ValueError):
    """Concerts cannot be read; the message says why."""


def read_events(source: str, start: datetime, days: int = 365) -> pd.DataFrame:
    """Read what takes place from a moment on.

    Parameters
    ----------
    source
        A file or an address (http, https, webcal): a calendar (iCalendar, RFC 5545), or a table
        (CSV) with the columns artist, date and place, and perhaps tags.
    start
        From when on. Times without a zone are those of its zone; if it has none, those of this
        machine, before and after each change of clocks.
    days
        For how many days.

    Returns
    -------
    pandas.DataFrame
        Columns ``artist`` (as it is named there: of a calendar, the summary), ``when`` (datetime
        with a time zone), ``place``, ``tags`` (tuple), the earliest first; at most 2000 rows. What
        recurs is there each time, what is cancelled is not. ``attrs["left_out"]`` counts entries
        without a name or a date, or that recur within the day.

    Raises
    ------
    EventsError
        If it cannot be read, or is something else.
    """
    raw = _fetched(source)
    zone, start = start.tzinfo, start.astimezone(start.tzinfo)
    end = start + timedelta(days=days)
    calendar = b"BEGIN:VCALENDAR" in raw[:4096].upper()
    found, left_out = (_of_calendar if calendar else _of_table)(raw, source, start, end, zone)
    table = pd.DataFrame(found, columns=COLUMNS).astype(object)
    order = sorted(range(len(table)), key=lambda row: table["when"].iloc[row])
    table = table.iloc[order].reset_index(drop=True)
    table.attrs["left_out"] = left_out
    return table


def _fetched(source: str) -> bytes:
    address = re.sub(r"^webcal:", "https:", source)
    if not re.match(r"https?://", address):
        try:
            return Path(source).expanduser().read_bytes()
        except OSError as error:
            raise EventsError(f"{source} cannot be read ({error.strerror}).") from error
        except (RuntimeError, ValueError) as error:
            raise EventsError(f"{source} is no name of a file.") from error
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
        reason = next((told for kind, told in _REFUSALS.items() if isinstance(error, kind)), "")
        reason = reason or type(error).__name__
        raise EventsError(f"{source} cannot be fetched ({reason}).") from error


def _of_calendar(
    raw: bytes, source: str, start: datetime, end: datetime, zone: tzinfo | None
) -> tuple[list[tuple], int]:
    try:
        calendar = Calendar.from_ical(raw)
        gone = {id(event) for event in calendar.walk("VEVENT") if not _plain(event)}
        for part in calendar.walk():
            part.subcomponents = [p for p in part.subcomponents if id(p) not in gone]
        query = recurring_ical_events.of(calendar, skip_bad_series=True)
        coming = sorted(
            query.between(start, end), key=lambda event: _moment(event["DTSTART"].dt, zone)
        )
        found, left_out = [], len(gone)
        for event in islice(coming, _MOST):
            when = _moment(event["DTSTART"].dt, zone)
            if when >= end:
                break
            artist = _text(event.get("SUMMARY"))
            if not artist:
                left_out += 1
            elif _text(event.get("STATUS")).upper() != "CANCELLED":
                tags = tuple(filter(None, map(_text, event.categories)))
                found.append((artist, when, _text(event.get("LOCATION")), tags))
        return found, left_out
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise EventsError(f"{source} is no calendar that can be read.") from error


def _plain(event: Any) -> bool:
    """Whether an entry has a date that can be read, and recurs by the day at most."""
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
    """A day or a time that has no zone is of this one; of this machine's, where that is None."""
    if not isinstance(when, datetime):
        when = datetime.combine(when, time())
    if when.tzinfo is None:
        when = when.replace(tzinfo=zone) if zone else when.astimezone()
    return when.replace(tzinfo=timezone(when.utcoffset() or timedelta()))  # any zone, as pandas can


def _of_table(
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
    found, left_out = [], 0
    for row in table.to_dict("records"):
        told = {part: _text(row[column]) if column else "" for part, column in columns.items()}
        try:
            when = _moment(datetime.fromisoformat(told["when"]), zone)
        except (ValueError, OverflowError, OSError):  # not a date, or none that the system knows
            left_out += 1
            continue
        if not told["artist"]:
            left_out += 1
        # A day without a time is not over before it ends.
        elif start - timedelta(days=1) < when < end and (when >= start or when.time() == time()):
            found.append((told["artist"], when, told["place"], tuple(_split(told["tags"]))))
    return sorted(found, key=lambda one: one[1])[:_MOST], left_out


def _split(tags: str) -> Iterator[str]:
    return (tag.strip() for tag in re.split(r"[,;|]", tags) if tag.strip())


def _text(value: object) -> str:
    words = " ".join(str(value or "").split())
    return "".join(letter for letter in words if letter.isprintable())[:_LONGEST]
