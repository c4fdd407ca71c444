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
from cases.models import Case, Evidence, Respondent
from cases.selectors.words import Text
from integrity.accounts.models import User
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
}


@dataclass(frozen=True)
class Alike:
    """Another case, and why it may be about the same."""

    number: str
    title: str
    status: str
    url: str
    reasons: list[Text]


def alike(user: User, case: Case) -> list[Alike]:
    """At most ten other cases the user may read, those with most reasons first: seven queries.

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
    pieces = list(
        Evidence.objects.filter(case=case)
        .exclude(kind__in=(EvidenceKind.SUBMISSION, EvidenceKind.STATEMENT))
        .order_by("position")
        .only("kind", "sha256", "url", "text")[:CANDIDATES]
    )
    for pk, kind in _same_pieces(case, pieces):
        found("link" if kind == EvidenceKind.LINK else "file", [pk])
    found("quote", _same_words(case, pieces))
    rows = rules.readable_by(user).filter(pk__in=why).exclude(pk=case.pk).order_by("-pk")
    shown = sorted(rows.only("number", "title", "status"), key=lambda row: -len(why[row.pk]))
    return [
        Alike(
            number=row.number,
            title=row.title,
            status=row.status,
            url=reverse("desk:case", args=[row.number]),
            reasons=[REASONS[name] for name in REASONS if name in why[row.pk]],
        )
        for row in shown[:MOST]
    ]


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
