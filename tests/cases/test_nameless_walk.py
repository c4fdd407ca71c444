"""The whole way of somebody who reports without a name, and everything that is left of it (IN4).

What is looked at afterwards: every row of every table, the sealed texts opened, the sessions, what
was logged, what was put into the cache, the cookies that were set and the addresses that were led
to. What is looked for: the code, the network address, the browser, the key of the draft, and for
somebody who was signed in and chose to give no name everything that leads to their account.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from cases import receipts, rules
from cases.models import Report, ReportMessage
from cases.services import dialogue
from integrity.accounts.models import User
from notifications.content import unseal_message
from notifications.models import OutboxMessage
from notifications.recipients import references_of
from tests.cases import builders as build
from tests.cases import intake_builders as make
from tests.cases.test_nameless import FOLLOW, INCIDENT, THREAT, code_on, everything, neutral
from tests.cases.test_report_pages import fill, step, text, token

pytestmark = pytest.mark.django_db

ADDRESS = "198.51.100.23"
AGENT = "Zqbrowser/7.7 (Quillphone 3)"
CAME_FROM = "https://zqforum.example/thread/12"


class Browser(Client):
    """A browser that keeps every cookie it was given, and every address it was led to."""

    def __init__(self) -> None:
        super().__init__(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=AGENT, HTTP_REFERER=CAME_FROM)  # type: ignore[no-untyped-call]
        self.given: list[tuple[str, Any]] = []
        self.led_to: list[str] = []

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        self.given += list(response.cookies.items())
        if "Location" in response:
            self.led_to.append(response["Location"])
        return response


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


@pytest.fixture
def cached(monkeypatch: Any) -> list[str]:
    """Every key and value that is put into the cache."""
    seen: list[str] = []
    for name in ("add", "set", "set_many", "incr", "touch", "get_or_set"):
        put = getattr(cache, name)

        def noted(*args: Any, _put: Any = put, **kwargs: Any) -> Any:
            seen.append(repr((args, kwargs)))
            return _put(*args, **kwargs)

        monkeypatch.setattr(cache, name, noted)
    return seen


def report_by_pages(browser: Browser) -> Report:
    first = fill(browser, INCIDENT, code="threats", account=THREAT)
    assert first.status_code == 303
    report = Report.objects.latest("pk")
    assert fill(browser, step(report, "place"), visible_name="Nova K.").status_code == 303
    upload = make.upload("zq-own-name.png", make.told_picture())
    assert fill(browser, step(report, "evidence"), uploads=[upload]).status_code == 303
    if report.reporter_ref:
        assert fill(browser, step(report, "name"), mode="anonymous").status_code == 303
    return Report.objects.latest("pk")


def come_back(code: str, user: User | None) -> Browser:
    browser = Browser()
    if user is not None:
        browser.force_login(user)
    browser.get(FOLLOW)
    assert browser.post(FOLLOW, {"code": code}).status_code == 303
    return browser


@pytest.mark.parametrize("signed_in", [False, True])
def test_nothing_that_leads_to_whoever_reported_is_left(
    scene: make.Scene, cached: list[str], caplog: Any, signed_in: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    user = scene.reporter if signed_in else None
    moderator = build.moderator()
    browser = Browser()
    if user is not None:
        browser.force_login(user)

    report = report_by_pages(browser)
    key = browser.cookies["report-key"].value
    answer = fill(browser, step(report, "check"), good_faith="on")
    code = code_on(text(browser.get(answer["Location"])))
    browsers = [browser]
    report.refresh_from_db()
    assert report.case is not None

    dialogue.ask(
        actor=moderator,
        number=report.case.number,
        report_id=report.public_id,
        body="In which forum was it?",
        uploads=[make.upload("page.txt", b"Is it this page?")],
        form_key="q1",
    )
    browser = come_back(code, user)
    browsers.append(browser)
    page = browser.get(FOLLOW)
    assert "In which forum was it?" in text(page)
    file = report.messages.get().files.get()
    assert browser.get(f"{FOLLOW}files/{file.public_id}/").status_code == 200
    sent = browser.post(
        f"{FOLLOW}answer/",
        {
            "form_token": token(page),
            "body": "In the one of the course.",
            "uploads": [make.upload("zq-own-name.png", make.told_picture())],
        },
    )
    assert sent.status_code == 303
    assert "Your message has arrived" in text(browser.get(FOLLOW))
    browser.post(f"{FOLLOW}leave/")

    build.dismissed(actor=moderator, number=report.case.number, reason="no_violation")
    browser = come_back(code, user)
    browsers.append(browser)
    assert "Closed: no violation was found" in text(browser.get(FOLLOW))
    browser.post(f"{FOLLOW}leave/")
    assert THREAT not in text(browser.get(FOLLOW))

    rows = everything()
    letters = "".join(
        content.subject + content.text
        for content in (unseal_message(row.content_sealed) for row in OutboxMessage.objects.all())
    )
    sessions = "".join(repr(row.get_decoded()) for row in Session.objects.all())
    kept = "\n".join([rows, letters, sessions, caplog.text, *cached])
    assert THREAT in kept
    assert cached, "Floods are counted."
    for secret in (
        *(code, receipts.plain(code), code.lower(), key, ADDRESS, AGENT, "Zqbrowser", CAME_FROM),
        # What the file was called; it is sealed.
        "zq-own-name",
    ):
        assert secret not in kept, secret
    assert str(report.public_id) not in sessions
    if user is not None:
        _nothing_of(user, "\n".join([letters, caplog.text, *cached]))
    else:
        assert not Session.objects.exists()
    for browser in browsers:
        _addresses_say_nothing(browser, report, code)
    _only_the_cookies_that_are_needed(browsers, "sessionid" if signed_in else "csrftoken")


def _nothing_of(user: User, around: str) -> None:
    """Nothing about the case, in letters, logs or the cache leads to this account."""
    marks = [
        *(str(user.public_id), user.public_id.hex, user.email, user.display_name),
        *references_of(user),
        *rules.reporter_refs(user),
    ]
    for mark in marks:
        assert mark not in around, mark
    for model in apps.get_models():
        if model._meta.app_label not in ("cases", "audit", "notifications"):
            continue
        for row in model._default_manager.values():
            for mark in marks:
                assert mark not in repr(row), (model, mark)
        for field in model._meta.concrete_fields:
            if field.related_model is User:
                assert not model._default_manager.filter(**{field.name: user}).exists(), field


def _addresses_say_nothing(browser: Browser, report: Report, code: str) -> None:
    for address in browser.led_to:
        assert code not in address
        assert receipts.plain(code) not in address
        if address.startswith(FOLLOW):
            assert str(report.public_id) not in address


def _only_the_cookies_that_are_needed(browsers: list[Browser], besides: str) -> None:
    """`besides`: the cookie somebody who is signed in had before."""
    writing, *following = browsers
    ours = {name for name, _cookie in writing.given}
    assert ours <= {besides, "csrftoken", "report-key", "report-shown"}, ours
    for browser in following:
        names = {name for name, _cookie in browser.given}
        assert names <= {besides, "csrftoken", "report-follow"}, names
        cookies = [cookie for name, cookie in browser.given if name == "report-follow"]
        opened, left = cookies
        assert (opened["path"], opened["max-age"]) == (FOLLOW, 30 * 60)
        assert opened["httponly"]
        assert opened["samesite"] == "Lax"
        assert (left["path"], left["max-age"]) == (FOLLOW, 0)


def test_of_a_visit_without_a_name_only_the_day_is_kept(scene: make.Scene) -> None:
    """When somebody looks is a trail too: the desk learns that they looked, not when."""
    browser = Browser()
    report = report_by_pages(browser)
    answer = fill(browser, step(report, "check"), good_faith="on")
    code = code_on(text(browser.get(answer["Location"])))
    report.refresh_from_db()
    assert report.case is not None
    moderator = build.moderator()
    message = dialogue.ask(
        actor=moderator,
        number=report.case.number,
        report_id=report.public_id,
        body="In which forum was it?",
        form_key="q1",
    )
    desk = Client()
    desk.force_login(moderator)
    address = f"/desk/cases/{report.case.number}/"
    assert "not seen yet" in text(desk.get(address))

    come_back(code, None).get(FOLLOW)

    read = ReportMessage.objects.get().read_at
    midnight = message.sent_at.replace(hour=0, minute=0, second=0, microsecond=0)
    # As a whole day, or when it was written where that is later.
    assert read in (midnight, message.sent_at)
    page = text(desk.get(address))
    assert "not seen yet" not in page
    assert "seen" in page


def test_the_pages_say_how_to_stay_unknown_and_what_nobody_can_promise(scene: make.Scene) -> None:
    browser = Browser()
    report = report_by_pages(browser)
    answer = fill(browser, step(report, "check"), good_faith="on")
    receipt = text(browser.get(answer["Location"]))
    code = code_on(receipt)
    asked = text(Browser().get(FOLLOW))
    opened = text(come_back(code, None).get(FOLLOW))

    for page in (receipt, asked, opened):
        for words in (
            "Use your own device and your own connection",
            "private window",
            "never the code",
            "What we cannot prevent",
        ):
            assert words in page
    assert "I have written it down" in receipt
    assert f'href="{FOLLOW}"' in receipt
    assert "data-print" in receipt
    assert "We aim to do so by" in receipt
    assert code not in opened
    assert neutral(opened)


def test_a_wrong_code_costs_the_same_slow_work_as_a_right_one(
    scene: make.Scene, monkeypatch: Any
) -> None:
    browser = Browser()
    report = report_by_pages(browser)
    answer = fill(browser, step(report, "check"), good_faith="on")
    code = code_on(text(browser.get(answer["Location"])))
    work: list[str] = []
    slow = receipts.slow

    def counted(quick: str) -> str:
        work.append(quick)
        return slow(quick)

    monkeypatch.setattr(receipts, "slow", counted)
    spent = []
    for typed in (code, receipts.new_code(), "nonsense", report.reference, "-"):
        work.clear()
        Browser().post(FOLLOW, {"code": typed})
        spent.append(len(work))

    assert set(spent) == {1}


def test_the_pages_of_a_draft_pay_no_slow_work(scene: make.Scene, monkeypatch: Any) -> None:
    def slow(_quick: str) -> str:
        raise AssertionError("A draft is held by a key that nobody can guess.")

    with monkeypatch.context() as patch:
        patch.setattr(receipts, "slow", slow)
        browser = Browser()
        report = report_by_pages(browser)
        for slug in ("details", "place", "evidence", "check"):
            assert browser.get(step(report, slug)).status_code == 200
        # Nor for whoever has no key to it.
        assert Browser().get(step(report, "check")).status_code == 302
    answer = fill(browser, step(report, "check"), good_faith="on")
    assert code_on(text(browser.get(answer["Location"])))
