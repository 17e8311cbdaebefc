"""What people write for a time, taken apart: ISO 8601 and plain English.

Only `domain.schedule` reads with it. A text is cut into parts (a date, a weekday, a time, an
offset), each of which has one meaning; what is left over, doubled or can mean two things raises.
`datetime.fromisoformat` would not do: it drops what it does not know (`T18.30` is 18:00 to it).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone

BAD, TWO_MEANINGS, NO_TIME, A_SLOT = "bad_time", "ambiguous_time", "time_missing", "slot_not_here"


class UnclearTime(ValueError):
    """A text that is no time to the minute; `code`, one of the four above, says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_MAX_CHARS = 100
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNITS_S = {"s": 1, "m": 60, "h": 3600}

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? (?P<year>[0-9]{4}))?"
_SPAN = (
    r"(?:(?P<count{0}>[0-9]{{1,6}}) ?|(?:an? ))"
    r"(?P<unit{0}>s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z])"
)
_SPANS = rf"(?P<spans>{_SPAN.format(1)}(?:(?:,| and)? ?{_SPAN.format(2)})*)"
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{6})?)?", re.ASCII
)
_ONE_SPAN = re.compile(_SPAN.format(""), re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What was found so far; `now` has a zone."""

    now: datetime
    shown: datetime | None = None
    day: date | None = None
    named_day: bool = False
    weekday: int | None = None
    clock: time | None = None
    offset: timezone | None = None
    # `in 2 days` keeps the time of day, `in 48 hours` need not.
    days_ahead: int | None = None
    span: timedelta | None = None
    # A four-digit number behind a month's name: a year, or after all a time such as 1830.
    year_or_time: bool = False

    @property
    def today(self) -> date:
        return self.now.date()


def read_when(
    text: str, now: datetime, *, day_start: bool = False, shown: datetime | None = None
) -> datetime:
    """Return the time a text means: naive wall time, or aware where it names an instant.

    `now` has the zone in which the text is read. With `day_start`, a day without a time is its
    first moment. Written over the wall time `shown`, a time alone keeps that day unless it is over
    by then, and a day alone keeps that time. Raises UnclearTime, or OverflowError beyond the
    calendar.
    """
    if _ISO.fullmatch(text):  # nearly all of thousands in a table, and plain without a search
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    plain = _plain(text)
    if is_next_slot(plain):
        raise UnclearTime(A_SLOT)
    if len(plain) > _MAX_CHARS:
        raise UnclearTime(BAD)
    parts = _Parts(now=now, shown=shown)
    for found, take in _scan(plain):
        parts = take(parts, found)
    if parts.span is not None or parts.days_ahead is not None:
        return _after(parts)
    clock = parts.clock or _first_moment(parts, day_start=day_start)
    if parts.offset is None:
        return datetime.combine(_day(parts, clock, day_start=day_start), clock)
    if parts.day is None or parts.named_day:  # which day it is depends on the zone
        raise UnclearTime(TWO_MEANINGS)
    return datetime.combine(_day(parts, clock, day_start=day_start), clock, parts.offset)


def is_next_slot(text: str) -> bool:
    """Say whether a text asks for the next free slot, which only the plan of an account knows."""
    return re.fullmatch(r"next[- ]?slot", text.strip().casefold()) is not None


def _plain(text: str) -> str:
    text = re.sub(r"\s+", " ", text.casefold()).strip()
    return re.sub(r"(?<=[0-9])t(?=[0-9])", " t", text)  # 2030-12-24T18:30


def _scan(text: str) -> Iterator[tuple[re.Match[str], "_Take"]]:
    at = 0
    while at < len(text):
        fits = ((pattern.match(text, at), take) for pattern, take in _PATTERNS)
        found, take = next(((f, take) for f, take in fits if f), (None, _take_filler))
        if found is None:
            raise UnclearTime(BAD)
        yield found, take
        at = found.end()


def _first_moment(parts: _Parts, *, day_start: bool) -> time:
    """Stand in for a time that is not there, where that may be."""
    if parts.day is None and parts.weekday is None:
        raise UnclearTime(BAD)
    if day_start:
        return time()
    if parts.year_or_time:
        raise UnclearTime(TWO_MEANINGS)
    if parts.shown is None:
        raise UnclearTime(NO_TIME)
    return parts.shown.time()


def _day(parts: _Parts, clock: time, *, day_start: bool) -> date:
    """Return the day that is meant: a weekday or a time alone means the next one to come."""
    if parts.day is not None:
        if parts.weekday is not None and parts.day.weekday() != parts.weekday:
            raise UnclearTime(TWO_MEANINGS)
        return parts.day
    minute = parts.now.replace(second=0, microsecond=0, tzinfo=None)
    if parts.shown is not None and parts.weekday is None:
        kept = datetime.combine(parts.shown, clock)
        if kept >= minute:
            return kept.date()
    ahead = 0 if parts.weekday is None else (parts.weekday - parts.today.weekday()) % 7
    is_over = clock < minute.time()
    if is_over and ahead == 0 and not day_start:
        ahead = 1 if parts.weekday is None else 7
    return parts.today + timedelta(days=ahead)


def _after(parts: _Parts) -> datetime:
    if parts.day is not None or parts.weekday is not None or parts.offset is not None:
        raise UnclearTime(BAD)
    days = timedelta(days=parts.days_ahead or 0)
    if parts.span is None:
        clock = parts.clock or parts.now.time()
        return datetime.combine(parts.today + days, clock.replace(fold=0))
    if parts.clock is not None:  # `in 2 hours 9am`
        raise UnclearTime(BAD)
    return parts.now.astimezone(UTC) + days + parts.span


# --- the parts -------------------------------------------------------------------------------


def _take_filler(parts: _Parts, _found: re.Match[str]) -> _Parts:
    return parts


def _take_spans(parts: _Parts, found: re.Match[str]) -> _Parts:
    if parts.span is not None or parts.days_ahead is not None:
        raise UnclearTime(BAD)
    days, span = None, None
    for one in _ONE_SPAN.finditer(found["spans"]):
        count, unit = int(one["count"] or 1), one["unit"][0]
        if unit in "dw":
            days = (days or 0) + count * (7 if unit == "w" else 1)
        else:
            span = (span or timedelta()) + timedelta(seconds=count * _UNITS_S[unit])
    return replace(parts, days_ahead=days, span=span)


def _take_half_hour(parts: _Parts, _found: re.Match[str]) -> _Parts:
    if parts.span is not None or parts.days_ahead is not None:
        raise UnclearTime(BAD)
    return replace(parts, span=timedelta(minutes=30))


def _take_named_day(parts: _Parts, found: re.Match[str]) -> _Parts:
    days = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}.get(found["named"], 2)
    return replace(_with_day(parts, parts.today + timedelta(days=days)), named_day=True)


def _take_weekday(parts: _Parts, found: re.Match[str]) -> _Parts:
    if parts.weekday is not None:
        raise UnclearTime(BAD)
    weekday, today = _DAYS.index(found["weekday"][:3]), parts.today.weekday()
    if not found["which"]:
        return replace(parts, weekday=weekday)
    # `next`: the coming one, or that of the next week. Both are one day unless it is yet to come
    # in this week; a `next monday` always is.
    if found["which"] == "last " or weekday > today:
        raise UnclearTime(TWO_MEANINGS)
    return _with_day(parts, parts.today + timedelta(days=weekday - today + 7))


def _take_year_first(parts: _Parts, found: re.Match[str]) -> _Parts:
    return _with_day(parts, _date(int(found["year"]), int(found["month"]), int(found["day"])))


def _take_week(parts: _Parts, found: re.Match[str]) -> _Parts:
    try:
        day = date.fromisocalendar(int(found["year"]), int(found["week"]), int(found["day"]))
    except ValueError as exc:
        raise UnclearTime(BAD) from exc
    return _with_day(parts, day)


def _take_ordinal(parts: _Parts, found: re.Match[str]) -> _Parts:
    first = _date(int(found["year"]), 1, 1)
    day = first + timedelta(days=int(found["day"]) - 1)
    if day.year != first.year:
        raise UnclearTime(BAD)
    return _with_day(parts, day)


def _take_year_last(parts: _Parts, found: re.Match[str]) -> _Parts:
    first, second = int(found["first"]), int(found["second"])
    if first != second and max(first, second) <= 12:
        raise UnclearTime(TWO_MEANINGS)  # day or month first
    month, day = sorted((first, second))
    return _with_day(parts, _date(int(found["year"]), month, day))


def _take_month_name(parts: _Parts, found: re.Match[str]) -> _Parts:
    month, day = _MONTHS.index(found["month"][:3]) + 1, int(found["day"])
    if found["year"] is not None:
        dated = _with_day(parts, _date(int(found["year"]), month, day))
        return replace(dated, year_or_time=_is_clock(found["year"]))
    for year in range(parts.now.year, parts.now.year + 9):  # 29 February may be 8 years away
        try:
            coming = date(year, month, day)
        except ValueError:
            continue
        if coming >= parts.today:
            return _with_day(parts, coming)
    raise UnclearTime(BAD)


def _take_clock(parts: _Parts, found: re.Match[str]) -> _Parts:
    told = found.groupdict(default="0")
    hour, minute, second = (int(told.get(unit, "0")) for unit in ("hour", "minute", "second"))
    micros = int(told.get("fraction", "0")[:6].ljust(6, "0"))
    half = found.groupdict().get("half")
    if half:
        if not 1 <= hour <= 12:  # 13pm: 13:00, or 1 pm
            raise UnclearTime(TWO_MEANINGS)
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        clock = time(hour, minute, second, micros)
    except ValueError as exc:
        raise UnclearTime(BAD) from exc
    return _with_clock(parts, clock)


def _take_noon(parts: _Parts, _found: re.Match[str]) -> _Parts:
    return _with_clock(parts, time(12))


def _refuse_two_meanings(_parts: _Parts, _found: re.Match[str]) -> _Parts:
    raise UnclearTime(TWO_MEANINGS)


def _take_offset(parts: _Parts, found: re.Match[str]) -> _Parts:
    if parts.offset is not None or parts.clock is None:
        raise UnclearTime(BAD)
    told = found["offset"]
    if told[0] not in "+-":
        return replace(parts, offset=UTC)
    digits = told[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:  # as far as zones go (Kiritimati), for either sign
        raise UnclearTime(BAD)
    span = timedelta(hours=hours, minutes=minutes)
    return replace(parts, offset=timezone(-span if told[0] == "-" else span))


def _with_day(parts: _Parts, day: date) -> _Parts:
    if parts.day is not None:
        raise UnclearTime(BAD)
    return replace(parts, day=day)


def _with_clock(parts: _Parts, clock: time) -> _Parts:
    if parts.clock is not None:
        raise UnclearTime(BAD)
    return replace(parts, clock=clock)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as exc:
        raise UnclearTime(BAD) from exc


def _is_clock(digits: str) -> bool:
    return int(digits[:2]) < 24 and int(digits[2:]) < 60


_Take = Callable[[_Parts, re.Match[str]], _Parts]
_END = r"(?=$|[ ,])"
_HALF = r"(?: ?(?P<half>[ap])\.? ?m\.?)"
_OFFSET_FOLLOWS = r"(?=$|[ ,z+-])"


def _part(pattern: str, take: _Take, *, end: str = _END) -> tuple[re.Pattern[str], _Take]:
    return re.compile(pattern + end, re.ASCII), take


# The first that fits is taken.
_PATTERNS = (
    _part(r"[ ,]+", _take_filler, end=""),
    _part(r"at|on|@", _take_filler),
    _part(rf"(?:in )?{_SPANS} from now", _take_spans),
    _part(rf"in {_SPANS}", _take_spans),
    _part(r"in half an hour", _take_half_hour),
    _part(
        r"(?P<named>yesterday|today|tonight|tomorrow|(?:the )?day after tomorrow)", _take_named_day
    ),
    _part(
        r"(?:this )?(?P<which>next |last )?(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?"
        r"|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\.?",
        _take_weekday,
    ),
    _part(
        r"(?P<year>[0-9]{4})(?P<sep>[-/.])(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})",
        _take_year_first,
    ),
    _part(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})", _take_year_first),
    _part(r"(?P<year>[0-9]{4})(?P<sep>-?)w(?P<week>[0-9]{2})(?P=sep)(?P<day>[1-7])", _take_week),
    _part(r"(?P<year>[0-9]{4})-(?P<day>[0-9]{3})", _take_ordinal),
    _part(
        r"(?P<first>[0-9]{1,2})(?P<sep>[-/.])(?P<second>[0-9]{1,2})(?P=sep)(?P<year>[0-9]{4})",
        _take_year_last,
    ),
    # Without a year, or with half of one.
    _part(r"[0-9]{1,2}[-/][0-9]{1,2}(?:[-/][0-9]{2})?", _refuse_two_meanings),
    _part(r"[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{2})?", _refuse_two_meanings),
    _part(rf"(?:the )?{_DAY} (?:of )?{_MONTH}{_YEAR}", _take_month_name),
    _part(rf"{_MONTH} (?:the )?{_DAY}{_YEAR}", _take_month_name),
    _part(
        rf"t?(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}})"
        rf"(?::(?P<second>[0-9]{{2}})(?:[.,](?P<fraction>[0-9]+))?)?{_HALF}?",
        _take_clock,
        end=_OFFSET_FOLLOWS,
    ),
    _part(rf"t?(?P<hour>[0-9]{{1,2}})[.h](?P<minute>[0-9]{{2}}){_HALF}?", _take_clock),
    _part(
        rf"t?(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}}){_HALF}?", _take_clock, end=_OFFSET_FOLLOWS
    ),
    _part(
        r"t(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?",
        _take_clock,
        end=_OFFSET_FOLLOWS,
    ),
    _part(rf"(?P<hour>[0-9]{{1,2}})(?P<minute>[0-9]{{2}})?{_HALF}", _take_clock),
    _part(r"noon", _take_noon),
    # A time or a span; the one before the day or the one after it.
    _part(r"[0-9]{1,2}h|midnight", _refuse_two_meanings),
    _part(r"(?P<offset>z|utc|gmt|[+-][0-9]{2}(?::?[0-9]{2})?)", _take_offset),
)
