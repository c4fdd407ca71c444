"""The page another site may frame: text alone, no cookie, and no other page can be framed."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.conf import settings
from django.urls import reverse

from policies import services
from tests.contracts.test_permission_matrix import routes
from tests.courses import builders as make
from tests.policies.conftest import ACTOR, at, document, version
from tests.policies.test_pages import PageInspector, text
from tests.policies.test_rendering import HOSTILE

pytestmark = pytest.mark.django_db

EMBEDS = ("/policies/rules/embed/", "/policies/rules/v1/embed/")
BODY = (
    "## One\n\nSee [two](#p2), [the web](https://example.org/), [us](/policies/).\n\n"
    "## Two\n\nText of {}."
)


@pytest.fixture
def rules():
    of = document(slug="rules", title='Rules & "more"')
    version(of, "2024-09-01", BODY.format("old"))
    version(of, "2025-09-01", BODY.format("new"))
    services.create_draft(actor=ACTOR, document=of, body="Draft.", effective_at=at("2030-01-01"))
    return of


@pytest.mark.parametrize("address", EMBEDS)
def test_other_sites_may_frame_it(client, rules, address):
    page = client.get(address)
    assert page.status_code == 200
    assert "X-Frame-Options" not in page.headers
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    for directive in ("default-src", "script-src", "connect-src", "form-action", "base-uri"):
        assert f"{directive} 'none'" in policy, directive
    assert page.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", EMBEDS)
@pytest.mark.parametrize("known", [False, True])
def test_it_leaves_no_cookie_and_knows_nobody(client, rules, address, known):
    plain = client.get(address).content
    if known:
        client.force_login(make.person("Amara Okonjo"))
    page = client.get(address)
    assert not page.cookies
    content = page.content.decode()
    assert content == plain.decode()
    for word in ("<form", "<script", "<input", "<button", "csrf", "Amara", "masthead", "<nav"):
        assert word not in content, word


def test_links_open_in_the_window_around_it(client, rules):
    content = client.get(EMBEDS[0]).content.decode()
    assert '<base target="_top">' in content
    assert '<a target="_self" href="#p2"' in content
    for href in ("https://example.org/", "/policies/", "/policies/rules/v2/"):
        assert f'<a href="{href}"' in content, "out of the frame"


def test_one_follows_what_is_in_force_the_other_stays(client, rules, frozen_clock):
    frozen_clock.move_to(at("2025-08-31 12:00"))
    assert "Text of old." in text(client.get(EMBEDS[0]))
    frozen_clock.move_to(at("2025-09-01"))
    assert "Text of new." in text(client.get(EMBEDS[0]))
    assert "Text of old." in text(client.get(EMBEDS[1]))
    assert "No longer in force" in text(client.get(EMBEDS[1]))


@pytest.mark.parametrize(
    "address", ["/policies/rules/v3/embed/", "/policies/rules/v9/embed/", "/policies/no/embed/"]
)
def test_what_is_not_published_cannot_be_framed(client, rules, address):
    page = client.get(address)
    assert page.status_code == 404
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_every_other_page_still_refuses_to_be_framed(client, rules):
    person = make.person()
    client.force_login(person)
    arguments = {"slug": "rules", "number": 1}
    seen = 0
    for route, taken in sorted(routes().items()):
        if route in ("policies:embed", "policies:embed_version") or not taken <= set(arguments):
            continue
        address = reverse(route, kwargs={name: arguments[name] for name in taken})
        if route == "account_logout":
            continue
        page = client.get(address)
        assert page.headers.get("X-Frame-Options") == "DENY", route
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"], route
        seen += 1
    assert seen > 30


@pytest.mark.parametrize(
    ("page", "frame"), [("/policies/rules/", EMBEDS[0]), ("/policies/rules/v1/", EMBEDS[1])]
)
def test_the_page_has_what_to_copy_and_it_works(client, rules, page, frame):
    content = client.get(page).content.decode()
    box = re.search(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", content, re.S)
    assert box is not None
    copied = unescape(box[1])
    assert f'src="{settings.SITE_URL}{frame}"' in copied
    title = re.search(r'title="([^"]*)"', copied)
    assert title is not None
    assert unescape(title[1]) == 'Rules & "more"'


@pytest.mark.parametrize("payload", [*HOSTILE, '"><script>alert(1)</script>'])
def test_case_50_hostile_texts_stay_inert(client, payload):
    of = document(slug="rules", title=payload[:200])
    version(of, "2025-01-01", f"## {payload}\n\n{payload}\n\n### {payload}\n\n{payload}\n\nText.")
    for address in (EMBEDS[0], "/policies/rules/"):
        content = client.get(address).content.decode().replace('<base target="_top">', "")
        PageInspector().feed(content)
        assert "<script>" not in content


def test_queries_do_not_grow(client, rules, count_queries):
    with count_queries() as one:
        client.get(EMBEDS[0])
    for day in ("2025-10-01", "2025-11-01"):
        version(rules, day, BODY.format(day))
    with count_queries() as two:
        client.get(EMBEDS[0])
    assert one.number == two.number <= 6, one.list
