"""An administrator in front of the pages where policies are looked after."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.courses.models import Institution
from policies.models import Document
from tests.courses import builders as make


def administrator(institution: Institution | None = None, name: str = "Ada Min") -> User:
    user = make.person(name)
    make.grant(user, Role.ADMINISTRATOR, institution)
    return user


class Office:
    """The session of an administrator."""

    def __init__(self, user: User | None = None) -> None:
        self.user = user or administrator()
        self.client = Client()
        self.client.force_login(self.user)

    def address(self, name: str, of: Document | None = None, number: int | None = None) -> str:
        args = [item for item in (of.slug if of else None, number) if item is not None]
        return reverse(f"policy_office:{name}", args=args)

    def get(self, name: str, of: Document | None = None, number: int | None = None) -> Any:
        return self.client.get(self.address(name, of, number))

    def form(self, name: str, of: Document | None = None, number: int | None = None) -> dict:
        """What a browser would send from this page if nothing were changed."""
        page = self.get(name, of, number)
        assert page.status_code == 200, page.status_code
        return filled(page)

    def post(
        self,
        name: str,
        of: Document | None = None,
        number: int | None = None,
        given: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Any:
        """Send the form as it is on its page (or `given`), changed; None leaves something out."""
        sent = dict(self.form(name, of, number) if given is None else given)
        sent.update(changes)
        sent = {key: value for key, value in sent.items() if value is not None}
        return self.client.post(self.address(name, of, number), sent)


def filled(page: Any) -> dict[str, Any]:
    """The values of the form of a page, as a browser sends them."""
    form = page.context["form"]
    found: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            continue
        found[bound.html_name] = "on" if value is True else bound.field.widget.format_value(value)
        if isinstance(found[bound.html_name], list):
            found[bound.html_name] = found[bound.html_name][0]
    return {key: "" if value is None else value for key, value in found.items()}


def text_of(page: Any) -> str:
    """What is written on a page, on one line."""
    return re.sub(r"\s+", " ", page.content.decode())
