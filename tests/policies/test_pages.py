"""The public pages: open to everybody, only what is published, few queries."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from policies import services
from policies.services.demo import load_demo_policies
from tests.courses import builders as make
from tests.policies.conftest import ACTOR, at, document, version
from tests.policies.test_rendering import HOSTILE

pytestmark = pytest.mark.django_db
NOW = at("2026-03-01 12:00")


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    frozen_clock.move_to(NOW)


@pytest.fixture
def honor():
    """Version 1 of 2024, version 2 in force, version 3 to come, a draft 4."""
    of = document(slug="honor-code", title="Honor code", summary="What we ask.")
    named = services.ViolationDraft(
        code="fraud", kind="academic", title="Fraud", elements=("False.",)
    )
    step = services.ConsequenceDraft(code="expulsion", title="No further use", under="Steps")
    body = "Hello.\n\n## Rules\n\n### Fraud\n\nYou have {} days.\n\n## Steps\n\nText."
    parts = {
        "violation_types": [named],
        "consequences": [step],
        "no_refunds": "Nothing is paid back.",
    }
    version(of, "2024-09-01", body.format("five"), **parts)
    version(of, "2025-09-01", body.format("ten"), **parts)
    coming = services.create_draft(
        actor=ACTOR, document=of, body=body.format("twenty"), effective_at=at("2026-09-01")
    )
    services.publish(actor=ACTOR, version=coming)
    services.create_draft(
        actor=ACTOR, document=of, body="secret draft", effective_at=at("2026-12-01")
    )
    return of


def text_of(content: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content))


def text(response) -> str:
    return text_of(response.content.decode())


class PageInspector(HTMLParser):
    """Fails on anything in a page that runs, loads from elsewhere, or sends somewhere else."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"iframe", "object", "embed", "base", "style", "math", "img"}, tag
        given = dict(attrs)
        if tag == "script":
            assert str(given.get("src", "")).startswith("/static/")
        if tag == "meta":
            assert "http-equiv" not in given
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in {"style", "srcdoc", "formaction"}, name
            if name in {"href", "action", "src", "xlink:href"}:
                # As a browser reads it: controls and white space do not count.
                address = re.sub(r"[\x00-\x20]", "", str(value)).lower()
                assert not re.match(r"(javascript|vbscript|data|file):|//|\\\\|/\\\\", address), (
                    value
                )


def test_the_page_of_the_version_in_force(client, honor):
    page = client.get("/policies/honor-code/")
    words = text(page)
    assert page.status_code == 200
    assert "Version 2, in force" in words
    assert "1 September 2025" in words
    assert "Last updated" in words
    assert "Version 3 takes effect on" in words
    assert "ten days" in words
    assert "Nothing is paid back." in words
    assert "secret draft" not in words
    content = page.content.decode()
    for anchor in (
        'id="p1"', 'id="p1-1"', 'href="#p1-1"', 'id="h-rules"', 'aria-label="Where you are"',
        'href="/policies/honor-code/v2/"', 'href="/policies/honor-code/v1/"',
        "compare/?from=2&amp;to=3",
    ):  # fmt: skip
        assert anchor in content, anchor
    assert "Version 1 compared with version 2." in words
    assert content.count("<h1") == 1
    assert " style=" not in content


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "Version 1, no longer in force"),
        (2, "Version 2, in force"),
        (3, "Version 3, not in force yet"),
    ],
)
def test_each_published_version_has_an_address_for_good(client, honor, number, words):
    page = client.get(f"/policies/honor-code/v{number}/")
    assert page.status_code == 200
    assert words in text(page)
    assert (
        reverse("policies:version", args=["honor-code", number])
        == f"/policies/honor-code/v{number}/"
    )


@pytest.mark.parametrize(
    "address",
    [
        "/policies/honor-code/v4/", "/policies/honor-code/v5/", "/policies/honor-code/v0/",
        "/policies/nothing/", "/policies/nothing/v1/", "/policies/nothing/compare/",
        "/policies/honor-code/compare/?from=1&to=4", "/policies/honor-code/compare/?from=x",
        "/policies/honor-code/compare/?to=9999999999", "/policies/honor-code/compare/?from=-1",
        "/policies/honor-code/compare/?from=%C2%B2", "/policies/honor-code/v99999999999999999999/",
        "/policies/drafts-only/",
    ],
)  # fmt: skip
def test_what_is_not_published_does_not_exist(client, honor, address):
    empty = document(slug="drafts-only")
    services.create_draft(actor=ACTOR, document=empty, body="x", effective_at=at("2026-12-01"))
    assert client.get(address).status_code == 404


def test_a_version_takes_effect_on_the_second(client, honor, frozen_clock):
    frozen_clock.move_to(at("2026-09-01") - timedelta(seconds=1))
    assert "Version 2, in force" in text(client.get("/policies/honor-code/"))
    frozen_clock.move_to(at("2026-09-01"))
    assert "Version 3, in force" in text(client.get("/policies/honor-code/"))


def test_a_policy_that_is_still_to_come(client):
    of = document(slug="new", title="New rules")
    made = services.create_draft(actor=ACTOR, document=of, body="x", effective_at=at("2026-05-01"))
    services.publish(actor=ACTOR, version=made)
    page = client.get("/policies/new/")
    assert "This version takes effect on" in text(page)
    assert "New rules" in text(client.get("/policies/"))


