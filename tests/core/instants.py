"""Checks the instants that test_schedule_year.c gives against Python's zoneinfo, in a way of its own: it walks over
local times of day, not over segments of UTC. Input, a line each: ZONE <TAB> CRON <TAB> YEAR <TAB> UTC seconds, by blanks."""
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc


def values(field, low, high):
    result = set()
    for item in field.split(","):
        span, _, step = item.partition("/")
        if span == "*":
            first, last = low, high
        else:
            first, _, last = span.partition("-")
            first, last = int(first), int(last or first)
        result.update(range(first, last + 1, int(step or 1)))
    return result


def end_of_gap(local, zone):
    """The first instant whose local time is past the gap that `local` lies in."""
    low = local.replace(tzinfo=UTC) - timedelta(days=1, hours=12)
    high = low + timedelta(days=3)
    naive = lambda at: at.astimezone(zone).replace(tzinfo=None)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (low, middle) if naive(middle) > local else (middle, high)
    return high.replace(microsecond=0)


def instants(zone, cron, year):
    minute, hour, day, month, weekday = cron.split()
    minutes, hours = sorted(values(minute, 0, 59)), sorted(values(hour, 0, 23))
    interval = any(c in minute + hour for c in "*/")
    found = set()
    at = datetime(year - 1, 12, 31)
    while at.year <= year or at.day < 3:
        fits = at.month in values(month, 1, 12) and (
            (at.day in values(day, 1, 31)) and (at.isoweekday() % 7 in {v % 7 for v in values(weekday, 0, 7)})
            if "*" in (day, weekday)
            else at.day in values(day, 1, 31) or at.isoweekday() % 7 in {v % 7 for v in values(weekday, 0, 7)})
        for local in (at.replace(hour=h, minute=m) for h in hours for m in minutes) if fits else ():
            first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
            second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
            if first.astimezone(zone).replace(tzinfo=None) != local:
                if len(hours) < 24:
                    found.add(end_of_gap(local, zone))
            else:
                found.add(first)
                if interval:
                    found.add(second)
        at += timedelta(days=1)
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    return sorted(int(at.timestamp()) for at in found if begin <= at < end)


def main():
    lines = 0
    for line in sys.stdin:
        name, cron, year, given = line.rstrip("\n").split("\t")
        wanted = instants(ZoneInfo(name), cron, int(year))
        given = [int(word) for word in given.split()]
        if wanted != given:
            for at in sorted(set(wanted) ^ set(given))[:10]:
                print(name, cron, datetime.fromtimestamp(at, UTC), "missing" if at in wanted else "too much")
            sys.exit(1)
        lines += 1
    print(lines)


main()
