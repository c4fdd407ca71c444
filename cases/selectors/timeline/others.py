"""The other case in the history of one that was linked, joined or split (QU2, QU5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from cases import rules
from cases.enums import CaseLinkKind
from cases.models import CaseLink, CaseMerge
from cases.selectors.words import Text
from integrity.accounts.models import User
from integrity.audit.models import Event

# What names the pair, by event. The event itself does not say which case the other one is: its
# reader may not know of that one.
_NAMED_BY = {
    "case.linked": "link",
    "case.dismissed_duplicate": "link",
    "case.unlinked": "link",
    "case.split": "link",
    "case.merged_in": "merge",
    "case.merged_away": "merge",
    "case.unmerged": "merge",
}


@dataclass(frozen=True, slots=True)
class Other:
    """The case at the other end; `number` is "" where the reader may not know of it.

    `later`: it is the one that was made of the two last.
    """

    number: str
    later: bool

    @property
    def url(self) -> str:
        """Where to read it, "" for who may not."""
        return reverse("desk:case", args=[self.number]) if self.number else ""


def others_of(events: Iterable[Event], reader: User) -> dict[int, Other]:
    """The other case of each of these events that has one, by the event's sequence.

    Two queries where one has, none elsewhere.
    """
    wanted: dict[int, tuple[Event, UUID]] = {}
    for event in events:
        name = _NAMED_BY.get(event.action)
        if name is not None:
            wanted[event.sequence] = (event, UUID(event.data[name]))
    if not wanted:
        return {}
    names = {name for _event, name in wanted.values()}
    links = CaseLink.objects.filter(public_id__in=names).order_by()
    merges = CaseMerge.objects.filter(public_id__in=names).order_by()
    ends = {
        name: ((one_pk, one), (other_pk, other))
        for name, one_pk, one, other_pk, other in links.values_list(
            "public_id", "one", "one__number", "other", "other__number"
        ).union(
            merges.values_list("public_id", "source", "source__number", "target", "target__number")
        )
    }
    keys = {pk for pair in ends.values() for pk, _number in pair}
    seen = set(rules.visible_to(reader).filter(pk__in=keys).values_list("number", flat=True))
    found = {}
    for sequence, (event, pair) in wanted.items():
        if pair not in ends:
            continue
        here, there = ends[pair]
        if here[1] != event.case_number:
            here, there = there, here
        found[sequence] = Other(there[1] if there[1] in seen else "", later=there[0] > here[0])
    return found


def words_of(event: Event, other: Other) -> Text:
    """What an event says of the other case: its number, or that there is one."""
    if event.action in ("case.linked", "case.unlinked", "case.dismissed_duplicate"):
        # What they are called says already that there is another case.
        kind = event.data.get("kind", "")
        if other.number and kind in CaseLinkKind.values:
            return f"{other.number}: {CaseLinkKind(kind).label}"
        return other.number
    case = other.number or _("another case")
    into = event.action == "case.merged_away" or (event.action == "case.split" and other.later)
    return (_("Into %(case)s") if into else _("From %(case)s")) % {"case": case}
