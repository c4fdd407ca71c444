"""Reports that the office writes down for somebody who called, wrote or came (IN10)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from cases import informants, receipts, rules, workflow
from cases.enums import ReportMode, ReportStatus
from cases.evidence import store
from cases.models import Case, Evidence, Report, Respondent
from cases.selectors import report as selectors
from cases.selectors.dialogue import reviews_waiting, waiting_reviews
from cases.services import entry, review, triage
from integrity.accounts.models import User
from integrity.audit.models import Event, EventValue
from integrity.core.errors import Conflict, InvalidInput, NotPermitted
from integrity.web.forms import new_form_token
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases import intake_builders as make
from tests.courses import builders as base

pytestmark = pytest.mark.django_db

NAME = "Petronella Quist-Vandermolen"
PHONE = "+31 20 555 0147"
EMAIL = "petronella.quist@example.org"
PERSON = entry.Person(NAME, EMAIL, PHONE)
URL = "/desk/reports/new/"


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


@pytest.fixture
def clerk(scene: make.Scene) -> User:
    return build.moderator("Clara Clerk")


def enter(scene: make.Scene, clerk: User, **changes: Any) -> entry.Entered:
    return entry.enter(
        **{
            "actor": clerk,
            "institution": scene.platform,
            "received_by": "phone",
            "mode": "confidential",
            "person": PERSON,
            "kind": "flag",
            "about": str(scene.submission.public_id),
            "violation_type": "plagiarism",
            "account": make.WORDS,
            "good_faith": True,
            "form_key": "the-form",
            **changes,
        }
    )


def number_of(report: Report) -> str:
    assert report.case is not None
    return report.case.number


def with_account(email: str = EMAIL, *, verified: bool = True) -> User:
    user = base.person("Petronella Q.", email=email)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def typed(**changes: Any) -> dict[str, Any]:
    told = {
        "form_token": new_form_token(),
        "received_by": "phone",
        "mode": "confidential",
        "name": NAME,
        "email": EMAIL,
        "kind": "violation",
        "account": "Answers were sold in a chat.",
        "good_faith": "on",
        **changes,
    }
    return {name: value for name, value in told.items() if value is not None}


def everything_written() -> str:
    """All that the history and the outbox hold in the clear."""
    rows: list[Any] = [
        *Event.objects.values(),
        *EventValue.objects.values(),
        *OutboxMessage.objects.values(),
        *Letter.objects.values(),
        *Report.objects.values(),
        *Case.objects.values(),
        *Evidence.objects.values(),
    ]
    return repr(rows)


# Who told us


def test_the_report_is_filed_like_any_other_and_names_the_clerk(
    scene: make.Scene, clerk: User
) -> None:
    made = enter(scene, clerk).report
    case = Case.objects.get()
    assert (made.case, made.status) == (case, ReportStatus.SUBMITTED)
    assert (made.entered_by, made.received_by) == (clerk, "phone")
    assert made.good_faith_statement
    assert made.processing_notice
    assert Respondent.objects.get().user == scene.learner
    event = Event.objects.get(action="report.entered")
    assert event.actor_kind == "user"
    assert event.data["received_by"] == "phone"
    assert not Event.objects.filter(action="report.received").exists()


@pytest.mark.parametrize("verified", [True, False, None])
def test_whether_the_address_has_an_account_shows_nowhere_at_the_desk(
    scene: make.Scene, clerk: User, client: Client, verified: bool | None
) -> None:
    if verified is not None:
        with_account(verified=verified)
    made = enter(scene, clerk, mode="named").report
    assert bool(made.reporter_ref) is bool(verified)
    kinds = set(Event.objects.filter(case_number=number_of(made)).values_list("actor_kind"))
    assert kinds <= {("user",), ("system",)}
    client.force_login(clerk)
    page = client.get(reverse("desk:entered", args=[made.public_id]))
    case = client.get(f"/desk/cases/{number_of(made)}/").content.decode()
    # A name shows once the case is open, and then as it was given.
    assert "Petronella" not in case
    officer = build.officer()
    triage.open_case(actor=officer, number=number_of(made))
    client.force_login(officer)
    case = client.get(f"/desk/cases/{number_of(made)}/").content.decode()
    assert NAME in case
    assert "Petronella Q." not in case
    assert "If the address is that of an account" in page.content.decode()


def test_somebody_with_an_account_gets_the_letter_and_finds_the_report(
    scene: make.Scene, clerk: User, client: Client
) -> None:
    person = with_account()
    made = enter(scene, clerk).report
    found = selectors.my_report(person, made.public_id)
    assert found.report == made
    assert [letter.event for letter in found.letters] == ["report_received"]
    client.force_login(person)
    assert make.WORDS in client.get(f"/my/reports/{made.public_id}/").content.decode()
    letter = client.get(f"/my/letters/{found.letters[0].public_id}/").content.decode()
    assert "somebody of the office wrote it down for you" in letter


def test_an_address_that_nobody_confirmed_leads_to_no_account(
    scene: make.Scene, clerk: User
) -> None:
    thief = with_account(verified=False)
    made = enter(scene, clerk).report
    assert not rules.own_reports(thief).exists()
    assert not made.reporter_ref
    assert not OutboxMessage.objects.exists()


def test_the_address_of_a_closed_account_leads_to_the_kept_one(
    scene: make.Scene, clerk: User
) -> None:
    kept = base.person("Petronella Kept")
    closed = with_account()
    User.objects.filter(pk=closed.pk).update(closed_into=kept, is_active=False)
    enter(scene, clerk)
    assert rules.own_reports(User.objects.get(pk=kept.pk)).count() == 1


def test_name_and_contact_are_nowhere_in_the_clear(
    scene: make.Scene, clerk: User, caplog: Any
) -> None:
    with_account()
    made = enter(scene, clerk).report
    written = everything_written() + caplog.text
    for canary in (NAME, PHONE, EMAIL, "Petronella"):
        assert canary not in written
    kept = informants.opened(made.informant_sealed or b"")
    assert (kept.name, kept.contact) == (NAME, f"{EMAIL} · {PHONE}")
    assert NAME not in repr(kept)
    assert NAME not in repr(PERSON)


def test_nobody_named_gives_a_code_that_leads_back_to_the_report(
    scene: make.Scene, clerk: User
) -> None:
    made = enter(scene, clerk, mode="anonymous", person=entry.Person())
    assert selectors.by_code(made.code) == made.report.public_id
    assert (made.report.reporter_ref, made.report.informant_sealed) == ("", None)
    assert receipts.plain(made.code) not in everything_written()
    again = enter(scene, clerk, mode="anonymous", person=entry.Person())
    assert (again.code, again.report) == (made.code, made.report)
    # The key of the form, from which the code is made, is not kept either.
    assert "the-form" not in everything_written()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mode": "secret"}, "mode"),
        ({"mode": "anonymous"}, "mode"),
        ({"person": entry.Person("", EMAIL)}, "name"),
        ({"person": entry.Person(NAME)}, "email"),
        ({"person": entry.Person(NAME, "no address")}, "email"),
        ({"person": entry.Person("x" * 151, EMAIL)}, "name"),
        ({"received_by": "web"}, "received_by"),
        ({"received_by": "import"}, "received_by"),
        ({"good_faith": False}, "good_faith"),
        ({"kind": "gossip"}, "kind"),
        ({"about": "no id"}, "about"),
        ({"course": "no-such-course"}, "course"),
        ({"violation_type": "gossip"}, "violation_type"),
        ({"links": ["javascript:alert(1)"]}, "links"),
        ({"kind": "violation", "about": "", "account": ""}, "account"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(
    scene: make.Scene, clerk: User, root: Path, changes: dict[str, Any], field: str
) -> None:
    with make.nothing_changes(root), pytest.raises(InvalidInput) as refused:
        enter(scene, clerk, **changes)
    assert field in refused.value.fields


def test_the_same_form_is_one_report_and_with_other_words_a_conflict(
    scene: make.Scene, clerk: User
) -> None:
    first = enter(scene, clerk).report
    assert enter(scene, clerk).report == first
    with pytest.raises(Conflict):
        enter(scene, clerk, account="Other words.")
    assert Report.objects.count() == 1


def test_a_flag_may_be_told_in_words_alone(scene: make.Scene, clerk: User) -> None:
    made = enter(scene, clerk, about="", course=scene.course.slug, violation_type="").report
    assert (made.submission, made.course) == (None, scene.course)


def test_the_address_of_work_or_post_is_enough(scene: make.Scene, clerk: User) -> None:
    address = f"https://learn.example/courses/x/posts/{scene.post.public_id}/"
    made = enter(scene, clerk, kind="incident", about=address, violation_type="threats").report
    assert made.post == scene.post
    assert Case.objects.get().urgent


def test_ones_own_report_is_made_like_everybody_elses(scene: make.Scene, clerk: User) -> None:
    EmailAddress.objects.create(user=clerk, email=clerk.email, verified=True, primary=True)
    with pytest.raises(InvalidInput) as refused:
        enter(scene, clerk, person=entry.Person("Clara", clerk.email))
    assert "email" in refused.value.fields


def test_case_33_whom_it_is_about_makes_no_difference_to_the_clerk(
    scene: make.Scene, clerk: User, client: Client
) -> None:
    client.force_login(clerk)
    pages = []
    gone = base.person("Gone Person", is_active=False)
    base.enrol(scene.course, gone)
    deleted = base.submission(scene.assignment, gone)
    for about in (scene.submission.public_id, deleted.public_id):
        answer = client.post(URL, typed(kind="flag", about=str(about), email="a@example.org"))
        assert answer.status_code == 303
        pages.append(client.get(answer["Location"]).content.decode())
    shapes = [re.sub(r"R-\w{4}-\w{4}|IC-\d+-\d+|[\w-]{36,}", "…", page) for page in pages]
    assert shapes[0] == shapes[1]


# Who may enter what


def test_an_institutions_own_staff_enter_for_it_and_for_nobody_else(scene: make.Scene) -> None:
    partner = base.institution(slug="partner", name="Partner University")
    clerk = build.moderator("Pat Ner", partner)
    with pytest.raises(NotPermitted):
        enter(scene, clerk)
    with pytest.raises(InvalidInput) as refused:
        enter(scene, clerk, institution=partner)
    hidden = refused.value.fields["about"]
    with pytest.raises(InvalidInput) as refused:
        enter(scene, clerk, institution=partner, about="00000000-0000-4000-8000-000000000000")
    # Work elsewhere is as if it did not exist.
    assert refused.value.fields["about"] == hidden
    made = enter(scene, clerk, institution=partner, kind="violation", about="").report
    assert made.institution == partner


def test_whoever_is_not_of_the_desk_enters_nothing(scene: make.Scene) -> None:
    for person in (scene.reporter, build.auditor(), build.administrator()):
        with pytest.raises(NotPermitted):
            enter(scene, person)
    assert not Report.objects.exists()


def test_a_clerk_in_conflict_enters_it_and_does_not_see_the_case(
    scene: make.Scene, clerk: User, client: Client
) -> None:
    base.teach(scene.course, clerk)
    made = enter(scene, clerk).report
    client.force_login(clerk)
    page = client.get(reverse("desk:entered", args=[made.public_id])).content.decode()
    assert number_of(made) not in page
    assert client.get(f"/desk/cases/{number_of(made)}/").status_code == 404


# The clerk knows who reported (decision 0024)


def test_whoever_wrote_it_in_confidence_neither_takes_the_case_nor_decides_it(
    scene: make.Scene,
) -> None:
    clerk = build.officer("Olga Clerk")
    number = number_of(enter(scene, clerk).report)
    with pytest.raises(Conflict):
        triage.claim(actor=clerk, number=number)
    with pytest.raises(NotPermitted):
        triage.open_case(actor=clerk, number=number)
    with pytest.raises(NotPermitted):
        triage.dismiss(actor=clerk, number=number, reason="not_enough")
    case = Case.objects.get()
    for action in workflow.BY_STRANGERS - {"open", "dismiss"}:
        step = workflow.TABLE[action]
        case.status = next(iter(step.sources))
        with pytest.raises(NotPermitted):
            workflow.require(action, actor=clerk, case=case, respondent=None)
    triage.add_note(actor=clerk, number=number, body="They called again.", form_key="n")
    assert triage.open_case(actor=build.officer(), number=number).assignee is not None


def test_whoever_wrote_it_in_confidence_does_not_look_at_its_dismissal_again(
    scene: make.Scene, client: Client
) -> None:
    officer, second = build.officer(), build.officer("Renata Villaseñor")
    made = enter(scene, officer).report
    build.dismissed(actor=second, number=number_of(made), reason="not_enough")
    made.refresh_from_db()
    asked = review.ask(report=made, text="Please look once more.", form_key="again")
    assert reviews_waiting(officer).count() == 0
    assert [row.may for row in waiting_reviews(officer)] == ["involved"]
    with pytest.raises(NotPermitted):
        review.decide(
            actor=officer,
            number=number_of(made),
            review_id=asked.public_id,
            outcome="stands",
            reasons="It was looked at.",
        )
    third = build.officer("Ingrid Solheim")
    assert reviews_waiting(third).count() == 1
    for reader, offered in ((officer, False), (third, True)):
        client.force_login(reader)
        page = client.get(f"/desk/cases/{number_of(made)}/").content.decode()
        assert ("Decide the review" in page) is offered


def test_what_was_given_with_a_name_the_clerk_may_take(scene: make.Scene, clerk: User) -> None:
    number = number_of(enter(scene, clerk, mode="named").report)
    assert triage.claim(actor=clerk, number=number).assignee == clerk


def test_the_case_page_says_who_wrote_it_down(
    scene: make.Scene, clerk: User, client: Client
) -> None:
    number = number_of(enter(scene, clerk).report)
    client.force_login(build.officer())
    page = client.get(f"/desk/cases/{number}/").content.decode()
    assert "By telephone" in page
    assert "Clara Clerk" in page
    assert "You know who told us" not in page
    client.force_login(clerk)
    page = client.get(f"/desk/cases/{number}/").content.decode()
    assert "You know who told us" in page
    assert "Open the case" not in page


# The page


def test_a_report_is_entered_on_one_page(scene: make.Scene, clerk: User, client: Client) -> None:
    client.force_login(clerk)
    page = client.get(URL).content.decode()
    assert "Plagiarism" in page
    assert "Threats" in page
    told = typed(
        course=scene.course.slug,
        violation_type="plagiarism",
        links="https://example.org/a\nhttps://example.org/b",
        uploads=[make.upload("letter.png", make.picture())],
        day="2026-11-02",
    )
    answer = client.post(URL, told)
    assert answer.status_code == 303
    report = Report.objects.get()
    assert report.evidence.count() == 3
    assert report.incident_day_only
    assert report.mode == ReportMode.CONFIDENTIAL
    page = client.get(answer["Location"]).content.decode()
    assert report.reference in page
    assert NAME not in page
    client.post(URL, told | {"uploads": [make.upload("letter.png", make.picture())]})
    assert Report.objects.count() == 1


def test_a_code_is_shown_once_and_kept_by_no_cache(
    scene: make.Scene, clerk: User, client: Client
) -> None:
    client.force_login(clerk)
    told = typed(mode="anonymous", name=None, email=None)
    answer = client.post(URL, told)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    report = Report.objects.get()
    signs = re.sub(r"<[^>]+>", "", answer.content.decode())
    code = re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", signs)
    assert code
    assert selectors.by_code(code.group()) == report.public_id
    later = client.get(reverse("desk:entered", args=[report.public_id])).content.decode()
    assert code.group()[:9] not in later
    visitor = Client()
    assert visitor.post("/report/follow/", {"code": code.group()}).status_code == 303


def test_errors_stand_at_their_fields_and_typed_words_stay(
    scene: make.Scene, clerk: User, client: Client, root: Path
) -> None:
    client.force_login(clerk)
    with make.nothing_changes(root):
        answer = client.post(URL, typed(name="", received_by=None, account="Kept words."))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Kept words." in page
    assert 'href="#id_received_by_0"' in page


def test_case_48_on_a_full_disk_typed_words_stay(
    scene: make.Scene, clerk: User, client: Client, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(content: bytes, *, purpose: str) -> str:
        raise store.StorageFull

    client.force_login(clerk)
    monkeypatch.setattr(store, "write", full)
    uploads = [make.upload("letter.png", make.picture())]
    with make.nothing_changes(root):
        answer = client.post(URL, typed(account="Kept words.", uploads=uploads))
    assert answer.status_code == 507
    assert "Kept words." in answer.content.decode()
    assert "cannot store files at the moment" in answer.content.decode()


def test_case_32_a_forged_form_is_refused_and_typed_words_stay(
    scene: make.Scene, clerk: User, client: Client, root: Path
) -> None:
    client.force_login(clerk)
    with make.nothing_changes(root):
        answer = client.post(URL, typed(form_token="forged", account="Kept words."))
    assert answer.status_code == 400
    assert "Kept words." in answer.content.decode()


def test_case_34_too_much_is_refused(scene: make.Scene, clerk: User, client: Client) -> None:
    client.force_login(clerk)
    many = client.post(URL, typed(**{f"field{n}": "x" for n in range(10_000)}))
    large = client.generic("POST", URL, b"x" * (20 * 1024 * 1024), content_type="text/plain")
    assert 400 <= many.status_code < 500
    assert large.status_code == 413
    assert not Report.objects.exists()


def test_what_was_entered_is_shown_to_its_clerk_alone(
    scene: make.Scene, clerk: User, client: Client
) -> None:
    made = enter(scene, clerk).report
    client.force_login(build.officer())
    answer = client.get(reverse("desk:entered", args=[made.public_id]))
    assert answer.status_code == 404
