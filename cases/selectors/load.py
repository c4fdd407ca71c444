"""How much the desk has to do, as two small charts: cases by stage, and how long they have waited.

Counted anew on every page, each number up to a bound, for what the reader may know of: nothing is
kept for others, so a conflict of interest leaves no trace in a number.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cases.enums import CaseStatus
from cases.models import Case
from cases.selectors.queue_filters import WORKING
from cases.selectors.words import Days, Text
from integrity.core.counting import count_up_to
from integrity.web.charts import Chart, Part, bars

# No number is counted beyond it.
MOST = 5_000
# How long a case has waited, in days since it came: fewer than the first, then up to the next.
AGES = (2, 7, 14, 30, 90)


def charts(seen: QuerySet[Case], days: Days) -> list[Chart]:
    """The charts of the cases somebody works on, of those in `seen`; none where there is no case.

    One query, of which each number reads at most `MOST` rows of one index.
    """
    open_ones = seen.filter(status__in=WORKING)
    asked: dict[tuple[str, str], QuerySet[Case]] = {
        ("stage", status): seen.filter(status=status) for status in WORKING
    }
    bands = [0, *AGES, None]
    for number, (least, below) in enumerate(pairwise(bands)):
        asked["age", str(number)] = open_ones.filter(_came(least or 0, below, days))
    found = count_up_to(MOST, asked)
    if not any(found.values()):
        return []
    stages = [
        _part(CaseStatus(name).label, found["stage", name], f"?view=open&status={name}")
        for name in WORKING
    ]
    ages = [
        _part(_waited(least or 0, below), found["age", str(number)])
        for number, (least, below) in enumerate(pairwise(bands))
    ]
    return [
        bars(
            "by-stage",
            title=_("Open cases by stage"),
            lead=_("In your scope"),
            names=_("Stage"),
            numbers=_("Cases"),
            parts=stages,
        ),
        bars(
            "by-age",
            title=_("How long open cases have waited"),
            lead=_("Since the first report came"),
            names=_("Waited"),
            numbers=_("Cases"),
            parts=ages,
        ),
    ]


def _came(least: int, below: int | None, days: Days) -> Q:
    """Received at least so many and fewer than so many days before now."""
    until = Q(opened_at__lte=days.now - timedelta(days=least)) if least else Q()
    return until if below is None else until & Q(opened_at__gt=days.now - timedelta(days=below))


def _waited(least: int, below: int | None) -> str:
    if not least:
        return _("Less than %(count)s days") % {"count": below}
    if below is None:
        return _("%(count)s days and more") % {"count": least}
    return _("%(from)s to %(to)s days") % {"from": least, "to": below}


def _part(label: Text, number: int, query: str = "") -> Part:
    most = number_format(min(number, MOST), use_l10n=True, force_grouping=True)
    return Part(
        label,
        min(number, MOST),
        f"{most}+" if number > MOST else most,
        reverse("desk:queue") + query if query else "",
    )
