"""Every page around signing in is looked after, and tells nobody who has an account."""

from __future__ import annotations

import re
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import get_resolver

from integrity.accounts.models import User
from tests.web.conftest import PASSWORD, flat

pytestmark = pytest.mark.django_db

NEW = {
    "display_name": "Ines Ferreira",
    "email": "ines@example.edu",
    "password1": "quite a long passphrase",
    "password2": "quite a long passphrase",
}

OPEN_PAGES = {
    "account_login": "/accounts/login/",
    "account_signup": "/accounts/signup/",
    "account_reset_password": "/accounts/password/reset/",
    "account_reset_password_done": "/accounts/password/reset/done/",
    "account_reset_password_from_key": "/accounts/password/reset/key/1-x/",
    "account_reset_password_from_key_done": "/accounts/password/reset/key/done/",
    "account_email_verification_sent": "/accounts/confirm-email/",
    "account_confirm_email": "/accounts/confirm-email/abc/",
    "account_inactive": "/accounts/inactive/",
}
OWN_PAGES = {
    "account_settings": "/accounts/",
    "account_logout": "/accounts/logout/",
    "account_email": "/accounts/email/",
    "account_change_password": "/accounts/password/change/",
    "account_reauthenticate": "/accounts/reauthenticate/",
}
# These lead on to one of the pages above.
LEADING_ON = {"account_set_password", "account_confirm_login_code"}


def test_no_address_around_signing_in_is_forgotten() -> None:
    names = {name for name in get_resolver().reverse_dict if str(name).startswith("account_")}
    assert names == set(OPEN_PAGES) | set(OWN_PAGES) | LEADING_ON


def _looked_after(response: Any) -> None:
    html = flat(response.content)
    assert response.status_code == 200
    assert '<hr class="rule">' in html
    assert html.count("<h1") == 1
    assert html.count("btn--main") <= 1
    for control in re.findall(r"<input(?![^>]*\bhidden\b)[^>]*>", html):
        assert 'class="in' in control, control
        assert "placeholder" not in control, control


@pytest.mark.parametrize("address", OPEN_PAGES.values())
def test_pages_for_everybody(client: Client, address: str) -> None:
    _looked_after(client.get(address))


@pytest.mark.parametrize("address", OWN_PAGES.values())
def test_pages_of_ones_own(signed_in: Client, address: str) -> None:
    _looked_after(signed_in.get(address))


def test_signing_in_says_what_is_missing(client: Client) -> None:
    html = flat(client.post("/accounts/login/", {}).content)
    assert html.count("Enter your email address") == 2
    assert html.count("Enter your password") == 2
    assert "<title>Error: Sign in" in html


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:1"]
)
def test_signing_in_leads_to_pages_here_only(client: Client, amara: User, elsewhere: str) -> None:
    data = {"login": amara.email, "password": PASSWORD, "next": elsewhere}
    assert client.post("/accounts/login/", data)["Location"] == "/"
    data["next"] = "/privacy/"
    assert Client().post("/accounts/login/", data)["Location"] == "/privacy/"


def test_known_and_unknown_look_the_same_when_signing_in(client: Client, amara: User) -> None:
    pages = []
    for login in (amara.email, "nobody@example.edu"):
        response = client.post("/accounts/login/", {"login": login, "password": "wrong"})
        html = flat(response.content).replace(login, "ADDRESS")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html))
    assert pages[0] == pages[1]


def test_an_account_is_made_with_a_name_and_the_language_of_the_page(client: Client) -> None:
    client.post("/language/", {"language": "es"})
    response = client.post("/accounts/signup/", {**NEW, "email": "Ines@Example.edu"})
    assert response["Location"] == "/accounts/confirm-email/"
    user = User.objects.get(email="ines@example.edu")
    assert (user.display_name, user.language) == ("Ines Ferreira", "es")
    assert len(mail.outbox) == 1
    assert client.get("/accounts/").status_code == 302


@pytest.mark.parametrize(
    ("name", "value"),
    [("display_name", ""), ("display_name", " \u200b "), ("display_name", "a\x00b"),
     ("display_name", "x" * 151), ("email", "nothing"), ("password1", "short"), ("password2", "")],
)  # fmt: skip
def test_a_wrong_answer_makes_no_account_and_keeps_the_others(
    client: Client, name: str, value: str
) -> None:
    html = flat(client.post("/accounts/signup/", {**NEW, name: value}).content)
    assert "another look" in html
    assert not User.objects.exists()
    assert not mail.outbox
    if name != "email":
        assert 'value="ines@example.edu"' in html


