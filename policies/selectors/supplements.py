"""How texts that apply together stand to one another, as the page of a policy shows it (PO5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.functional import Promise

from integrity.core import clock
from policies.models import Version
from policies.precedence import Key, Said, Texts
from policies.selectors.pages import PolicyPage
from policies.selectors.texts import in_force, texts_for

# More supplements than these are found in the list of policies.
MAX_SUPPLEMENTS = 20
_TICK = timedelta(microseconds=1)

Text = str | Promise


@dataclass(frozen=True)
class Row:
    """What holds about one key: what the text shown says, what the ones it adds to say.

    `own` and `base` are `None` where nothing is said. `differs`: one takes the other's place.
    """

    key: Key
    own: Said | None
    base: Said | None

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same."""
        return (
            self.own is not None
            and self.base is not None
            and str(self.own.value) != str(self.base.value)
        )

    @property
    def own_governs(self) -> bool:
        return self.own is not None and self.own.governs


@dataclass(frozen=True)
class Holds:
    """Which texts apply together with the one shown, and key by key what holds.

    `own` are the keys it says something about, `rest` those it leaves to the others.
    """

    texts: Texts
    others: tuple[Version, ...]
    own: tuple[Row, ...]
    rest: tuple[Row, ...]


def what_holds(page: PolicyPage) -> Holds | None:
    """What holds where a supplement applies; `None` for the platform's own policy.

    Read for the time at which the version shown is in force: now, its first instant when it is
    still to come, its last one when it is over. Three queries.
    """
    document = page.document
    if document.institution is None:
        return None
    at = _time_of(page)
    texts = texts_for(
        document.kind, at=at, institution=document.institution, course=document.course
    )
    # Of several documents of one owner the one on this page counts here.
    if document.course_id is None:
        texts = replace(texts, institution=page.version)
    else:
        texts = replace(texts, course=page.version)
    rows = [_row(key, page.version) for key in Texts.keys(texts)]
    return Holds(
        texts,
        tuple(version for version in texts.in_order if version != page.version),
        tuple(row for row in rows if row.own is not None),
        tuple(row for row in rows if row.own is None),
    )


def supplements(page: PolicyPage) -> tuple[list[Version], bool]:
    """The texts that institutions add to the platform's policy of this kind, without the terms of
    single courses, and whether there are more of them. One query."""
    found = (
        in_force()
        .filter(
            document__kind=page.document.kind,
            document__institution__isnull=False,
            document__course__isnull=True,
        )
        .defer("body")
    )
    rows = list(found[: MAX_SUPPLEMENTS + 1])
    return rows[:MAX_SUPPLEMENTS], len(rows) > MAX_SUPPLEMENTS


def _time_of(page: PolicyPage) -> datetime:
    later = [item.effective_at for item in page.versions if item.number > page.version.number]
    if page.state == "past" and later:
        return max(page.version.effective_at, min(later) - _TICK)
    return max(clock.now(), page.version.effective_at)


def _row(key: Key, shown: Version) -> Row:
    own = next((said for said in key.said if said.version == shown), None)
    base = next((said for said in key.said if said.version != shown), None)
    return Row(key, own, base)
