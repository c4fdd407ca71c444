"""Search in cases, behind one small interface: every word is wanted, the last may go on."""

from __future__ import annotations

from django.db.models import BooleanField, F, OuterRef, Q, QuerySet, Subquery

from cases import rules
from cases.models import Case, CaseWords
from cases.models.search import Has
from cases.terms import asked
from integrity.accounts.models import User

MOST_WORDS = 12
# Up to so many are named by the index. Where there are more, every list meets some of them soon.
RARE = 2_000


def matching(cases: QuerySet[Case], user: User, text: str) -> QuerySet[Case]:
    """Those of `cases` in which every word of `text` occurs, without regard to case and accents.

    `cases` are some of `rules.visible_to(user)`. Names and texts are searched only in cases the
    user may read: whether a name finds anything must tell nobody whom a closed case is about. Of
    the others number, matter and course are searched, and no more of the earlier cases of somebody
    about whom the user has a finding to make (`rules.sealed_from`, CF6). A text without letters and
    digits finds nothing. One query, of the index; none where there is nothing to look for.
    """
    if not text.strip():
        return cases
    wanted = tuple(asked(text, most=MOST_WORDS))
    if not wanted:
        return cases.none()
    # The heads are in the text as well.
    rows = CaseWords.objects.filter(text__has=wanted).order_by()
    keys = list(rows.values_list("pk", flat=True)[: RARE + 1])
    # The database guesses badly how many cases somebody may know of, so it is not left to choose.
    rare = len(keys) <= RARE
    found = cases.filter(pk__in=keys) if rare else cases.filter(_has("text", wanted))
    whole = rules.readable(user)
    sealed = rules.sealed_from(user)
    if sealed is not None:
        whole &= ~sealed
    return found.filter(Q(_has("heads", wanted)) | whole) if whole else found


def _has(field: str, wanted: tuple[str, ...]) -> Subquery:
    """Looked up case by case, on the way through a list."""
    words = CaseWords.objects.filter(pk=OuterRef("pk"))
    return Subquery(
        words.annotate(hit=Has(F(field), wanted)).values("hit"), output_field=BooleanField()
    )
