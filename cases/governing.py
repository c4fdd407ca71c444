"""The texts a case stands on: the platform's, the institution's and the course's (PO4, PO5)."""

from __future__ import annotations

from cases.models import Case
from policies.precedence import Texts

# What `select_related` has to bring so that `texts` asks nothing.
RELATED = ("policy_version__document", "supplement__document", "course_terms__document")


def texts(case: Case) -> Texts:
    """The texts that govern the case, with the order in which they do. No query after `RELATED`.

    `policy_version` is the platform's text; where the platform had none it is the institution's,
    or the course's, and stands alone.
    """
    main = case.policy_version
    owner = main.document if main is not None else None
    own = case.supplement
    terms = case.course_terms
    platform = None
    if main is None or owner is None or owner.institution_id is None:
        platform = main
    elif owner.course_id is not None:
        terms = terms or main
    else:
        own = own or main
    return Texts(platform, own, terms, sole=case.institution_decides)
