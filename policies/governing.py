"""Which texts govern an incident, and why (PO4).

The version in force at the instant of the incident governs, and never one that took effect later.
A bare day begins at 00:00 where the policy's owner is: each document is asked in its own owner's
zone. Where more than one version was in force on that day, the one that is kinder to the respondent
governs; docs/decisions/0014 says what kinder means. Where nobody said when, the instant at which
the report was received counts. Before the first version no text governs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrity.core import clock
from integrity.core.calendar import hours_of
from integrity.courses.models import Course, Institution
from integrity.courses.selectors import decided_by_institution
from policies.enums import ClockStart, ConsequenceCode, GoverningBasis, StandardOfProof, TakesAway
from policies.models import Document, Version, ViolationType
from policies.precedence import Texts
from policies.rules import governing as governing_of
from policies.selectors import published

TICK = timedelta(microseconds=1)
# The texts of a place in the order in which one is chosen after the other.
OWNERS = ("platform", "institution", "course")

_STANDARDS = tuple(StandardOfProof)
# The later the time to answer starts, the longer it lasts.
_CLOCKS = tuple(ClockStart)
# From the lesser to the heavier. What is not named weighs as what it takes away.
_HEAVIER = (
    ConsequenceCode.CERTIFICATE_WITHHELD,
    ConsequenceCode.REMOVED_FROM_LISTS,
    ConsequenceCode.LEAVE_NOW,
    TakesAway.CERTIFICATE,
    ConsequenceCode.CERTIFICATE_REVOKED,
    TakesAway.ACCESS,
    ConsequenceCode.REMOVAL_FROM_COURSE,
    ConsequenceCode.REMOVAL_FROM_PROGRAMME,
    ConsequenceCode.TEMPORARY_SUSPENSION,
    TakesAway.MEMBERSHIP,
    ConsequenceCode.MEMBERSHIP_ENDED,
    ConsequenceCode.EXPULSION,
)
_WEIGHT: dict[str, int] = {str(code): weight for weight, code in enumerate(_HEAVIER, 1)}


@dataclass(frozen=True)
class Kindness:
    """What decides which of two texts is kinder, in this order; see docs/decisions/0014.

    Each is counted for the texts as they would hold together. `weights` are those of what can be
    taken away, the heaviest first.
    """

    nothing: bool
    named: int
    weights: tuple[int, ...]
    standard: int
    response_days: int
    clock: int
    extension_days: int
    appeal_days: int
    grounds: int

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts the kindest first."""
        return (
            not self.nothing,
            self.named,
            len(self.weights),
            self.weights,
            -self.standard,
            -self.response_days,
            -self.clock,
            -self.extension_days,
            -self.appeal_days,
            -self.grounds,
        )


@dataclass(frozen=True)
class Candidate:
    """A version that was in force at some instant of the day; None where there was none yet."""

    version: Version | None
    kindness: Kindness


@dataclass(frozen=True)
class Reason:
    """Why `chosen` governs and `other` does not, by the first question they answer differently."""

    chosen: Candidate
    other: Candidate

    @property
    def words(self) -> str:
        """In one sentence, in the reader's language."""
        a, b = self.chosen.kindness, self.other.kindness
        if a.nothing != b.nothing:
            return _("Without a text nothing can be alleged.")
        if a.named != b.named:
            return (
                _("What is reported is named by the other text only.")
                if not a.named
                else _("Less of what is reported is named in it.")
            )
        if len(a.weights) != len(b.weights):
            return ngettext(
                "Fewer consequences take something away: %(count)s instead of %(other)s.",
                "Fewer consequences take something away: %(count)s instead of %(other)s.",
                len(a.weights),
            ) % {"count": len(a.weights), "other": len(b.weights)}
        if a.weights != b.weights:
            return _("As many consequences take something away, but lesser ones.")
        if a.standard != b.standard:
            return _("We have to be surer: “%(standard)s” instead of “%(other)s”.") % {
                "standard": _STANDARDS[a.standard].label,
                "other": _STANDARDS[b.standard].label,
            }
        for mine, theirs, words in (
            (
                a.response_days,
                b.response_days,
                _("More working days to answer: %(count)s instead of %(other)s."),
            ),
            (
                a.clock,
                b.clock,
                _("The time to answer starts later."),
            ),
            (
                a.extension_days,
                b.extension_days,
                _("More working days can be asked for: %(count)s instead of %(other)s."),
            ),
            (
                a.appeal_days,
                b.appeal_days,
                _("More working days to appeal: %(count)s instead of %(other)s."),
            ),
            (a.grounds, b.grounds, _("More grounds of appeal: %(count)s instead of %(other)s.")),
        ):
            if mine != theirs:
                return words % {"count": mine, "other": theirs}
        return _("Neither is kinder than the other, so the earlier one governs.")


