from __future__ import annotations

import pytest

from resumate_grpc.parsing.dates import dates_within, find_dates

RANGES = [
    ("January 2019 – March 2020", "2019-01", "2020-03"),
    ("Jan 2019 - Present", "2019-01", "present"),
    ("Sept. '19 to Dec '20", "2019-09", "2020-12"),
    ("Aug. 2018 -- May 2021", "2018-08", "2021-05"),
    ("06/2019 - 08/2020", "2019-06", "2020-08"),
    ("7/2010-8/2012", "2010-07", "2012-08"),
    ("12/19 - 03/20", "2019-12", "2020-03"),
    ("2019-06 – 2020-08", "2019-06", "2020-08"),
    ("2017.03 - 2018.12", "2017-03", "2018-12"),
    ("2013.9 - 2017.6", "2013-09", "2017-06"),
    ("Sep 2018, present", "2018-09", "present"),
    ("2015 - 2016", "2015", "2016"),
    ("2015-16", "2015", "2016"),
    ("9/21 - 6/25", "2021-09", "2025-06"),
    ("1/24-Present", "2024-01", "present"),
    ("Aug. 2018\tMay 2022", "2018-08", "2022-05"),
    ("gennaio 2015 ad aprile 2019", "2015-01", "2019-04"),
    ("marzec 2018 – obecnie", "2018-03", "present"),
    ("2019년 5월 ~ 현재", "2019-05", "present"),
    ("2018年4月〜2021年3月", "2018-04", "2021-03"),
    ("leden 2016 – prosinec 2018", "2016-01", "2018-12"),
    ("2014-Present", "2014", "present"),
    ("2012 to date", "2012", "present"),
    ("June - August 2019", "2019-06", "2019-08"),
    ("May 15, 2019 – June 3, 2020", "2019-05", "2020-06"),
    ("15.03.2020 - 01.04.2021", "2020-03", "2021-04"),
    ("1st January 2015 to 31st March 2016", "2015-01", "2016-03"),
    ("Fall 2010 – Spring 2012", "2010", "2012"),
    ("Since 2018", "2018", "present"),
    ("Sep. 2023 \u00ad Mar. 2024", "2023-09", "2024-03"),
    ("Oct 2019\n- Nov 2020", "2019-10", "2020-11"),
    ("seit 03/2019", "2019-03", "present"),
    ("März 2018 bis heute", "2018-03", "present"),
    ("Oktober 2016 – Dezember 2017", "2016-10", "2017-12"),
    ("depuis janvier 2019", "2019-01", "present"),
    ("Juin 2015 à Août 2016", "2015-06", "2016-08"),
    ("févr. 2014 - aujourd'hui", "2014-02", "present"),
    ("junio de 2015 a la actualidad", "2015-06", "present"),
    ("enero 2012 - diciembre 2013", "2012-01", "2013-12"),
    ("março de 2016 até atual", "2016-03", "present"),
    ("gennaio 2017 – in corso", "2017-01", "present"),
    ("maart 2015 - heden", "2015-03", "present"),
    ("март 2019 — настоящее время", "2019-03", "present"),
    ("2019年3月 - 至今", "2019-03", "present"),
    ("2012年至今", "2012", "present"),
]

SINGLES = [
    ("March 2020", "2020-03"),
    ("Mar-20", "2020-03"),
    ("03/15/2020", "2020-03"),
    ("15.03.2020", "2020-03"),
    ("2011 / 11", "2011-11"),
    ("Summer 2018", "2018"),
    ("Expected May 2025", "2025-05"),
    ("'09", "2009"),
    ("2013", "2013"),
]

NO_DATES = ["in may we go", "$2019", "version 3.2014.7", "room 12-14", "present", "march on", "3.2019%"]


@pytest.mark.parametrize(("printed", "first", "last"), RANGES)
def test_a_range_in_a_usual_form_is_read(printed: str, first: str, last: str) -> None:
    """Both ends of a range are normalised, and its span covers what was printed of it."""
    (span,) = find_dates(f"Keeper, {printed}")
    assert (span.first, span.last) == (first, last)
    assert printed.endswith(f"Keeper, {printed}"[span.start : span.end].strip())


@pytest.mark.parametrize(("printed", "value"), SINGLES)
def test_a_single_date_has_no_end(printed: str, value: str) -> None:
    """A date alone is no range."""
    (span,) = find_dates(printed)
    assert (span.first, span.last) == (value, "")


@pytest.mark.parametrize("printed", NO_DATES)
def test_what_only_looks_like_a_date_is_left(printed: str) -> None:
    """Amounts, versions, numbers and the month's name as a word are no dates."""
    assert [span for span in find_dates(printed) if span.first != "present"] == []


def test_dates_come_in_order_and_within_asks_for_a_span() -> None:
    """Dates are ordered by place, and only those that begin in the span are given."""
    text = "2001 - 2002\nthen 2003\nand May 2004 - now"
    spans = find_dates(text)
    assert [span.first for span in spans] == ["2001", "2003", "2004-05"]
    assert [span.first for span in dates_within(spans, 12, 21)] == ["2003"]


def test_a_range_never_runs_backwards() -> None:
    """Two dates of which the second is earlier are two dates."""
    assert all(not span.is_range for span in find_dates("2019 - 2012"))
