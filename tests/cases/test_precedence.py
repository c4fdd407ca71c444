"""Which text says what in a case where several apply (PO5)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import cases
from cases import letters
from cases.enums import FindingOutcome
from cases.governing import texts
from cases.models import Case, Determination, Notice
from cases.selectors.case_page import case_page
from cases.selectors.precedence import precedence
from cases.services import allegation, notice
from integrity.accounts.models import User
from integrity.core.calendar import add_working_days
from integrity.core.errors import InvalidInput
from integrity.courses.selectors import holidays
from notifications.content import unseal_letter
from notifications.models import Letter
from policies.enums import StandardOfProof
from tests.cases import builders as build
from tests.cases.partner_builders import OWN_REFUND, Partner
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Partner:
    return Partner()


def page(user: User, name: str, number: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(name, args=[number]))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def letter(event: str) -> str:
    return unseal_letter(Letter.objects.get(event=event).content_sealed).html


def test_nothing_in_cases_asks_one_text_for_what_several_say() -> None:
    rooms = (path for path in Path(cases.__file__).parent.rglob("*.py"))
    asking = [path.name for path in rooms if "process_terms" in path.read_text("utf-8")]
    assert asking == []


# What can be alleged


def test_an_allegation_takes_the_words_of_the_text_that_governs_them(partner: Partner) -> None:
    partner.opened()
    general = partner.platform_text
    other = general.violation_types.get(code="unauthorised_collaboration")

    def add(pk: int) -> None:
        allegation.add(
            actor=partner.moderator,
            number=partner.number,
            respondent_id=partner.rid,
            violation_type_id=pk,
            completion="completed",
            description="Two essays are one.",
        )

    with pytest.raises(InvalidInput):
        add(general.violation_types.get(code="plagiarism").pk)
    add(partner.version.violation_types.get(code="plagiarism").pk)
    # What only the platform's text names stands beside it.
    add(other.pk)
    titles = partner.respondent.allegations.values_list("violation_type__title", flat=True)
    assert list(titles) == ["Plagiarism at the college", other.title]


def test_a_type_of_a_text_that_is_none_of_the_cases_cannot_be_alleged(partner: Partner) -> None:
    partner.opened()
    foreign = build.policy()
    for violation in (foreign.violation_types.first(), None):
        with pytest.raises(InvalidInput):
            allegation.add(
                actor=partner.moderator,
                number=partner.number,
                respondent_id=partner.rid,
                violation_type_id=violation.pk if violation else 10**9,
                completion="completed",
                description="It is not so.",
            )


# Windows, standard, consequences, refunds


def test_the_institutions_window_and_standard_govern_and_the_platforms_where_it_is_silent(
    partner: Partner,
) -> None:
    partner.found()
    sent = Notice.objects.get()
    zone, closed = partner.institution.time_zone, holidays(partner.institution)
    assert sent.due_at == add_working_days(sent.sent_at, 15, zone=zone, holidays=closed)
    made = partner.propose(["warning_written"])
    assert made.standard_of_proof == StandardOfProof.CLEAR
    assert made.decided_at is not None
    days = texts(World().case).terms.appeal_working_days
    assert made.appeal_until == add_working_days(made.decided_at, days, zone=zone, holidays=closed)


def test_where_the_institution_decides_only_its_own_consequences_can_follow(
    partner: Partner,
) -> None:
    partner.found()
    with pytest.raises(InvalidInput) as refused:
        partner.propose(["temporary_suspension"], params={"temporary_suspension": {"days": 3}})
    assert "consequences" in refused.value.fields
    assert partner.propose(["warning_written"]).decided_at is not None


def test_elsewhere_a_supplement_adds_to_the_platforms_consequences(partner: Partner) -> None:
    Case.objects.update(institution_decides=False)
    partner.found()
    made = partner.propose(
        ["temporary_suspension", "warning_written"], params={"temporary_suspension": {"days": 3}}
    )
    owners = {
        row.code: row.consequence.version.document.institution
        for row in made.sanctions.select_related("consequence__version__document__institution")
    }
    assert owners == {"temporary_suspension": None, "warning_written": partner.institution}


def test_terms_of_the_course_hold_before_the_platforms_and_after_the_institutions(
    partner: Partner,
) -> None:
    terms = build.policy(
        partner.institution,
        violations=(("plagiarism", "Plagiarism in this course", "1"),),
        consequences=(),
        response_working_days=3,
        appeal_working_days=4,
        no_refunds="",
    )
    terms.document.course = partner.case.course
    terms.document.save()
    Case.objects.update(course_terms=terms)
    found = texts(partner.fresh())
    assert found.in_order == (partner.version, terms, partner.platform_text)
    assert found.terms.response_working_days == 15
    assert found.terms.appeal_working_days == 4
    assert found.no_refunds == OWN_REFUND


# Letters


def test_the_notice_names_every_text_and_only_what_can_follow(partner: Partner) -> None:
    partner.notified()
    said = letter("notice_sent")
    for version in texts(partner.fresh()).in_order:
        assert f'href="{letters.words.site(version.get_absolute_url())}"' in said
    assert said.index(partner.version.get_absolute_url()) < said.index("/honor-code/")
    assert "Plagiarism at the college" in said
    assert str(StandardOfProof.CLEAR.label) in said
    assert "Written warning" in said
    assert "suspension" not in said.lower()


def test_a_text_alone_is_named_alone() -> None:
    world = World().notified()
    assert letters.words.policies(world.case) == ()
    assert "These rules apply together" not in letter("notice_sent")


def test_the_decision_quotes_the_clause_on_refunds_that_governs(partner: Partner) -> None:
    partner.decided()
    said = letter("determination_issued")
    general = partner.platform_text
    assert general.no_refunds
    assert OWN_REFUND in said
    assert general.no_refunds not in said


# Pages


def test_the_desk_sees_what_governs_and_what_it_takes_the_place_of(partner: Partner) -> None:
    partner.opened()
    said = page(partner.moderator, "desk:governing", partner.number)
    section = said[said.index('id="precedence"') : said.index("</main>")]
    assert section.count("<tr") > 2
    assert OWN_REFUND in section
    governing, _mark, replaced = section.partition("Plagiarism at the college")
    assert governing
    assert str(partner.platform_text) in replaced
    assert "decides this case under its own policy" in said


def test_a_text_alone_shows_no_precedence() -> None:
    world = World().opened()
    said = page(world.moderator, "desk:governing", world.number)
    assert 'id="precedence"' not in said
    assert precedence(case_page(world.moderator, world.number).texts) is None


def test_only_what_differs_is_in_the_table(partner: Partner) -> None:
    partner.opened()
    found = precedence(case_page(partner.moderator, partner.number).texts)
    assert found is not None
    assert {key.code for key in found.differ} >= {
        "response_working_days",
        "standard_of_proof",
        "no_refunds",
        "plagiarism",
    }
    for key in found.differ:
        assert len({str(said.value) for said in key.said}) > 1
        assert [said.governs for said in key.said] == [True] + [False] * (len(key.said) - 1)
        assert key.said[0].version == partner.version
    for key in found.agree:
        assert len({str(said.value) for said in key.said}) == 1


def test_the_respondent_reads_which_rules_apply_and_who_decides(partner: Partner) -> None:
    partner.notified()
    said = page(partner.learner, "my:case", partner.number)
    assert "decides this case under its own policy" in said
    assert "It takes the place of this" in said
    for version in texts(partner.fresh()).in_order:
        assert version.get_absolute_url() in said


def test_the_respondent_of_the_platform_reads_nothing_of_it() -> None:
    world = World().notified()
    said = page(world.learner, "my:case", world.number)
    assert "under its own policy" not in said
    assert "It takes the place of this" not in said


def test_the_respondent_appeals_on_the_grounds_that_govern(partner: Partner) -> None:
    own = build.policy(
        partner.institution, appeal_grounds=[{"code": "tone", "title": "The tone was wrong"}]
    )
    Case.objects.update(course_terms=None, supplement=own)
    partner.version = own
    partner.decided()
    said = page(partner.learner, "my:case", partner.number)
    assert "The tone was wrong" in said
    form = page(partner.learner, "my:appeal", partner.number)
    assert 'value="tone"' in form
    assert 'value="new_evidence"' not in form


def test_the_case_page_asks_as_much_however_much_the_texts_say(partner: Partner) -> None:
    partner.opened()

    def asked() -> int:
        user = User.objects.get(pk=partner.moderator.pk)
        user.role_grants()
        with CaptureQueriesContext(connection) as queries:
            case_page(user, partner.number)
        return len(queries)

    few = asked()
    wordy = build.policy(
        partner.institution,
        violations=tuple((f"kind_{n}", f"Kind {n}", str(n)) for n in range(30)),
    )
    Case.objects.update(supplement=wordy)
    assert asked() == few <= 16


def test_findings_stand_on_the_standard_that_governs_on_their_page_too(partner: Partner) -> None:
    partner.answered()
    client = Client()
    client.force_login(partner.officer)
    said = client.get(reverse("desk:findings", args=[partner.number, partner.rid])).content.decode()
    assert str(StandardOfProof.CLEAR.label) in said


def test_a_preview_is_the_letter_that_is_sent(partner: Partner) -> None:
    partner.alleged()
    shown = notice.preview(
        actor=partner.moderator, number=partner.number, respondent_id=partner.rid, questions="How?"
    )
    assert partner.version.get_absolute_url() in shown.html


def test_what_was_found_is_kept_with_the_text_it_stands_in(partner: Partner) -> None:
    partner.decided()
    found = Determination.objects.get().findings.get(outcome=FindingOutcome.SHOWN)
    assert found.allegation.violation_type.version == partner.version
