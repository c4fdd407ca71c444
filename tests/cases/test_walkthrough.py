"""The walkthrough and the demo, as an operator calls them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from cases.models import Case

SHARED = Path(settings.BASE_DIR).parent / "shared" / "data" / "answers"

pytestmark = pytest.mark.django_db(transaction=True)


def walk(*options: str) -> str:
    out = io.StringIO()
    call_command("walkthrough", *options, stdout=out)
    return out.getvalue()


def test_the_walkthrough_leads_from_a_flag_to_a_history_that_verifies(mailoutbox: list) -> None:
    said = walk()
    assert '"ok": true' in said
    assert "Done. The case is IC-" in said
    subjects = [mail.subject for mail in mailoutbox]
    assert len(subjects) == 6
    assert not any("lagiar" in mail.subject + mail.body for mail in mailoutbox)
    number = Case.objects.get().number
    again = walk()
    assert number not in again
    assert Case.objects.count() == 2


@pytest.mark.skipif(not SHARED.exists(), reason="the answers of ../shared/data are not here")
def test_an_answer_is_flagged_against_its_article(mailoutbox: list) -> None:
    said = walk(
        "--flag", str(SHARED / "g2pA_taska.txt"), "--source", str(SHARED / "orig_taska.txt")
    )
    assert '"ok": true' in said


@pytest.mark.parametrize(
    "options", [("--flag", "nothing.txt", "--source", "nothing.txt"), ("--flag", "x.txt")]
)
def test_bad_use_ends_with_2(options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as error:
        walk(*options)
    assert error.value.returncode == 2
    assert not Case.objects.exists()


def test_the_demo_is_refused_in_production(settings: object) -> None:
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    for command in ("seed_demo", "walkthrough"):
        with pytest.raises(CommandError) as error:
            call_command(command, stdout=io.StringIO())
        assert error.value.returncode == 2
