"""Search in cases, behind one small interface: the column is normalised, words are all wanted."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from cases import rules
from cases.models import Case
from integrity.accounts.models import User
from integrity.core.text import search_key

MOST_WORDS = 8


def matching(cases: QuerySet[Case], user: User, text: str) -> QuerySet[Case]:
    """Those of `cases` in which every word of `text` occurs, without regard to case and accents.

    Names and texts are searched only in cases the user may read: whether a name finds anything must
    tell nobody whom a closed case is about. Of the others number, matter and course are searched.
    """
    words = search_key(text).split()[:MOST_WORDS]
    if not words:
        return cases
    inside, outside = Q(), Q()
    for word in words:
        inside &= Q(search_text__contains=word)
        outside &= (
            Q(number__icontains=word)
            | Q(reported_as__icontains=word)
            | Q(course__code__icontains=word)
            | Q(course__title__icontains=word)
        )
    readable = rules.readable_by(user).filter(inside)
    return cases.filter(Q(pk__in=readable.values("pk")) | outside)