@dataclass(frozen=True)
class Comparison:
    """The versions of one owner that were in force on a day of change, and which one governs."""

    owner: str
    chosen: Candidate
    reasons: tuple[Reason, ...]

    @property
    def version(self) -> Version | None:
        """What governs; None where having no text is kinder."""
        return self.chosen.version


@dataclass(frozen=True)
class Governing:
    """The texts that govern, and why. `at` is the instant asked for, of a day its beginning."""

    texts: Texts
    basis: GoverningBasis
    at: datetime
    compared: tuple[Comparison, ...] = ()


def governing(
    kind: str,
    *,
    institution: Institution | None = None,
    course: Course | None = None,
    at: datetime | None = None,
    day: date | None = None,
    received: datetime | None = None,
    codes: Collection[str] = (),
    sole: bool | None = None,
) -> Governing:
    """The texts of `kind` (a `DocumentKind`) that govern an incident in a place.

    The incident was at the instant `at`, or on `day`, hour unknown; nobody said when where both are
    missing. `received` (default: now) is when the report came: the incident lies before it, also on
    the day itself. `codes` are the violations reported or alleged; they only matter on a day of
    change. The institution of `course`, else `institution`, supplements the platform's text.
    `sole`: whether the institution decides, where that was settled before; else as the programme of
    `course` is now.

    One query, on a day of change two more for each version. Raises `ValueError` for an instant and
    a day at once, and for a naive instant.
    """
    if at is not None and day is not None:
        raise ValueError("An incident has an instant or a day.")
    if at is not None and at.tzinfo is None:
        raise ValueError("An instant needs its zone.")
    received = (received or clock.now()).astimezone(UTC)
    shelf = _shelf(kind, course.institution if course is not None else institution, course)
    sole = decided_by_institution(course) if sole is None else sole
    if day is None:
        moment = (at or received).astimezone(UTC)
        texts = _texts({owner: shelf[owner].at(moment) for owner in OWNERS}, sole=sole)
        basis = GoverningBasis.INSTANT if at is not None else GoverningBasis.RECEIVED
        return Governing(texts, basis if texts.main else GoverningBasis.NONE, moment)
    chosen: dict[str, Version | None] = {}
    compared = []
    for owner in OWNERS:
        versions = shelf[owner].on(day, received)
        chosen[owner] = versions[0]
        if len(versions) > 1:
            found = _compare(owner, versions, chosen, sole=sole, codes=codes)
            chosen[owner] = found.version
            compared.append(found)
    texts = _texts(chosen, sole=sole)
    basis = GoverningBasis.KINDER if compared else GoverningBasis.DAY
    return Governing(
        texts,
        basis if texts.main else GoverningBasis.NONE,
        hours_of(day, shelf["platform"].zone)[0],
        tuple(compared),
    )


