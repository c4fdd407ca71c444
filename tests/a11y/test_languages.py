"""The reader's language on every page: chosen at its foot, said to the reader's machine, kept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.dates import MONTHS

from integrity.accounts.models import User
from integrity.core import clock
from tests.a11y.places import client_of, every_page

pytestmark = pytest.mark.django_db


def test_every_page_can_be_read_in_spanish_and_left_again(settings: Any) -> None:
    pages = every_page()
    problems = []
    for route, places in pages.items():
        for reader, address in places:
            client = client_of(reader)
            for language, other in (("es", "Español"), ("en", "English")):
                choice = {"language": language, "next": address}
                answer = client.post("/language/", choice)
                if answer.headers.get("Location") != address:
                    problems.append(f"{address}: the choice does not lead back")
                page = client.get(address).content.decode()
                if f'<html lang="{language}"' not in re.sub(r"\s+", " ", page):
                    problems.append(f"{address}: is not in {language}")
                # What other sites frame has no forms: the page around it has the choice.
                framed = route in ("policies:embed", "policies:embed_version")
                if not framed and (other not in page or 'action="/language/"' not in page):
                    problems.append(f"{address}: no choice of languages")
    assert not problems, "\n".join(sorted(set(problems)))


def test_what_is_not_translated_is_said_in_english() -> None:
    with translation.override("es"):
        assert translation.gettext("No such sentence in any catalogue.") == (
            "No such sentence in any catalogue."
        )
        assert translation.gettext("Sign in") == "Iniciar sesión"


def test_dates_are_spanish(client: Client, frozen_clock: Any) -> None:
    client.cookies["django_language"] = "es"
    page = client.get("/policies/").content.decode()
    assert "Normas" in page
    with translation.override("es"):
        from integrity.web.dates import day_words

        told = day_words(clock.now().date(), "full")
        assert told == "lunes 2 de marzo de 2026"
        assert str(MONTHS[3]) == "marzo"


def test_a_language_from_right_to_left_turns_the_page(client: Client, settings: Any) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    page = re.sub(r"\s+", " ", client.get("/privacy/").content.decode())
    assert '<html lang="ar" dir="rtl"' in page
    person = User.objects.create(email="a@example.edu", display_name="Amal", language="ar")
    client.force_login(person)
    page = re.sub(r"\s+", " ", client.get("/my/").content.decode())
    assert '<html lang="ar" dir="rtl"' in page
