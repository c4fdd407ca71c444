"""Every page, as every role sees it, judged by axe-core (WCAG 2.2 A and AA) and by its width.

From the start page each demo account follows every link it is offered, each kind of page once.
Light and dark, 1280 and 320 pixels wide. Django's own admin pages are not ours to judge.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, resolve

from integrity.accounts.models import User
from integrity.supervisor import DEMO

AXE = (
    Path(__file__).resolve().parent.parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
).read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
JUDGE = """rules => axe.run(document, {runOnly: {type: 'tag', values: rules}}).then(result =>
    result.violations.map(v => `${v.id}: ${v.help} – ` +
        v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')))"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
NARROW, WIDE = 320, 1280
LEFT_OUT = ("/admin/", "/accounts/logout/", "/static/", "/language/", "/colours/")


@dataclass
class Walk:
    """One person going through the product."""

    page: object
    who: str
    origin: str
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
            if self.look(address):
                links = "links => links.map(a => a.getAttribute('href'))"
                found = self.page.eval_on_selector_all("a[href^='/']:not([download])", links)
                queue.extend(found)

    def look(self, address: str) -> bool:
        """Judge one page; False when it is a file."""
        head = self.page.request.get(self.origin + address, max_redirects=5)
        if "text/html" not in head.headers.get("content-type", ""):
            return False
        self.page.set_viewport_size({"width": WIDE, "height": 900})
        self.page.emulate_media(color_scheme="light")
        answer = self.page.goto(self.origin + address)
        if answer.status != 200:
            self.tell(address, f"answers {answer.status}")
            return False
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self.page.evaluate(AXE)
            for problem in self.page.evaluate(JUDGE, RULES):
                self.tell(address, f"{scheme}: {problem}")
        self.page.set_viewport_size({"width": NARROW, "height": 900})
        if (excess := self.page.evaluate(TOO_WIDE)) > 0:
            self.tell(address, f"{excess} pixels too wide at {NARROW}")
        return True

    def tell(self, address: str, problem: str) -> None:
        self.problems.append(f"{self.who} {address} {problem}")


@pytest.mark.a11y
@pytest.mark.django_db(transaction=True)
def test_every_page_is_accessible(live_server, new_context):
    call_command("seed_demo")
    problems: list[str] = []
    pages: set[str] = set()
    for email in ("", *DEMO):
        context = new_context()
        if email:
            client = Client()
            client.force_login(User.objects.get(email=email))
            cookies = [
                {"name": name, "value": morsel.value, "url": live_server.url}
                for name, morsel in client.cookies.items()
            ]
            context.add_cookies(cookies)
        page = context.new_page()
        walk = Walk(page, email.partition("@")[0] or "visitor", live_server.url)
        page.on(
            "console",
            lambda message, walk=walk: (
                message.type == "error" and walk.tell(message.location.get("url", ""), message.text)
            ),
        )
        walk.everywhere()
        problems += walk.problems
        pages |= walk.seen
        print(f"{walk.who}: {len(walk.seen)} kinds of pages, {len(walk.problems)} problems")
        context.close()
    print(f"{len(pages)} kinds of pages in all")
    assert not problems, "\n".join(problems)
    assert len(pages) > 20
