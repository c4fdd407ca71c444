"""Reads of policies and schemes, one file per reader: the texts themselves, public pages, the
office that writes them, readers who ask, reviews, and what supplements a text."""

from policies.selectors.pages import (
    PolicyEntry,
    PolicyGroup,
    PolicyPage,
    policy_list,
    policy_page,
    published_versions,
    versions_to_compare,
)
from policies.selectors.texts import (
    KIND_OF_REPORT,
    OfferedType,
    governing_for,
    governing_scheme,
    governing_version,
    in_force,
    latest_published,
    no_refunds,
    offered_types,
    published,
    scheme_for,
    schemes_in_force,
    texts_for,
    upcoming,
    violation_types_in_force,
)

__all__ = [
    "KIND_OF_REPORT",
    "OfferedType",
    "PolicyEntry",
    "PolicyGroup",
    "PolicyPage",
    "governing_for",
    "governing_scheme",
    "governing_version",
    "in_force",
    "latest_published",
    "no_refunds",
    "offered_types",
    "policy_list",
    "policy_page",
    "published",
    "published_versions",
    "scheme_for",
    "schemes_in_force",
    "texts_for",
    "upcoming",
    "versions_to_compare",
    "violation_types_in_force",
]
