"""Templates: complete or refused; the email says nothing of the matter; hostile text is inert."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from integrity.core import clock
from notifications import registry, rendering
from notifications.enums import RecipientKind
from notifications.errors import LetterRefused, PayloadRefused, UnfilledPlaceholder
from notifications.recipients import Recipient
from tests.notifications.builders import ALLEGED, minimal, payload

EVENTS = [event.name for event in registry.all_events()]
LETTERS = [event.name for event in registry.all_events() if event.letter]
# To people who learn of no case: not even its number.
OUTSIDE = {
    *("adviser_invited", "question_answered", "statement_requested", "consent_asked"),
    *("policy_new_version", "pledge_reminder", "policy_yearly"),
    *("policy_review_due", "policy_review_invited"),
    *("one_account_asked", "one_account_code"),
    *("surge_noticed", "retaliation_noticed"),
}
# Words that tell what it is about, or that there is an accusation at all, to whoever sees a screen.
TELLING = re.compile(
    r"plagiar|cheat|misconduct|violat|accus|alleg|offen[cs]|sanction|suspen|suspect|guilt|warning|"
    r"penalt|punish|report|integrity case|appeal",
    re.IGNORECASE,
)

Recipients = Recipient(
    kind=RecipientKind.NAMED,
    ref="r" * 64,
    user_id="00000000-0000-4000-8000-000000000000",
    email="amara@example.edu",
    name="Amara Okonjo",
    language="en",
    time_zone="America/Bogota",
)


def written(event: str, given: Any = None, **recipient: Any) -> rendering.Rendered:
    fields = {name: getattr(Recipients, name) for name in Recipients.__slots__} | recipient
    return rendering.render(
        registry.get(event),
        payload(event) if given is None else given,
        recipient=Recipient(**fields),
        letter=registry.get(event).letter,
        at=clock.now(),
    )


@pytest.mark.parametrize("event", LETTERS)
def test_every_letter_can_be_written_in_full_and_with_the_least(event: str) -> None:
    for given in (payload(event), minimal(event)):
        out = written(event, given)
        assert out.subject
        assert out.title
        assert "Amara Okonjo" in out.text
        assert f"{settings.SITE_URL}/my/letters/" in out.text
        assert "<h2>" in out.html
        assert "None" not in out.html + out.text + out.subject
        assert "\n\n\n" not in out.text


@pytest.mark.parametrize("event", LETTERS)
def test_case_105_the_email_says_nothing_of_the_matter(event: str) -> None:
    out = written(event)
    assert ALLEGED in out.html
    for place in (out.subject, out.text):
        assert ALLEGED not in place
    assert "Amara" not in out.subject
    shown_on_a_locked_screen = out.subject + "\n" + out.text[:200]
    assert not TELLING.search(shown_on_a_locked_screen), shown_on_a_locked_screen
    links = re.findall(r"https?://\S+", out.text)
    assert links == [f"{settings.SITE_URL}/my/letters/"]


@pytest.mark.parametrize("event", EVENTS)
def test_the_email_gives_a_number_and_where_to_get_help(event: str) -> None:
    out = written(event)
    to_a_reporter = event.startswith(("report_", "review_", "check_in"))
    number = "RP-7K4QX2" if to_a_reporter else "IC-2026-000418"
    told = event not in OUTSIDE
    assert (number in out.subject) is told
    assert (number in out.text) is told
    if event != "confirmation_requested":
        assert "advice@example.edu" in out.text


@pytest.mark.parametrize(
    "event",
    ["notice_sent", "notice_reminder", "determination_issued", "certificate_withheld"],
)
def test_what_has_to_be_done_by_when_is_told_in_the_readers_own_time(event: str) -> None:
    out = written(event)
    # 22:59:59 UTC on 4 December is 17:59 in Bogota.
    assert "Friday 4 December 2026, 17:59, Bogota time" in out.text
    assert "Friday 4 December 2026, 17:59, Bogota time" in out.html
    other = written(event, time_zone="Pacific/Auckland")
    assert "Saturday 5 December 2026, 11:59, Auckland time" in other.text


def test_an_invitation_is_an_email_without_a_letter_that_says_where_to_sign_in() -> None:
    out = written("adviser_invited", payload("adviser_invited", advising_url="https://x/advising/"))
    assert out.html == ""
    assert not TELLING.search(out.subject + out.text)
    assert re.findall(r"https?://\S+", out.text) == ["https://x/advising/"]


def test_nothing_blames_before_a_finding() -> None:
    out = written("notice_sent")
    assert "Nothing has been decided" in out.text
    assert "Nothing has been decided" in out.html
    assert "Alleged: " in out.html


def test_a_closed_report_tells_one_of_three_outcomes_and_no_details() -> None:
    texts = {
        outcome: written("report_closed", payload("report_closed", outcome=outcome))
        for outcome in ("action_taken", "no_violation", "not_pursued")
    }
    assert len({out.text for out in texts.values()}) == 1
    assert len({out.subject for out in texts.values()}) == 1
    assert "Action was taken." in texts["action_taken"].html
    assert "No violation was found." in texts["no_violation"].html
    assert "We did not take it further." in texts["not_pursued"].html
    with pytest.raises(PayloadRefused):
        written("report_closed", payload("report_closed", outcome="expelled"))


def test_the_sanction_letter_quotes_no_refunds_only_when_there_is_such_a_clause() -> None:
    clause = "We do not give refunds in such a case."
    with_clause = written(
        "determination_issued", payload("determination_issued", no_refunds=clause)
    )
    assert clause in with_clause.html
    without = written("determination_issued", payload("determination_issued", no_refunds=""))
    assert "Refunds" not in without.html


# Unfilled placeholders


@dataclass(frozen=True, kw_only=True)
class Part:
    title: str = "T"


@dataclass(frozen=True, kw_only=True)
class Probe:
    case_number: str
    parts: tuple[Part, ...] = (Part(),)
    note: str | None = None
    contact: str = "help@example.edu"


@pytest.fixture
def probe(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An event of the test's own; call with the text of its three templates."""
    folder = tmp_path / "notifications" / "probe"
    folder.mkdir(parents=True)
    engine = settings.TEMPLATES[0] | {"DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    settings.TEMPLATES = [engine]
    monkeypatch.setattr(registry, "_events", dict(registry._events))
    registry.register("probe", payload=Probe, letter=True, label="Probe")
    rendering._engine.cache_clear()

    def write(
        email: str = "{{ case_number }}", letter: str = "<p>x</p>", subject: str = "S"
    ) -> Any:
        for name, text in (("email.txt", email), ("letter.html", letter), ("subject.txt", subject)):
            (folder / name).write_text(text)
        rendering._engine.cache_clear()
        return written("probe", Probe(case_number="IC-1"))

    yield write
    rendering._engine.cache_clear()


@pytest.mark.parametrize(
    "text",
    [
        "{{ respondent_name }}",
        "{{ case_number.nothing }}",
        "{% if respondent_name %}x{% endif %}",
        "{% if not respondent_name %}x{% endif %}",
        "{% if case_number == respondent_name %}x{% endif %}",
        "{% for part in parts %}{% if part.typo %}x{% endif %}{% endfor %}",
        "{% for part in parts %}{{ part }}{% endfor %}",
        "{% for item in allegations %}{{ item }}{% endfor %}",
        "{% blocktranslate %}Dear {{ respondent_name }}{% endblocktranslate %}",
        "{% blocktranslate with who=respondent_name %}Dear {{ who }}{% endblocktranslate %}",
        "{{ respondent_name|default:'you' }}",
        "{% firstof respondent_name 'you' %}",
        '{% include "notifications/_no_refunds.html" %}',
        "{% with who=respondent_name %}x{% endwith %}",
    ],
)
@pytest.mark.parametrize("place", ["email", "letter", "subject"])
def test_a_placeholder_nobody_fills_stops_the_letter(probe: Any, text: str, place: str) -> None:
    with pytest.raises(UnfilledPlaceholder):
        probe(**{place: text})


def test_the_probe_itself_can_be_written(probe: Any) -> None:
    assert probe().text == "IC-1\n"
    assert probe(email="{% if note %}{{ note }}{% endif %}x").text == "x\n"
    assert probe(email="{% for part in parts %}{{ part.title }}{% endfor %}").text == "T\n"


def test_an_empty_email_and_a_missing_template_are_refused(probe: Any, tmp_path: Path) -> None:
    with pytest.raises(LetterRefused):
        probe(email="{# nothing #}")
    (tmp_path / "notifications" / "probe" / "email.txt").unlink()
    rendering._engine.cache_clear()
    with pytest.raises(LetterRefused):
        written("probe", Probe(case_number="IC-1"))


# Hostile text

XSS = """<script>alert(1)</script><img src=x onerror=alert(1)>"'><svg/onload=alert(1)>"""


@pytest.mark.parametrize("event", LETTERS)
def test_hostile_text_is_inert_in_a_letter(event: str) -> None:
    hints = {
        f: XSS
        for f in (
            *("matter", "reason", "reasons", "reasons_finding", "proposal", "access", "course"),
            *("policy_title", "question", "answer", "institution"),
        )
        if f in registry.get(event).payload.__dataclass_fields__
    }
    out = written(event, payload(event, **hints), name=XSS)
    assert "<script" not in out.html
    assert "<img" not in out.html
    assert "<svg" not in out.html
    # A letter into which nothing comes that somebody wrote has nothing to make inert.
    assert "&lt;script" in out.html or not hints


def test_template_syntax_in_text_stays_literal() -> None:
    text = "{{ 7|add:7 }} {% now 'Y' %} {0.__class__} %(x)s %s"
    out = written("notice_sent", payload("notice_sent", message=text))
    assert "{{ 7|add:7 }} {% now" in out.html
    assert "{0.__class__} %(x)s %s" in out.html


def test_a_link_that_is_no_page_is_taken_out() -> None:
    out = written("notice_sent", payload("notice_sent", respond_url="javascript:alert(1)"))
    assert "javascript" not in out.html


def test_sanitising_keeps_what_a_letter_consists_of_only() -> None:
    clean = rendering.sanitised(
        '<p class="letter-lead evil" style="x" onclick="y">a</p><iframe src="/x"></iframe>'
        '<a href="/my/" target="_blank">b</a><!-- c --><form><input></form>'
    )
    assert clean == '<p class="letter-lead">a</p><a href="/my/" rel="noopener noreferrer">b</a>'


@pytest.mark.parametrize("hostile", ["IC-1\r\nBcc: x@evil.example", "IC-1\nTo: x@evil.example"])
def test_case_53_a_subject_is_one_line(hostile: str) -> None:
    out = written("notice_sent", payload("notice_sent", case_number=hostile))
    assert "\n" not in out.subject
    assert "\r" not in out.subject
    long = written("notice_sent", payload("notice_sent", case_number="9" * 500))
    assert len(long.subject) == rendering.SUBJECT_LENGTH


# Language and zone


def test_the_letter_is_in_the_recipients_language_whoever_acts() -> None:
    with translation.override("es"):
        out = written("notice_sent", language="en")
        assert out.title == "We would like to hear from you"
        assert translation.get_language() == "es"


@pytest.mark.parametrize(
    ("given", "spoken"), [("en-GB", "en"), ("es", "es"), ("xx", "en"), ("", "en")]
)
def test_an_unknown_language_becomes_the_default(given: str, spoken: str) -> None:
    assert rendering.language(given) == spoken


@pytest.mark.parametrize("given", ["Nowhere/City", "", "../etc/passwd", "\x00"])
def test_an_unknown_zone_does_not_stop_a_letter(given: str) -> None:
    assert rendering.zone(given).key == "UTC"
    assert written("notice_sent", time_zone=given).text
