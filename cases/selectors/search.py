"""Search in cases, behind one small interface: every word is wanted, the last may go on."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from cases import rules
from cases.models import Case
from cases.terms import asked
from integrity.accounts.models import User

MOST_WORDS = 12


def matching(cases: QuerySet[Case], user: User, text: str) -> QuerySet[Case]:
    """Those of `cases` in which every word of `text` occurs, without regard to case and accents.

    `cases` are some of `rules.visible_to(user)`. Names and texts are searched only in cases the
    user may read: whether a name finds anything must tell nobody whom a closed case is about. Of
    the others number, matter and course are searched. A text without letters and digits finds
    nothing.
    """
    if not text.strip():
        return cases
    wanted = asked(text, most=MOST_WORDS)
    if not wanted:
        return cases.none()
    # The heads are in the text as well, so this condition may stand alone: it is the index's.
    found = cases.filter(words__text__has=wanted)
    readable = rules.readable(user)
    return found.filter(Q(words__heads__has=wanted) | readable) if readable else found
