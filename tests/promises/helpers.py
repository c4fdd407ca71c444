"""Short ways to read what the product shows."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from integrity.accounts.models import User
from integrity.courses.models import Course, Enrolment
from notifications.content import unseal_letter, unseal_message
from notifications.models import Letter, OutboxMessage
from policies import pledging
from policies.services import pledges


def pledge(course: Course, *learners: User) -> None:
    """Let learners of a course pledge to everything that applies there."""
    for learner in learners:
        enrolment = Enrolment.objects.get(course=course, learner=learner)
        due = {text.version.document.slug: text.version.number for text in
               pledging.standing(enrolment).texts}  # fmt: skip
        if due:
            pledges.make(actor=learner, course=course, versions=due)


def words(answer: Any) -> str:
    """The text of a page in one line, without markup."""
    return plain(answer.content.decode())


def plain(markup: str) -> str:
    text = re.sub(r"<(script|style).*?</\1>", "", markup, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def page(reader: Any, url: str, status: int = 200) -> str:
    """What `reader` (None: a visitor) reads at `url`."""
    client = Client()
    if reader is not None:
        client.force_login(reader)
    answer = client.get(url)
    assert answer.status_code == status, answer.status_code
    return words(answer)


def letter(event: str) -> str:
    """The only letter of this event, as its reader sees it."""
    return plain(unseal_letter(Letter.objects.get(event=event).content_sealed).html)


def mail(event: str) -> str:
    """The only email of this event: subject and text."""
    content = unseal_message(OutboxMessage.objects.get(event=event).content_sealed)
    return f"{content.subject}\n{content.text}"
