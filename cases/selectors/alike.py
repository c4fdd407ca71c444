"""Other cases that may be about the same: for the desk, never for whoever reports (HOSTILE 46)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.enums import CaseStatus, EvidenceKind
from cases.models import Case, Evidence, Report, Respondent
from cases.selectors.words import Text
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core.text import search_key

# Shown while somebody still decides what a report belongs to.
STATUSES = (CaseStatus.TRIAGE, CaseStatus.INVESTIGATION)
MOST = 10
# Of each reason, the newest; and how many quotes of a course are compared, and how far back.
CANDIDATES = 50
QUOTES = 300
QUOTES_WITHIN = timedelta(days=180)
# Fewer words than this say the same in many places.
SHORTEST_QUOTE = 20

_WORDS = re.compile(r"\w+")

REASONS: dict[str, Text] = {
    "submission": _("The same submission"),
    "post": _("The same post"),
    "file": _("The same file"),
    "link": _("The same link"),
    "quote": _("The same words are quoted"),
    "learner": _("The same learner in the same assignment"),
    "course": _("The same learner in the same course, within days"),
    "told": _("Nearly the same was told"),
}
# What is about one thing and one person; everything else may be a group.
SAME_WORK = ("submission", "post", "learner")
# Reports about one learner in one course as close as this may be about one matter.
CLOSE = timedelta(days=14)
# Accounts of a course that are compared, and from how much of their words in common on.
TOLD = 60
SHORTEST_ACCOUNT = 8
NEARLY = 0.7


@dataclass(frozen=True)
class Alike:
    """Another case, and why it may be about the same."""

    number: str
    title: str
    status: str
    url: str
    reasons: list[Text]
    # Where to join or link the two; "" for somebody who cannot.
    join_url: str = ""
    link_url: str = ""
    # The two are about the same work or post: one case rather than a group.
    same_work: bool = False


def alike(user: User, case: Case) -> list[Alike]:
    """At most ten other cases the user may read, those with most reasons first: nine queries.

    Only cases whose content they may read: that another one is about the same learner would tell
    whom it is about. None once the case is past its investigation.
    """
    if case.status not in STATUSES:
        return []
    why: dict[int, list[str]] = {}

    def found(reason: str, ids: Iterable[int]) -> None:
        for pk in ids:
            if pk != case.pk and reason not in why.setdefault(pk, []):
                why[pk].append(reason)

    if case.submission_id is not None:
        found("submission", _newest(Case.objects.filter(submission=case.submission_id)))
    if case.post_id is not None:
        found("post", _newest(Case.objects.filter(post=case.post_id)))
    if case.assignment_id is not None:
        learners = Respondent.objects.filter(case=case).values("user")
        same = Respondent.objects.filter(user__in=learners, case__assignment=case.assignment_id)
        found("learner", _newest(Case.objects.filter(pk__in=same.values("case"))))
    if case.course_id is not None:
        near = Case.objects.filter(
            course=case.course_id,
            opened_at__gt=case.opened_at - CLOSE,
            opened_at__lt=case.opened_at + CLOSE,
        )
        learners = Respondent.objects.filter(case=case).values("user")
        same = Respondent.objects.filter(user__in=learners, case__in=near.values("pk"))
        others = near.filter(pk__in=same.values("case"))
        if case.assignment_id is not None:
            # Said already.
            others = others.exclude(assignment=case.assignment_id)
        found("course", _newest(others))
        found("told", _told_alike(case, near))
    pieces = list(
        Evidence.objects.filter(case=case)
        .exclude(kind__in=(EvidenceKind.SUBMISSION, EvidenceKind.STATEMENT))
        .order_by("position")
        .only("kind", "sha256", "url", "text")[:CANDIDATES]
    )
    for pk, kind in _same_pieces(case, pieces):
        found("link" if kind == EvidenceKind.LINK else "file", [pk])
    found("quote", _same_words(case, pieces))
    # What was joined already is no suggestion any more.
    others = rules.readable_by(user).filter(pk__in=why, merged_into__isnull=True)
    rows = others.exclude(pk=case.pk).order_by("-pk")
    shown = sorted(rows.only("number", "title", "status"), key=lambda row: -len(why[row.pk]))
    staff = has_role(user, *STAFF_OF_CASES, institution_id=case.institution_id, anywhere=False)
    return [
        Alike(
            number=row.number,
            title=row.title,
            status=row.status,
            url=reverse("desk:case", args=[row.number]),
            reasons=[REASONS[name] for name in REASONS if name in why[row.pk]],
            join_url=_with("merge", case, row) if staff and row.status in STATUSES else "",
            link_url=_with("links", case, row) if staff else "",
            same_work=not set(SAME_WORK).isdisjoint(why[row.pk]),
        )
        for row in shown[:MOST]
    ]


def _with(name: str, case: Case, other: Case) -> str:
    return f"{reverse(f'desk:{name}', args=[case.number])}?with={other.number}"


def _told_alike(case: Case, near: QuerySet[Case]) -> list[int]:
    """Cases in which a report says nearly what one of this case says: two queries."""
    own = [words for text in _accounts(case.reports.all()) if (words := _words_of(text))]
    if not own:
        return []
    sent = Report.objects.filter(case__in=near.exclude(pk=case.pk).values("pk"))
    found = []
    for pk, text in sent.order_by("-pk").values_list("case", "account")[:TOLD]:
        words = _words_of(text)
        if words and any(len(words & mine) >= NEARLY * len(words | mine) for mine in own):
            found.append(pk)
    return found


def _accounts(reports: QuerySet[Report]) -> list[str]:
    return list(reports.order_by("-pk").values_list("account", flat=True)[:TOLD])


def _words_of(text: str) -> frozenset[str]:
    words = frozenset(_WORDS.findall(search_key(text)))
    return words if len(words) >= SHORTEST_ACCOUNT else frozenset()


def _newest(cases: QuerySet[Case]) -> list[int]:
    return list(cases.order_by("-pk").values_list("pk", flat=True)[:CANDIDATES])


def _same_pieces(case: Case, pieces: list[Evidence]) -> list[tuple[int, str]]:
    prints = {piece.sha256 for piece in pieces if piece.kind in _WITH_BYTES}
    for piece in pieces:
        if piece.kind == EvidenceKind.LINK:
            prints |= {_print(address) for address in spellings(piece.url)}
    if not prints:
        return []
    rows = Evidence.objects.filter(
        sha256__in=prints, kind__in=(*_WITH_BYTES, EvidenceKind.LINK)
    ).exclude(case=case)
    return list(rows.order_by("-pk").values_list("case", "kind")[: CANDIDATES * 2])


_WITH_BYTES = (EvidenceKind.FILE, EvidenceKind.SIMILARITY)


def _print(address: str) -> str:
    # As services.evidence takes the fingerprint of a link on arrival.
    return hashlib.sha256(address.encode()).hexdigest()


def spellings(address: str) -> set[str]:
    """The ways in which people write the same address: with and without www, s and last slash."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return {address}
    host = parts.netloc.lower().removeprefix("www.")
    path = parts.path.rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    return {address} | {
        f"{scheme}://{www}{host}{path}{slash}{query}"
        for scheme in ("https", "http")
        for www in ("", "www.")
        for slash in ("", "/")
    }


def plain(text: str) -> str:
    """A quote without case, accents, marks and the way its lines break."""
    return " ".join(_WORDS.findall(search_key(text)))


def _same_words(case: Case, pieces: list[Evidence]) -> list[int]:
    quoted = {plain(piece.text) for piece in pieces if piece.kind == EvidenceKind.QUOTE}
    quoted = {text for text in quoted if len(text) >= SHORTEST_QUOTE}
    if not quoted:
        return []
    near = Q(case__course=case.course_id) if case.course_id else Q(case__course__isnull=True)
    rows = (
        Evidence.objects.filter(
            near,
            kind=EvidenceKind.QUOTE,
            case__institution=case.institution_id,
            case__opened_at__gt=case.opened_at - QUOTES_WITHIN,
        )
        .exclude(case=case)
        .order_by("-pk")
        .values_list("case", "text")
    )
    return [pk for pk, text in rows[:QUOTES] if plain(text) in quoted]
