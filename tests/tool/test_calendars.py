"""Concerts of calendars and tables: time zones, recurrence, and what cannot be read."""

import os
import time
from datetime import UTC, datetime
from itertools import chain

import pytest

from genre_utils.tool.calendars import EventsError, read_events

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


def event(summary, start, *more):
    return ["BEGIN:VEVENT", f"UID:{summary}", f"SUMMARY:{summary}", start, *more, "END:VEVENT"]


def calendar(path, *events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:tests"]
    path.write_text("\r\n".join([*lines, *chain(*events), "END:VCALENDAR", ""]), encoding="utf-8")
    return str(path)


def test_time_zones_days_and_places(tmp_path):
    source = calendar(
        tmp_path / "a.ics",
        event("Björk", "DTSTART;TZID=Asia/Tokyo:20261201T010000", "LOCATION:Tokyo\\, Budokan"),
        event("Air", "DTSTART:20261130T170000Z", "CATEGORIES:electronic,chill"),
        event("A festival", "DTSTART;VALUE=DATE:20261203"),
        event("Over", "DTSTART:20261101T170000Z"),
        event("Too far", "DTSTART:20281101T170000Z"),
    )
    found = read_events(source, START)
    assert list(found["artist"]) == ["Björk", "Air", "A festival"]
    assert found["when"][0] == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert found["when"][0].hour == 1
    assert found["place"][0] == "Tokyo, Budokan"
    assert found["tags"][1] == ("electronic", "chill")
    assert found["when"][2] == datetime(2026, 12, 3, tzinfo=UTC)


@pytest.fixture
def berlin(monkeypatch):
    if os.name != "posix":
        pytest.skip("the zone of a process can be set on POSIX alone")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize("start", [datetime(2027, 3, 20), datetime(2027, 3, 30)])
def test_times_without_a_zone_are_those_of_this_machine_through_changes_of_clocks(tmp_path, start):
    source = calendar(
        tmp_path / "a.ics",
        event("Winter", "DTSTART:20271201T200000"),
        event("Summer", "DTSTART:20270701T200000"),
        event("A day", "DTSTART;VALUE=DATE:20270801"),
        event("Weekly", "DTSTART:20271024T200000", "RRULE:FREQ=WEEKLY;COUNT=2"),
    )
    table = tmp_path / "a.csv"
    table.write_text(
        "artist,date\nWinter,2027-12-01T20:00\nSummer,2027-07-01 20:00\nA day,2027-08-01\n"
        "Weekly,2027-10-24T20:00\nWeekly,2027-10-31T20:00\nNever,9999-12-31T23:00\n"
    )
    for named in (source, str(table)):
        assert [f"{when:%m-%d %H:%M %z}" for when in read_events(named, start)["when"]] == [
            "07-01 20:00 +0200", "08-01 00:00 +0200", "10-24 20:00 +0200", "10-31 20:00 +0100",
            "12-01 20:00 +0100",
        ]  # fmt: skip


def test_what_recurs_comes_each_time_at_the_same_hour_of_the_place(tmp_path):
    source = calendar(
        tmp_path / "a.ics",
        event(
            "Weekly", "DTSTART;TZID=Europe/Paris:20270310T200000",
            "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Paris:20270317T200000",
        ),
        event("Off", "DTSTART:20270310T200000Z", "STATUS:CANCELLED"),
        event("Busy", "DTSTART:20270101T000000Z", "RRULE:FREQ=SECONDLY"),
        event("Busy too", "DTSTART:20270101T000000Z", "RRULE:FREQ=DAILY;BYMINUTE=1,2,3"),
    )  # fmt: skip
    found = read_events(source, START)
    assert [f"{when:%m-%d %H:%M %z}" for when in found["when"]] == [
        "03-10 20:00 +0100", "03-24 20:00 +0100", "03-31 20:00 +0200",
    ]  # fmt: skip
    assert found.attrs["left_out"] == 2


def test_tables_of_any_separator(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "Date;Artist;Venue;Tags\n2026-12-02T20:00+01:00;Björk;Paris;pop, electronic\n"
        "2026-11-24;Air;;\nsoon;Nobody;;\n2026-12-03;;;\n2020-01-01;Over;;\n",
        encoding="utf-8-sig",
    )
    found = read_events(str(path), START)
    assert list(found["artist"]) == ["Air", "Björk"]
    assert found["when"][1] == datetime(2026, 12, 2, 19, tzinfo=UTC)
    assert list(found.iloc[1][["place", "tags"]]) == ["Paris", ("pop", "electronic")]
    assert found.attrs["left_out"] == 2


def test_addresses_are_fetched(server, tmp_path):
    calendar(tmp_path / "a.ics", event("Air", "DTSTART:20261130T170000Z"))
    server.files["/a.ics"] = (tmp_path / "a.ics").read_bytes()
    assert list(read_events(f"{server.address}/a.ics", START)["artist"]) == ["Air"]
    with pytest.raises(EventsError, match="status 404"):
        read_events(f"{server.address}/none.ics", START)
    with pytest.raises(EventsError, match=r"cannot be fetched \(no server answers\)"):
        read_events("http://127.0.0.1:9/a.ics", START)


@pytest.mark.parametrize(
    "content", [None, b"", b"\xff\xfe\0", b"x,y\n1,2\n", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", b"a"]
)
def test_what_is_neither_is_said_so(tmp_path, content):
    path = tmp_path / "bad"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EventsError, match="bad"):
        read_events(str(path), START)


def test_a_calendar_with_odd_entries_is_read_as_far_as_it_goes(tmp_path):
    source = calendar(
        tmp_path / "a.ics",
        event("Air", "DTSTART:20261130T170000Z"),
        event("Odd", "DTSTART:when", "RRULE:FREQ=NEVER"),
        ["BEGIN:VEVENT", "DTSTART:20261130T180000Z", "END:VEVENT"],
        ["BEGIN:VEVENT", "SUMMARY:no date", "END:VEVENT"],
    )
    found = read_events(source, START)
    assert list(found["artist"]) == ["Air"]
    assert found.attrs["left_out"] == 3


ZONED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
SUMMARY:Nina Simone
CATEGORIES:
DTSTART;TZID=Customized Time Zone:20261201T200000
END:VEVENT
END:VCALENDAR
"""


def test_a_zone_of_the_calendars_own_is_kept_to(tmp_path):
    path = tmp_path / "own.ics"
    path.write_text(ZONED.replace("\n", "\r\n"))
    start = datetime(2026, 11, 1, tzinfo=UTC)
    (row,) = read_events(str(path), start).to_dict("records")
    assert row["when"].isoformat() == "2026-12-01T20:00:00+01:00" and row["tags"] == ()


def test_series_that_began_long_ago_take_no_time(tmp_path):
    old = "BEGIN:VEVENT\nUID:{0}\nDTSTAMP:20150101T000000Z\nSUMMARY:Band {0}\n"
    old += "DTSTART:20150105T200000Z\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n"
    never = old.format("x").replace("WEEKLY", "WEEKLY;INTERVAL=0")
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n"
    text += "".join(old.format(n) for n in range(20)) + never + "END:VCALENDAR\n"
    path = tmp_path / "old.ics"
    path.write_text(text.replace("\n", "\r\n"))
    found = read_events(str(path), datetime(2026, 11, 1, tzinfo=UTC), days=14)
    assert len(found) == 40 and found.attrs["left_out"] == 1


def test_a_table_whose_rows_end_in_a_comma_is_not_shifted(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("artist,date,place\nNina Simone,2026-12-01,Paris,\n")
    found = read_events(str(path), datetime(2026, 11, 1, tzinfo=UTC))
    assert found["artist"].tolist() == ["Nina Simone"]
