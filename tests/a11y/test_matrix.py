"""The rest of the matrix, for `make a11y`: dark, narrow, Spanish, right to left, and the demo.

In the demo every account follows every link it is offered, each kind of page once: longer names,
more rows and more states than the other tests have.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.urls import Resolver404, resolve, reverse

from integrity.accounts.models import User
from integrity.supervisor import DEMO
from tests.a11y.judge import NARROW, WIDE, browser_of, look, too_wide
from tests.a11y.places import every_page, readers
from tests.cases import builders as build

pytestmark = [pytest.mark.a11y, pytest.mark.django_db(transaction=True)]

LEFT_OUT = ("/admin/", "/accounts/logout/", "/static/", "/language/", "/colours/")
LINKS = "links => links.map(a => a.getAttribute('href'))"


@pytest.mark.parametrize(
    ("scheme", "width", "language"),
    [("dark", WIDE, "en"), ("light", NARROW, "en"), ("dark", NARROW, "es"), ("light", WIDE, "ar")],
)
def test_every_page(
    live_server: Any,
    new_context: Any,
    settings: Any,
    scheme: str,
    width: int,
    language: str,
) -> None:
    """Arabic has no words here: it turns the page round, which is what is looked at."""
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    pages = every_page()
    User.objects.update(language=language)
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}
    problems: list[str] = []
    for reader, addresses in readers(pages):
        with browser_of(new_context, live_server.url, reader) as browser:
            browser.context.add_cookies([cookie])
            for route, address in addresses:
                found = look(browser, address, scheme=scheme, width=width)
                spoken = browser.get_attribute("html", "lang")
                direction = browser.get_attribute("html", "dir")
                if (spoken, direction) != (language, "rtl" if language == "ar" else "ltr"):
                    found.append(f"is in {spoken}, {direction}")
                problems += [f"{route} {address} {p}" for p in found + too_wide(browser)]
    assert not problems, "\n".join(problems)


@dataclass
class Walk:
    """One person going through the product."""

    page: Any
    who: str
    seen: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def kind(self, path: str) -> str | None:
        if path.startswith(LEFT_OUT):
            return None
        try:
            return resolve(path).view_name
        except Resolver404:
            return None

    def everywhere(self) -> None:
        queue = deque(["/"])
        while queue:
            address = queue.popleft()
            kind = self.kind(urlsplit(address).path)
            if kind is None or kind in self.seen:
                continue
            self.seen.add(kind)
            head = self.page.request.get(address, max_redirects=5)
            if "text/html" not in head.headers.get("content-type", ""):
                continue
            for scheme in ("light", "dark"):
                found = look(self.page, address, scheme=scheme)
                self.problems += [f"{self.who} {address} {problem}" for problem in found]
            queue.extend(self.page.eval_on_selector_all("a[href^='/']:not([download])", LINKS))
            self.problems += [f"{self.who} {address} {p}" for p in too_wide(self.page)]


def test_the_demo(live_server: Any, new_context: Any) -> None:
    call_command("seed_demo")
    problems: list[str] = []
    pages: set[str] = set()
    for email in ("", *DEMO):
        reader = User.objects.get(email=email) if email else None
        with browser_of(new_context, live_server.url, reader) as browser:
            walk = Walk(browser, email.partition("@")[0] or "visitor")
            walk.everywhere()
        problems += walk.problems
        pages |= walk.seen
        print(f"{walk.who}: {len(walk.seen)} kinds of pages, {len(walk.problems)} problems")
    print(f"{len(pages)} kinds of pages in all")
    assert not problems, "\n".join(problems)
    assert len(pages) > 20


# Of Django's own pages (docs/accessibility.md says what each means): the two halves of a time have
# no labels, the lists one can search in have no names, and a style that our policy refuses.
KNOWN_OF_DJANGO = {"label", "aria-input-field-name", "Applying inline style"}


def test_the_administration(live_server: Any, new_context: Any) -> None:
    """Its lists and forms come from Django; nothing but what is known may be wrong there."""
    addresses = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
    problems: dict[str, list[str]] = {}
    with browser_of(new_context, live_server.url, build.administrator()) as browser:
        for address in addresses:
            for problem in look(browser, address):
                problems.setdefault(problem, []).append(address)
    for problem, where in problems.items():
        print(f"{len(where)} pages, such as {where[0]}: {problem}")
    # 403: nobody adds a row of that model by hand.
    known = ("answers 403", *(f": {name}" for name in KNOWN_OF_DJANGO))
    unknown = [problem for problem in problems if not any(part in problem for part in known)]
    assert not unknown, "\n".join(unknown)