def test_signing_up_with_a_known_address_looks_the_same(client: Client, amara: User) -> None:
    fresh = client.post("/accounts/signup/", NEW, follow=True)
    known = Client().post("/accounts/signup/", {**NEW, "email": amara.email}, follow=True)
    assert known.redirect_chain == fresh.redirect_chain
    hide = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|[\w.]+@example\.edu')
    assert hide.sub("", flat(known.content)) == hide.sub("", flat(fresh.content))
    assert [message.to for message in mail.outbox] == [["ines@example.edu"], [amara.email]]
    assert mail.outbox[1].subject == "You already have an account"


def test_an_address_is_confirmed_by_the_link(client: Client) -> None:
    client.post("/accounts/signup/", NEW)
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
    assert link is not None
    assert "{" not in str(mail.outbox[0].body)
    page = client.get(link[1])
    _looked_after(page)
    assert "ines@example.edu" in flat(page.content)
    # Opening the link changes nothing: programs that look at mail open links, too.
    assert not EmailAddress.objects.get().verified
    client.post(link[1])
    assert EmailAddress.objects.get().verified


def test_a_forgotten_password_is_replaced_once(client: Client, amara: User) -> None:
    client.post("/accounts/password/reset/", {"email": amara.email})
    link = re.search(
        r"http://testserver(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body)
    )
    assert link is not None
    page = client.get(link[1], follow=True)
    _looked_after(page)
    chosen = {"password1": "another long passphrase", "password2": "another long passphrase"}
    done = client.post(page.redirect_chain[-1][0], chosen)
    assert done["Location"] == "/accounts/password/reset/key/done/"
    amara.refresh_from_db()
    assert amara.check_password("another long passphrase")
    again = Client().get(link[1], follow=True)
    assert "does not work any more" in flat(again.content)


def test_asking_for_a_password_tells_nobody_who_is_here(client: Client, amara: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": amara.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.edu"})
    assert known["Location"] == unknown["Location"]
    assert len(mail.outbox) == 2
    assert "We have no account for it" in str(mail.outbox[1].body)
    for message in mail.outbox:
        assert "amara" not in message.subject.lower()


def test_mail_comes_in_the_language_of_the_account(
    client: Client, amara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils import translation

    User.objects.filter(pk=amara.pk).update(language="es")
    spoken: list[str | None] = []
    send = EmailBackend.send_messages

    def note(self: EmailBackend, messages: Any) -> int:
        spoken.append(translation.get_language())
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", note)
    client.post("/accounts/password/reset/", {"email": amara.email})
    client.post("/accounts/password/reset/", {"email": "nobody@example.edu"})
    assert spoken == ["es", "en"]


@pytest.mark.parametrize("address", ["amara@example.edu", "nobody@example.edu"])
def test_when_the_mail_server_is_down_nothing_is_promised(
    client: Client, amara: User, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(self: EmailBackend, messages: Any) -> int:
        raise SMTPServerDisconnected

    monkeypatch.setattr(EmailBackend, "send_messages", down)
    response = client.post("/accounts/password/reset/", {"email": address})
    assert response.status_code == 503
    assert "Retry-After" in response


def test_changing_the_password_ends_the_session(signed_in: Client, amara: User) -> None:
    data = {
        "oldpassword": PASSWORD,
        "password1": "another long passphrase",
        "password2": "another long passphrase",
    }
    response = signed_in.post("/accounts/password/change/", data)
    assert response.status_code == 302
    assert signed_in.get("/accounts/").status_code == 302


def test_signing_out_is_one_press_and_ends_the_session(signed_in: Client) -> None:
    html = flat(signed_in.get("/accounts/").content)
    assert '<form method="post" action="/accounts/logout/">' in html
    response = signed_in.post("/accounts/logout/", follow=True)
    assert "You are signed out." in flat(response.content)
    assert signed_in.get("/accounts/").status_code == 302


def test_a_second_address_is_added_and_removed(signed_in: Client, amara: User) -> None:
    signed_in.post("/accounts/email/", {"action_add": "", "email": "second@example.edu"})
    assert mail.outbox[-1].to == ["second@example.edu"]
    html = flat(signed_in.get("/accounts/email/").content)
    assert "second@example.edu" in html
    assert "not confirmed yet" in html
    signed_in.post("/accounts/email/", {"action_remove": "", "email": "second@example.edu"})
    assert not EmailAddress.objects.filter(email="second@example.edu").exists()
    amara.refresh_from_db()
    assert amara.email == "amara@example.edu"


def test_too_many_tries_are_asked_to_wait(client: Client) -> None:
    for _ in range(30):
        response = client.post("/accounts/password/reset/", {"email": "nobody@example.edu"})
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert "Please wait a little" in flat(response.content)
