"""Dates, times, recurrences and offsets in everyday English."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.engines.embedded.grammar.times import TimeSpan, find_offsets, find_times, join_spans

BRISBANE = ZoneInfo("Australia/Brisbane")
LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
# a Wednesday
NOW = datetime(2026, 11, 25, 10, 20, tzinfo=BRISBANE)


def only(text: str, now: datetime = NOW, **habits: object) -> TimeSpan:
    """The one time of a text."""
    spans = find_times(text, now, **habits)  # type: ignore[arg-type]
    assert len(spans) == 1, [span.text for span in spans]
    return spans[0]


def wall(moment: datetime | None) -> str | None:
    """A moment as local wall time."""
    return moment.strftime("%Y-%m-%d %H:%M") if moment else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", "2026-11-26"),
        ("tmrw", "2026-11-26"),
        ("2moro", "2026-11-26"),
        ("tomorow", "2026-11-26"),
        ("day after tomorrow", "2026-11-27"),
        ("the day before yesterday", "2026-11-23"),
        ("yesterdy", "2026-11-24"),
        ("2 weeks ago", "2026-11-11"),
        ("a fortnight ago", "2026-11-11"),
        ("in three days' time", "2026-11-28"),
        ("friday", "2026-11-27"),
        ("wensday", "2026-12-02"),
        ("thursdya", "2026-11-26"),
        ("next tuesday", "2026-12-01"),
        ("this coming friday", "2026-11-27"),
        ("friday week", "2026-12-04"),
        ("a week on sunday", "2026-12-06"),
        ("tuesday of next week", "2026-12-01"),
        ("next week monday", "2026-11-30"),
        ("the 14th", "2026-12-14"),
        ("on the first", "2026-12-01"),
        ("Thursday the tenth", "2026-12-10"),
        ("Sat 5 Dec", "2026-12-05"),
        ("14/11/2027", "2027-11-14"),
        ("2027-11-14", "2027-11-14"),
        ("14 november 2027", "2027-11-14"),
        ("Nov 14, 2027", "2027-11-14"),
        ("the twentieth of June", "2027-06-20"),
        ("fourteenth august twenty twenty seven", "2027-08-14"),
        ("the first monday of march", "2027-03-01"),
        ("last friday in January", "2027-01-29"),
        ("Christmas", "2026-12-25"),
        ("easter monday", "2027-03-29"),
        ("black friday", "2026-11-27"),
        ("diwali 2027", "2027-10-29"),
        ("two days before christmas", "2026-12-23"),
        ("the day after boxing day", "2026-12-27"),
        ("3 weeks from tomorrow", "2026-12-17"),
        ("a week today", "2026-12-02"),
        ("the last Friday in November", "2026-11-27"),
        ("the last day of the month", "2026-11-30"),
        ("Friday just gone", "2026-11-20"),
        ("the Sunday before last", "2026-11-15"),
        ("two weeks ago on Tuesday", "2026-11-10"),
        ("the Friday after next", "2026-12-04"),
    ],
)
def test_days(text: str, day: str) -> None:
    span = only(f"put it down for {text}, please")
    assert (span.value.date().isoformat(), span.kind, span.grain) == (day, "point", "day")
    assert span.has_date
    assert not span.has_time


@pytest.mark.parametrize(
    ("text", "moment", "ambiguous"),
    [
        ("at 6 tomorrow evening", "2026-11-26 18:00", False),
        ("tomorrow at 9am", "2026-11-26 09:00", False),
        ("May 16 at 2 in the afternoon", "2027-05-16 14:00", False),
        ("friday at a quarter to three", "2026-11-27 14:45", True),
        ("twenty past ten in the morning on friday", "2026-11-27 10:20", False),
        ("at half six", "2026-11-25 18:30", True),
        ("noon on friday", "2026-11-27 12:00", False),
        ("5.30pm", "2026-11-25 17:30", False),
        ("at 5.30", "2026-11-25 17:30", True),
        ("18:15", "2026-11-25 18:15", False),
        ("6am", "2026-11-26 06:00", False),
        ("at 1900 hours", "2026-11-25 19:00", False),
        ("6 o'clock", "2026-11-25 18:00", True),
        ("15h30", "2026-11-25 15:30", False),
        ("ten thirty am tomorrow", "2026-11-26 10:30", False),
        ("tonight at 8", "2026-11-25 20:00", False),
        ("tuesday at 3", "2026-12-01 15:00", True),
        ("thurs 4am", "2026-11-26 04:00", False),
        ("in 45 min", "2026-11-25 11:05", False),
        ("in a couple of hours", "2026-11-25 12:20", False),
        ("half an hour ago", "2026-11-25 09:50", False),
        ("in an hour and a half", "2026-11-25 11:50", False),
        ("this time tomorrow", "2026-11-26 10:20", False),
        ("8:00 GMT", "2026-11-25 18:00", False),
        ("2026-12-24T08:30:00Z", "2026-12-24 18:30", False),
        ("midnight", "2026-11-26 00:00", False),
        ("at half past", "2026-11-25 10:30", False),
    ],
)
def test_clock_times(text: str, moment: str, ambiguous: bool) -> None:
    span = only(text)
    assert (wall(span.value), span.kind, span.ambiguous_hour) == (moment, "point", ambiguous)
    assert span.has_time


@pytest.mark.parametrize(
    ("text", "usual", "covers"),
    [
        ("this arvo", "2026-11-25 15:00", ("2026-11-25 12:00", "2026-11-25 19:00")),
        ("tomorrow morning", "2026-11-26 09:00", ("2026-11-26 00:00", "2026-11-26 12:00")),
        ("tonight", "2026-11-25 20:00", ("2026-11-25 18:00", "2026-11-26 00:00")),
        ("last night", "2026-11-24 20:00", ("2026-11-24 18:00", "2026-11-25 00:00")),
        ("tomorrow lunchtime", "2026-11-26 12:00", ("2026-11-26 12:00", "2026-11-26 14:00")),
        ("first thing tomorrow", "2026-11-26 08:00", ("2026-11-26 05:00", "2026-11-26 10:00")),
    ],
)
def test_parts_of_a_day_have_a_usual_hour_and_cover_the_part(text: str, usual: str, covers: tuple[str, str]) -> None:
    span = only(text)
    assert (wall(span.value), span.grain, span.has_time) == (usual, "hour", False)
    assert (wall(span.covers[0]), wall(span.covers[1])) == covers
    assert span.part is not None


@pytest.mark.parametrize(
    ("text", "start", "until"),
    [
        ("July 13 to 15", "2027-07-13 00:00", "2027-07-16 00:00"),
        ("from 13 to 15 July", "2027-07-13 00:00", "2027-07-16 00:00"),
        ("from the twentieth of June until the twenty seventh", "2027-06-20 00:00", "2027-06-28 00:00"),
        ("Aug 8 - Aug 12", "2027-08-08 00:00", "2027-08-13 00:00"),
        ("between monday and wednesday", "2026-11-30 00:00", "2026-12-03 00:00"),
        ("28 December to 3 January", "2026-12-28 00:00", "2027-01-04 00:00"),
        ("7-9pm on friday", "2026-11-27 19:00", "2026-11-27 21:00"),
        ("friday 11 to 2pm", "2026-11-27 11:00", "2026-11-27 14:00"),
        ("sunday 7.30am to 8pm", "2026-11-29 07:30", "2026-11-29 20:00"),
        ("10pm to 2am", "2026-11-25 22:00", "2026-11-26 02:00"),
        ("friday 6pm to sunday noon", "2026-11-27 18:00", "2026-11-29 12:00"),
        ("9am for two hours", "2026-11-26 09:00", "2026-11-26 11:00"),
        ("this weekend", "2026-11-28 00:00", "2026-11-30 00:00"),
        ("end of the month", "2026-11-21 00:00", "2026-12-01 00:00"),
        ("last summer", "2025-12-01 00:00", "2026-03-01 00:00"),
    ],
)
def test_intervals_end_exclusively(text: str, start: str, until: str) -> None:
    span = only(text)
    assert (wall(span.value), wall(span.until), span.kind) == (start, until, "interval")


@pytest.mark.parametrize(
    ("text", "kind", "start", "covers"),
    [
        ("this week", "point", "2026-11-23", ("2026-11-23", "2026-11-30")),
        ("last month", "point", "2026-10-01", ("2026-10-01", "2026-11-01")),
        ("so far this year", "point", "2026-01-01", ("2026-01-01", "2027-01-01")),
        ("the past 30 days", "interval", "2026-10-26", ("2026-10-26", "2026-11-26")),
        ("since june", "after", "2026-06-01", ("2026-06-01", None)),
        ("in March", "point", "2026-03-01", ("2026-03-01", "2026-04-01")),
        ("last quarter", "point", "2026-07-01", ("2026-07-01", "2026-10-01")),
        ("between 1 may and 15 june", "interval", "2026-05-01", ("2026-05-01", "2026-06-16")),
    ],
)
def test_a_question_about_records_covers_whole_days(
    text: str, kind: str, start: str, covers: tuple[str, str | None]
) -> None:
    span = only(f"what did i spend {text}", prefer="past")
    found = tuple(moment.date().isoformat() if moment else None for moment in span.covers)
    assert (span.kind, span.value.date().isoformat(), found) == (kind, start, covers)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("by thursday", "2026-11-26"),
        ("by the end of december", "2026-12-31"),
        ("by the end of next week", "2026-12-06"),
        ("until the 14th", "2026-12-14"),
    ],
)
def test_a_deadline_is_one_day(text: str, day: str) -> None:
    span = only(text)
    assert (span.kind, span.day.isoformat()) == ("before", day)


@pytest.mark.parametrize(
    ("text", "prefer", "day"),
    [
        ("on saturday", "past", "2026-11-21"),
        ("on saturday", "future", "2026-11-28"),
        ("on the 14th", "past", "2026-11-14"),
        ("on the 14th", "none", "2026-12-14"),
        ("in March", "past", "2026-03-01"),
        ("in March", "future", "2027-03-01"),
        ("at 9am", "past", "2026-11-25"),
        ("at 9am", "future", "2026-11-26"),
        ("christmas", "past", "2025-12-25"),
    ],
)
def test_preference_decides_what_words_leave_open(text: str, prefer: str, day: str) -> None:
    assert only(text, prefer=prefer).value.date().isoformat() == day


@pytest.mark.parametrize(
    ("text", "rule", "first"),
    [
        ("every Friday", "FREQ=WEEKLY;BYDAY=FR", "2026-11-27 00:00"),
        ("on the first of every month", "FREQ=MONTHLY;BYMONTHDAY=1", "2026-12-01 00:00"),
        ("every day at 7am", "FREQ=DAILY", "2026-11-26 07:00"),
        ("8am every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-26 08:00"),
        ("on weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-25 00:00"),
        ("every two weeks", "FREQ=WEEKLY;INTERVAL=2", "2026-11-25 00:00"),
        ("every other tuesday at 7pm", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", None),
        ("tuesdays and thursdays at 4pm", "FREQ=WEEKLY;BYDAY=TU,TH", "2026-11-26 16:00"),
        ("the last friday of every month", "FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27 00:00"),
        ("every 1st and 15th of the month", "FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-12-01 00:00"),
        ("every year on 5 May", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5", "2027-05-05 00:00"),
        ("every day except sundays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA", "2026-11-25 00:00"),
        ("every fortnight starting friday", "FREQ=WEEKLY;INTERVAL=2", "2026-11-27 00:00"),
        ("every quarter", "FREQ=MONTHLY;INTERVAL=3", "2026-11-25 00:00"),
        ("1 July each year", "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=1", "2027-07-01 00:00"),
        ("saturday mornings", "FREQ=WEEKLY;BYDAY=SA", "2026-11-28 09:00"),
        ("each Thursday from 6 til 7.30", "FREQ=WEEKLY;BYDAY=TH", "2026-11-26 18:00"),
    ],
)
def test_recurrences(text: str, rule: str, first: str | None) -> None:
    span = only(f"water the plants {text}")
    assert span.recurrence == rule
    rrulestr(rule, dtstart=span.value)
    if first is not None:
        assert wall(span.value) == first


def test_a_recurrence_ends_where_the_words_say() -> None:
    span = only("every friday until christmas")
    assert span.recurrence == "FREQ=WEEKLY;BYDAY=FR;UNTIL=20261225T135959Z"


@pytest.mark.parametrize(
    ("text", "delta", "at", "same_time"),
    [
        ("remind me half an hour before", timedelta(minutes=-30), None, False),
        ("remind me two days before", relativedelta(days=-2), None, False),
        ("the evening before at six", relativedelta(days=-1), time(18), False),
        ("the day after, same time", relativedelta(days=1), None, True),
        ("move it to wherever at the same time", timedelta(), None, True),
        ("push it back an hour", timedelta(hours=1), None, False),
        ("bring it forward 30 minutes", timedelta(minutes=-30), None, False),
        ("an hour later", timedelta(hours=1), None, False),
        ("the night before", relativedelta(days=-1), time(20), False),
        ("on the list for that day", timedelta(), None, False),
    ],
)
def test_offsets(text: str, delta: object, at: time | None, same_time: bool) -> None:
    (span,) = find_offsets(text)
    assert (span.delta, span.at, span.same_time) == (delta, at, same_time)
    assert text[span.start : span.end] == span.text
    assert find_times(text, NOW) == []


@pytest.mark.parametrize("text", ["two days before christmas", "the day after tomorrow", "10 minutes before 5pm"])
def test_a_distance_from_a_named_time_is_no_offset(text: str) -> None:
    assert find_offsets(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "they may come and march on",
        "may I add the second one",
        "the second set was great, he sat on it all day",
        "62 L at 1.899, 234567 km",
        "paid 45, then 18.40, then $20",
        "a third of the 84.60 wifi",
        "sun cream 12.50 and one of those",
        "updated to version 1.2.3",
        "lunch at the bakery, 18.40",
        "good morning, how are you",
        "table for two, look at 3 houses",
        "between 5 and 10 dollars",
        "call 0412 345 678",
        "drop to half time then up a tone",
        "mothers day roses and christmas presents",
        "open 24/7",
        "note that June's shoe size is 11 and Max is a 3",
        "40 litres at 1.79",
        "bought 12 at 5.30 each",
        "the fall broke his arm, spring clean the garage, winter tyres",
        "split the 126 euro hotel four ways",
        "tell mark and april i said hi",
        "divide 100 by 20 and take 36 from 5",
        "the name of the 13th president",
        "a timer that is set at 1 hour exactly",
    ],
)
def test_finds_no_time_where_there_is_none(text: str) -> None:
    assert [span.text for span in find_times(text, NOW)] == []


def test_several_times_in_one_sentence() -> None:
    text = "put down the dentist for Monday at a quarter to three in the afternoon, and tennis on the 9th at 7am"
    assert [wall(span.value) for span in find_times(text, NOW)] == ["2026-11-30 14:45", "2026-12-09 07:00"]


def test_moving_from_one_day_to_another_is_no_interval() -> None:
    spans = find_times("move the dentist from Tuesday to Thursday", NOW)
    assert [(span.kind, wall(span.value)) for span in spans] == [
        ("after", "2026-12-01 00:00"),
        ("point", "2026-11-26 00:00"),
    ]


def test_a_date_and_a_clock_time_said_apart_are_joined() -> None:
    day, clock = find_times("soccer is off Thursday, put movie night there at 7pm", NOW)
    assert wall(join_spans(day, clock).value) == "2026-11-26 19:00"
    day, clock = find_times("sunday evening works, say at 7", NOW)
    joined = join_spans(day, clock)
    assert (wall(joined.value), joined.ambiguous_hour, joined.has_date) == ("2026-11-29 19:00", False, True)
    day, clock = find_times("friday dinner between 6pm and 8pm", NOW)
    joined = join_spans(day, clock)
    assert (wall(joined.value), wall(joined.until)) == ("2026-11-27 18:00", "2026-11-27 20:00")


def test_a_clock_time_with_a_preposition_belongs_to_the_date_before_it() -> None:
    span = only("anything tomorrow after 1pm")
    assert (wall(span.value), span.kind) == ("2026-11-26 13:00", "after")
    span = only("any meetings today between 9:30 and 10:30")
    assert (wall(span.value), wall(span.until)) == ("2026-11-25 09:30", "2026-11-25 10:30")


def test_dictation_does_not_break_it() -> None:
    text = "um due on the twenty eighth comma and uh remind me on friday um at nine am"
    assert [wall(span.value) for span in find_times(text, NOW)] == ["2026-11-28 00:00", "2026-11-27 09:00"]


def test_american_order_of_day_and_month() -> None:
    assert wall(only("3/4/27", day_first=False).value) == "2027-03-04 00:00"
    assert wall(only("3/4/27").value) == "2027-04-03 00:00"
    assert wall(only("12/25/2027").value) == "2027-12-25 00:00"


def test_weeks_begin_where_the_person_begins_them() -> None:
    assert wall(only("this week", week_start=6).value) == "2026-11-22 00:00"


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        find_times("tomorrow", datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("zone", "now", "text", "expected"),
    [
        # clocks go forward at 1 am in London, at 2 am in New York
        (LONDON, datetime(2026, 3, 28, 12), "tomorrow at 1:30am", "2026-03-29T02:30:00+01:00"),
        (NEW_YORK, datetime(2026, 3, 7, 12), "tomorrow at 2:30am", "2026-03-08T03:30:00-04:00"),
        (NEW_YORK, datetime(2026, 3, 8, 1, 30), "in 45 min", "2026-03-08T03:15:00-04:00"),
        (LONDON, datetime(2026, 3, 29, 0, 30), "in 3 hours", "2026-03-29T04:30:00+01:00"),
        # and back: an hour happens twice
        (LONDON, datetime(2026, 10, 25, 0, 30), "in 3 hours", "2026-10-25T02:30:00+00:00"),
        (NEW_YORK, datetime(2026, 10, 31, 21), "tomorrow at 8pm", "2026-11-01T20:00:00-05:00"),
        (NEW_YORK, datetime(2026, 10, 31, 21), "in 2 days", "2026-11-02T00:00:00-05:00"),
    ],
)
def test_summer_time(zone: ZoneInfo, now: datetime, text: str, expected: str) -> None:
    assert only(text, now.replace(tzinfo=zone)).value.isoformat() == expected


FORMATS = [
    "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d %Y", "%A %d %B %Y",
    "%a, %b %d, %Y",    "the %d of %B %Y", "%dth of %B %Y",
]  # fmt: skip
WORD_LIST = [
    "at", "on", "the", "5", "6pm", "3:30", "monday", "friday", "next", "last", "every", "other", "week",
    "month", "of", "in", "two", "half", "past", "to", "until", "from", "between", "and", "-", ",",
    "before", "after", "christmas", "may", "march", "sat", "second", "a", "an", "day", "tomorrow",
    "morning", "night", "14th", "july", "2027", "same", "time", "quarter", "by", "end", "7", "am",
    "ago", "hours", "minutes", "hence", "weekend", ".", "'", "$", "for", "since", "each",
]  # fmt: skip
WORDS = st.sampled_from(WORD_LIST)


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)), st.sampled_from(FORMATS))
@settings(deadline=None)
def test_every_written_date_reads_back(day: date, pattern: str) -> None:
    span = only(f"it is {day.strftime(pattern)}")
    assert (span.value.date(), span.grain) == (day, "day")


@given(
    st.times(),
    st.sampled_from(["%H:%M", "%I:%M %p", "%I.%M%p", "%H:%M:%S"]),
    st.sampled_from([LONDON, NEW_YORK]),
)
@settings(deadline=None)
def test_every_written_time_reads_back(clock: time, pattern: str, zone: ZoneInfo) -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=zone)
    span = only(f"2026-06-20 at {clock.strftime(pattern)}", now)
    if span.ambiguous_hour:
        assert span.value.hour % 12 == clock.hour % 12
    else:
        assert span.value.hour == clock.hour
    assert (span.value.date(), span.value.minute) == (date(2026, 6, 20), clock.minute)


@given(st.text(max_size=120) | st.lists(WORDS, max_size=14).map(" ".join))
@settings(deadline=None, max_examples=400)
def test_any_text_is_read_without_error_and_in_bounds(text: str) -> None:
    end = 0
    for span in find_times(text, NOW):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.text
        assert span.value.tzinfo is not None
        assert span.until is None or span.until > span.value or span.kind == "before"
        end = span.end
    for offset in find_offsets(text):
        assert text[offset.start : offset.end] == offset.text


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from([LONDON, NEW_YORK, BRISBANE]),
    st.integers(1, 72),
)
@settings(deadline=None)
def test_hours_from_now_are_absolute(wall_time: datetime, zone: ZoneInfo, hours: int) -> None:
    now = wall_time.replace(microsecond=0, tzinfo=zone)
    span = only(f"in {hours} hours", now)
    assert span.value.astimezone(UTC) - now.astimezone(UTC) == timedelta(hours=hours)


@given(
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.sampled_from([LONDON, NEW_YORK]),
    st.integers(0, 23),
    st.integers(0, 59),
)
@settings(deadline=None)
def test_a_wall_time_stays_or_moves_forward_over_a_gap(day: date, zone: ZoneInfo, hour: int, minute: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=zone)
    value = only(f"{day:%d %B %Y} at {(hour % 12) or 12}:{minute:02}{'pm' if hour >= 12 else 'am'}", now).value
    asked = datetime.combine(day, time(hour, minute))
    moved = value.replace(tzinfo=None) - asked
    assert moved in (timedelta(), timedelta(hours=1))
    # what comes back exists: it survives the way through UTC
    assert value.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == value.replace(tzinfo=None)


def test_long_hostile_texts_are_read_in_linear_time() -> None:
    for piece in (
        "1",
        "1 ",
        "a ",
        "1/",
        "1:",
        "the ",
        "every ",
        "one hundred and ",
        "'",
        "next ",
        "12:30-",
        "(",
    ):
        started = perf_counter()
        find_times(piece * 2000, NOW)
        find_offsets(piece * 2000)
        assert perf_counter() - started < 3.0, piece


def test_a_sentence_takes_little_time() -> None:
    text = "remind me about the dentist next tuesday at half past three and pay rent on the first of every month"
    find_times(text, NOW)
    started = perf_counter()
    for _ in range(100):
        find_times(text, NOW)
    # measured 0.4 ms on a quiet core; the limit leaves room for a busy one
    assert (perf_counter() - started) / 100 < 0.02