def test_days_are_those_of_the_owner(client, northbridge):
    of = document(slug="college", institution=northbridge)
    made = services.create_draft(
        actor=ACTOR, document=of, body="x", effective_at=at("2025-09-01 04:00")
    )
    services.publish(actor=ACTOR, version=made, posted_at=at("2025-09-01 03:59"))
    words = text(client.get("/policies/college/"))
    assert "1 September 2025" in words
    assert "31 August 2025" in words
    assert "Northbridge College" in words


def test_an_institutions_page_shows_what_the_platform_says_where_it_is_silent(client, northbridge):
    version(document(slug="a"), "2025-01-01", response_working_days=7, appeal_working_days=9)
    own = document(slug="own", institution=northbridge)
    version(own, "2025-01-01", response_working_days=21, appeal_working_days=None)
    words = text(client.get("/policies/own/"))
    assert "21 working days" in words
    assert "9 working days" in words


def test_the_list_has_the_platforms_first(client, honor, northbridge):
    version(document(slug="own", title="AAA own", institution=northbridge), "2025-01-01")
    words = text(client.get("/policies/"))
    assert words.index("Honor code") < words.index("Northbridge College") < words.index("AAA own")


def test_an_empty_list_says_so(client):
    assert "No policy is published yet" in text(client.get("/policies/"))


def test_comparing(client, honor):
    page = client.get("/policies/honor-code/compare/?from=1&to=3")
    assert "version 1 compared with version 3" in text(page)
    assert "<del>" in page.content.decode()
    assert "twenty" in text(page)
    default = text(client.get("/policies/honor-code/compare/"))
    assert "version 2 compared with version 3" in default
    assert "version 3 compared with version 1" in text(
        client.get("/policies/honor-code/compare/?from=3&to=1")
    )
    assert "the same version twice" in text(client.get("/policies/honor-code/compare/?from=1&to=1"))


def test_comparing_with_one_version_only(client):
    version(document(slug="one"), "2025-01-01")
    page = client.get("/policies/one/compare/")
    assert page.status_code == 200
    assert "Nothing to compare" in text(page)


@pytest.mark.parametrize("address", ["", "honor-code/", "honor-code/v1/", "honor-code/compare/"])
def test_everybody_reads_and_nobody_writes_here(client, honor, address):
    address = f"/policies/{address}"
    assert client.get(address).status_code == 200
    assert client.head(address).status_code == 200
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(address).status_code in (403, 405)
    client.force_login(make.person())
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("payload", [*HOSTILE, '"><script>alert(1)</script>', "' onload='x"])
def test_hostile_texts_stay_inert_on_the_page(client, payload):
    of = document(slug="hostile", title=payload[:200], summary=payload[:300])
    one = services.ViolationDraft(
        code="a", kind="academic", title=payload[:200].strip("\u202e"), elements=(payload[:300],)
    )
    body = f"## {payload}\n\n{payload}\n\n### {payload}\n\n{payload}\n\nText."
    version(of, "2025-01-01", "## x\n\ny", violation_types=[one])
    version(
        of, "2025-02-01", body, violation_types=[one], no_refunds=payload, change_summary=payload
    )
    for address in ("/policies/hostile/", "/policies/hostile/compare/", "/policies/", "/"):
        content = client.get(address).content.decode()
        PageInspector().feed(content)
        assert "49" not in re.findall(r"\b49\b", text_of(content)), "nothing is evaluated"


def grow(of, months: range) -> None:
    """For each month a version with that many types, and a document of another institution."""
    for month in months:
        kinds = [
            services.ViolationDraft(code=f"a{i}", kind="academic", title=f"T {i}", elements=("x",))
            for i in range(month)
        ]
        step = services.ConsequenceDraft(code="expulsion", title="Out")
        body = "\n\n".join(f"## P {i}\n\nText {month}." for i in range(month))
        version(of, f"2025-{month:02}-01", body, violation_types=kinds, consequences=[step])
        version(document(institution=make.institution()), "2025-01-01")


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/policies/", 3),
        ("/policies/grown/", 7),
        ("/policies/grown/v1/", 7),
        ("/policies/grown/compare/", 6),
        ("/", 4),
    ],
)
def test_queries_do_not_grow(client, count_queries, address, most):
    of = document(slug="grown", title="Grown")
    grow(of, range(1, 2))
    with count_queries() as one:
        assert client.get(address).status_code == 200
    grow(of, range(2, 4))
    with count_queries() as three:
        assert client.get(address).status_code == 200
    assert three.number == one.number, (one.list, three.list)
    assert one.number <= most, one.list


def test_the_demo_pages(client):
    load_demo_policies(ACTOR)
    for slug in ("honor-code", "code-of-conduct", "northbridge-supplement"):
        page = client.get(f"/policies/{slug}/")
        assert page.status_code == 200
        content = page.content.decode()
        for target in set(re.findall(r'href="#([^"]+)"', content)):
            assert f'id="{target}"' in content, target
        ids = re.findall(r' id="([^"]+)"', content)
        assert len(ids) == len(set(ids)), "each id once"