@dataclass(frozen=True)
class _Shelf:
    """The documents of one owner in the order of their short names, with published versions."""

    zone: str
    documents: tuple[tuple[Version, ...], ...] = ()

    def at(self, moment: datetime) -> Version | None:
        """What governs at an instant: of several documents the first that has a version."""
        found = (governing_of(versions, moment) for versions in self.documents)
        return next((version for version in found if version is not None), None)

    def on(self, day: date, received: datetime) -> list[Version | None]:
        """What governed at some instant of the day before `received`, in that order; never empty.

        Where the day had not begun when the report came, what governed then.
        """
        start, end = hours_of(day, self.zone)
        end = min(end, received + TICK)
        start = min(start, received)
        changes = {v.effective_at for versions in self.documents for v in versions}
        moments = [start, *sorted(moment for moment in changes if start < moment < end)]
        found: list[Version | None] = []
        for version in map(self.at, moments):
            if version not in found:
                found.append(version)
        return found


def _shelf(kind: str, institution: Institution | None, course: Course | None) -> dict[str, _Shelf]:
    """The shelves of the owners of a place: one query."""
    own = institution if institution is not None and not institution.is_platform else None
    owner = Q(document__institution__isnull=True)
    if own is not None:
        owner |= Q(document__institution=own, document__course__isnull=True)
    if course is not None:
        owner |= Q(document__course=course)
    rows: dict[str, dict[int, list[Version]]] = {name: {} for name in OWNERS}
    for version in (
        published().filter(owner, document__kind=kind).defer("body").order_by("document__slug")
    ):
        of = rows[_owner(version.document)]
        of.setdefault(version.document_id, []).append(version)
    place = course.institution if course is not None else own
    zones = {
        "platform": "UTC",
        "institution": own.time_zone if own is not None else "UTC",
        "course": place.time_zone if place is not None else "UTC",
    }
    return {
        name: _Shelf(zones[name], tuple(tuple(versions) for versions in rows[name].values()))
        for name in OWNERS
    }


def _owner(document: Document) -> str:
    if document.course_id is not None:
        return "course"
    return "platform" if document.institution_id is None else "institution"


def _texts(chosen: dict[str, Version | None], *, sole: bool) -> Texts:
    return Texts(chosen.get("platform"), chosen.get("institution"), chosen.get("course"), sole=sole)


def _compare(
    owner: str,
    versions: Sequence[Version | None],
    chosen: dict[str, Version | None],
    *,
    sole: bool,
    codes: Collection[str],
) -> Comparison:
    """The kindest of `versions`, each read together with the texts chosen before it."""
    candidates = [
        Candidate(version, kindness(_texts({**chosen, owner: version}, sole=sole), codes))
        for version in versions
    ]
    # Of equals the first one stays first: the earlier text.
    best, *others = sorted(candidates, key=lambda item: item.kindness.order)
    return Comparison(owner, best, tuple(Reason(best, other) for other in others))


def kindness(texts: Texts, codes: Collection[str]) -> Kindness:
    """What decides how kind these texts are to somebody of whom `codes` are reported. Two
    queries."""
    named = {row.code for row in texts.violation_types()} if codes else set()
    taking = [row for row in texts.consequences() if row.takes_away]
    weights = sorted(
        (_WEIGHT.get(row.code) or _WEIGHT.get(row.takes_away, 0) for row in taking), reverse=True
    )
    terms = texts.terms
    return Kindness(
        nothing=not texts.in_order,
        named=len(named.intersection(codes)),
        weights=tuple(weights),
        standard=_STANDARDS.index(terms.standard_of_proof),
        response_days=terms.response_working_days,
        clock=_CLOCKS.index(terms.clock_starts),
        extension_days=terms.extension_working_days,
        appeal_days=terms.appeal_working_days,
        grounds=len(terms.grounds),
    )


def row_of(texts: Texts, code: str, kind: str = "") -> ViolationType | None:
    """The violation type with this code in the text that governs it, of a `ViolationKind` where one
    is given; None where no text names it. One query."""
    for row in texts.violation_types() if code else ():
        if row.code == code and kind in ("", row.kind):
            return row
    return None
