"""Writes dates in many forms, each with its ISO form: `dates_train.txt` and `dates_test.txt`.

    python examples/data/make_dates.py

A line is the written date, a tab, and the date as year-month-day. Slashes are American (month
first), dots European (day first); a year of two digits lies between 1950 and 2049. No day of the
test file is in the training file.
"""

import calendar
import datetime
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))
TRAIN, TEST = 4000, 500
MONTHS = [name.lower() for name in calendar.month_name[1:]]
WEEKDAYS = [name.lower() for name in calendar.day_name]
FORMS = (
    '{month} {day}, {year}',
    '{month} {nth}, {year}',
    '{mon} {day}, {year}',
    '{mon}. {day} {year}',
    '{day} {month} {year}',
    '{day} {mon} {year}',
    '{nth} of {month} {year}',
    'the {nth} of {month}, {year}',
    '{weekday}, {month} {day}, {year}',
    '{weekday} {day} {month} {year}',
    '{wday} {day} {mon} {year}',
    '{wday} {nth} {mon} {yy}',
    '{number}/{day}/{year}',
    '{number}/{day}/{yy}',
    '{day}.{number}.{year}',
    '{day}. {month} {year}',
    '{dd}.{mm}.{yy}',
    '{year}/{mm}/{dd}',
    '{year}, {month} {nth}',
    '{year}{mm}{dd}',
)


def ordinal(day: int) -> str:
    if day in (11, 12, 13):
        return f'{day}th'
    return str(day) + {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')


def written(date: datetime.date, form: str) -> str:
    month, weekday = MONTHS[date.month - 1], WEEKDAYS[date.weekday()]
    return form.format(
        year=date.year,
        yy=f'{date.year % 100:02}',
        month=month,
        mon=month[:3],
        number=date.month,
        mm=f'{date.month:02}',
        day=date.day,
        dd=f'{date.day:02}',
        nth=ordinal(date.day),
        weekday=weekday,
        wday=weekday[:3],
    )


def write(name: str, lines: list[str]) -> None:
    path = os.path.join(HERE, name)
    with open(path + '.tmp', 'w') as out:
        out.writelines(line + '\n' for line in lines)
    os.replace(path + '.tmp', path)
    print(f'{name}: {len(lines)} lines')


def main() -> None:
    chosen = random.Random(1)
    first, last = datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)
    days = chosen.sample(range(first.toordinal(), last.toordinal() + 1), TRAIN + TEST)
    lines = []
    for day in days:
        date = datetime.date.fromordinal(day)
        lines.append(f'{written(date, chosen.choice(FORMS))}\t{date.isoformat()}')
    write('dates_train.txt', lines[:TRAIN])
    write('dates_test.txt', lines[TRAIN:])


if __name__ == '__main__':
    main()
