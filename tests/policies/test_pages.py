"""The public pages: open to everybody, only what is published, few queries."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from policies import services
from policies.models import Pledge
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


def test_comparing_one_beside_the_other(client, honor):
    page = client.get("/policies/honor-code/compare/?from=1&to=3&view=side")
    words, content = text(page), page.content.decode()
    assert "version 1 compared with version 3" in words
    assert "Version 1, 1.1" in words
    assert "Version 3, 1.1" in words
    # One each beside the legend's.
    assert content.count("<del>") == content.count("<ins>") == 2
    assert 'name="view" value="side"' in content, "choosing other versions keeps it"
    assert 'href="?from=1&amp;to=3"' in content
    assert client.get("/policies/honor-code/compare/?view=other").status_code == 404
    assert "view=side" in client.get("/policies/honor-code/").content.decode()


def test_comparing_with_one_version_only(client):
    version(document(slug="one"), "2025-01-01")
    page = client.get("/policies/one/compare/")
    assert page.status_code == 200
    assert "Nothing to compare" in text(page)


def test_the_page_has_everything_the_version_names(client):
    kind = services.ViolationDraft(
        code="fraud", kind="academic", title="Fraud", description="False papers.", urgent=True,
        elements=("It is false.", "They knew it."),
    )  # fmt: skip
    step = services.ConsequenceDraft(
        code="expulsion", title="Out", description="The account is closed.", takes_away="access"
    )
    of = document(slug="all", needs_pledge=True)
    version(
        of, "2025-01-01", violation_types=[kind], consequences=[step],
        no_refunds="Nothing is paid back.", pledge="I keep *to it*.", pledge_grace_days=21,
    )  # fmt: skip
    page = client.get("/policies/all/")
    words = text(page)
    for said in (
        "False papers.", "It is false.", "They knew it.", "looked at first", "Academic integrity",
        "The account is closed.", "takes away: access", "Nothing is paid back.", "I keep to it .",
        "has 21 days to promise",
    ):  # fmt: skip
        assert said in words, said


def test_on_paper_the_page_says_where_it_comes_from(client, honor, settings):
    for address in ("/policies/honor-code/", "/policies/honor-code/v2/"):
        content = client.get(address).content.decode()
        paper = content[content.index('<div class="paper">') :]
        assert f"This version for good at {settings.SITE_URL}/policies/honor-code/v2/" in text_of(
            paper
        )
        assert "data-print" in content
        assert content.count(' class="ask screen"') == 2


def test_what_holds_where_a_supplement_applies(client, northbridge):
    base = document(slug="a", title="For all")
    says = {"code": "fraud", "kind": "academic", "title": "Fraud"}
    version(
        base, "2025-01-01", response_working_days=7, no_refunds="Nothing.",
        violation_types=[services.ViolationDraft(description="False papers.", **says)],
    )  # fmt: skip
    version(base, "2026-06-01", response_working_days=8)
    own = document(slug="own", title="Own", institution=northbridge)
    silent = {"extension_working_days": None, "appeal_working_days": None, "standard_of_proof": "",
              "appeal_grounds": []}  # fmt: skip
    version(
        own, "2025-02-01", response_working_days=21, **silent,
        violation_types=[services.ViolationDraft(description="Made-up data.", **says)],
    )  # fmt: skip
    words = text(client.get("/policies/own/"))
    assert "For all, version 1" in words
    assert "Working days to answer 21 7 This policy" in words
    assert "Fraud Made-up data. False papers. This policy" in words
    assert "Working days to appeal Says nothing 10 For all" in words
    assert "No refunds Says nothing Nothing. For all" in words
    assert "5 things it leaves to the other texts" in words
    everybody = text(client.get("/policies/a/"))
    assert "This holds for everybody." in everybody
    assert "Own , Northbridge College" in everybody


def test_the_terms_of_a_course_stand_behind_the_institutions(client, northbridge):
    course = make.course(institution=northbridge, title="Ethics")
    version(document(slug="a", title="For all"), "2025-01-01", response_working_days=7)
    version(
        document(slug="own", title="Own", institution=northbridge), "2025-01-01",
        response_working_days=21, appeal_working_days=None,
    )  # fmt: skip
    terms = document(slug="terms", title="Terms", institution=northbridge, course=course)
    version(terms, "2025-01-01", response_working_days=30, appeal_working_days=40)
    page = client.get("/policies/terms/")
    words = text(page)
    assert "Working days to answer 30 21 Own" in words
    assert "additional terms of the course Ethics" in words
    assert "40 working days" in words
    assert "/policies/terms/" not in client.get("/policies/own/").content.decode(), (
        "one course is not related to everything of its institution"
    )


def test_a_past_supplement_is_shown_with_the_text_of_its_own_time(client, northbridge):
    base = document(slug="a", title="For all")
    for day, days in (("2025-01-01", 7), ("2025-08-01", 9)):
        version(base, day, response_working_days=days)
    own = document(slug="own", title="Own", institution=northbridge)
    for day in ("2025-02-01", "2025-06-01", "2026-02-01"):
        version(own, day, response_working_days=20)
    for number, days in ((1, 7), (2, 9), (3, 9)):
        words = text(client.get(f"/policies/own/v{number}/"))
        assert f"Working days to answer 20 {days} This policy" in words


def test_a_reader_sees_what_they_agreed_to(client, honor):
    person = make.person()
    first = honor.versions.get(number=1)
    Pledge.objects.create(
        learner=person, course=make.course(), version=first, made_at=at("2024-10-01")
    )
    assert "You agreed" not in text(client.get("/policies/honor-code/"))
    client.force_login(person)
    assert "You agreed to version 1 on 1 October 2024 ." in text(
        client.get("/policies/honor-code/")
    )
    client.force_login(make.person())
    assert "You agreed" not in text(client.get("/policies/honor-code/"))


def test_queries_of_a_supplement_and_for_a_reader_do_not_grow(client, count_queries, northbridge):
    grow(document(slug="grown", title="Grown"), range(1, 2))
    own = document(slug="own", institution=northbridge)
    grow(own, range(1, 2))
    client.force_login(make.person())
    client.get("/policies/own/")
    numbers = []
    for months in (range(2, 3), range(3, 6)):
        with count_queries() as found:
            assert client.get("/policies/own/").status_code == 200
        numbers.append(found.number)
        grow(own, months)
    with count_queries() as found:
        client.get("/policies/own/v3/")
    # One more than the first version has: it is compared with the one before.
    assert {*numbers, found.number} == {numbers[0]}, numbers
    assert numbers[0] <= 19, found.list


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
        ("/policies/grown/", 10),
        ("/policies/grown/v1/", 10),
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
