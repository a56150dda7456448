"""How a time is written: RFC 3339 in UTC, as every server reads it."""

from datetime import UTC, datetime


def moment(when: datetime) -> str:
    """Return *when* as "2026-11-23T12:30:22Z", with microseconds where there are any, so that edits stay in order."""
    return when.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def day(when: datetime) -> str:
    """Return the day of *when* as its midnight: nobody needs to know the hour."""
    return moment(when.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0))
