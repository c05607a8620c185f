"""Calendars as iCalendar text: the same entries give the same bytes, stamped with the day of the data."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from pipeline.reports.calendars import Entry
from pipeline.stages.press.filters import printable


def calendar_file(entries: Sequence[Entry], company: str, as_of: date) -> str:
    """One calendar of whole days (RFC 5545); text from outside is escaped by the library."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Bellwether//Customer Success//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _line(f"{company}: decisions, renewals, reviews"))
    stamp = datetime.combine(as_of, time(), tzinfo=UTC)
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", stamp)
        event.add("dtstart", entry.on)
        event.add("dtend", entry.on + timedelta(days=1))
        event.add("summary", _line(entry.title))
        event.add("description", _line(entry.text))
        event.add("categories", [entry.kind])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    text: str = calendar.to_ical().decode("utf-8")
    return text


def _line(text: str) -> str:
    return " ".join(printable(text).split())
