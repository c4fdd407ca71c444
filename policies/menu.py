"""What this app adds to the pages every app shares: a menu entry, the table on the start page, and
the way in for people under a restriction, who may always read the rules that bind them."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from integrity.accounts.enums import Role
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.web import navigation, restricted, start
from policies import selectors
from policies.selectors.readers import open_questions


def in_force(request: HttpRequest) -> Sequence[start.Policy]:
    """The policies in force, for the start page. One query."""
    return [
        start.Policy(
            title=version.document.title,
            url=version.document.get_absolute_url(),
            version=str(version.number),
            since=version.starts_on,
            changed=version.change_summary,
            changed_url=version.document.get_absolute_url() + "#changes"
            if version.change_summary
            else "",
        )
        for version in selectors.in_force().defer("body")
    ]


navigation.register(
    navigation.Item(key="policies", label=_("Policies"), url_name="policies:list", order=50)
)
navigation.register(
    navigation.Item(
        key="policy-office",
        label=_("Manage policies"),
        url_name="policy_office:list",
        order=55,
        shown_to=lambda user: has_role(user, Role.ADMINISTRATOR),
    )
)
navigation.register(
    navigation.Item(
        key="policy-questions",
        label=_("Questions"),
        url_name="policy_desk:questions",
        place="desk",
        order=45,
        shown_to=lambda user: has_role(user, *STAFF_OF_CASES),
        counted=open_questions,
    )
)
start.register_policies(in_force)
restricted.allow(
    "policies:list",
    "policies:document",
    "policies:version",
    "policies:compare",
    "policies:embed",
    "policies:embed_version",
    "policies:questions",
)
