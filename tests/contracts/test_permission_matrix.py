"""Every address, method and kind of person: `permissions.csv` says who gets in (HOSTILE 15).

A cell is a verdict, not a status code:

- `in`: the page or the step was reached (it may still say that something is missing, 400 or 409)
- `login`: sent to the sign-in page
- `403`, `404`: refused; `404` is what a nonexistent object answers too
- `405`: the address does not take this method from anybody

An address that is in no row fails, and so does a row whose address is gone. After a change,
`PERMISSIONS=write .venv/bin/python -m pytest tests/contracts/test_permission_matrix.py` writes what
is; read the difference line by line before it is committed.
"""

from __future__ import annotations

import csv
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cases import notices
from cases.enums import CaseStatus, DeterminationStatus
from cases.models import (
    AdviserAccess,
    Appeal,
    BulkAction,
    Case,
    CaseLink,
    CaseMerge,
    CaseReport,
    CheckIn,
    Consent,
    Determination,
    DismissalReview,
    InterimMeasure,
    Meeting,
    Report,
    ReportImport,
    RetaliationMark,
    Reveal,
    SavedView,
    StatementRequest,
    Surge,
)
from cases.services import comparing, dialogue, evidence, links, notes, redaction
from integrity.accounts import services as accounts
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.api import tokens
from integrity.core import clock
from integrity.courses.models import Post
from integrity.courses.selectors import platform
from notifications.models import Letter, OutboxMessage
from policies.models import Document, Mailing, Question, Review, ReviewInput, Version
from tests.cases import builders as build
from tests.cases.intake_builders import picture
from tests.cases.test_process import World
from tests.courses import builders as make
from tests.policies.pledged import pledge

TABLE = Path(__file__).with_name("permissions.csv")
PEOPLE = (
    "visitor",
    "learner",
    "accused",
    "reporter",
    "teacher",
    "adviser",
    "moderator",
    "other_moderator",
    "conflicted_moderator",
    "accused_officer",
    "officer",
    "partner_officer",
    "auditor",
    "administrator",
    "suspended",
)
GROUPS = (PEOPLE[:5], PEOPLE[5:10], PEOPLE[10:])
METHODS = ("GET", "POST")
# Steps that look at the answer before they look at the object.
FILLED_IN = {"desk:letter": {"action": "resend"}, "policy_office:start": {"after": "1"}}
# Django's admin is one room: who may not enter it sees none of it.
ADMIN = "admin"
# Asked with tokens instead of sessions: tests/api/test_matrix.py has its own table.
API = "v1"

pytestmark = pytest.mark.django_db


class Scene:
    """A case in review with everything that has an address, and one person of every kind."""

    def __init__(self) -> None:
        platform()
        world = World()
        self.file = evidence.add(
            actor=world.moderator,
            number=world.number,
            kind="file",
            title="Notes",
            upload=SimpleUploadedFile("notes.txt", b"Week 3"),
            form_key="the-file",
        )
        self.picture = evidence.add(
            actor=world.moderator,
            number=world.number,
            kind="file",
            title="Screenshot",
            upload=SimpleUploadedFile("chat.png", picture()),
            form_key="the-picture",
        )
        self.covered = redaction.cover(
            actor=world.moderator,
            number=world.number,
            evidence_id=self.file.public_id,
            spans=[(0, 5)],
            reason="A title that tells too much.",
            form_key="the-covering",
        )[0]
        self.comparison = comparing.make(
            actor=world.moderator,
            number=world.number,
            a=comparing.Given(title="Essay", text="Kept for one use it is not free for any other."),
            b=comparing.Given(title="Source", text="Kept for one use it is not free for any use."),
            form_key="the-comparison",
        )
        self.compared = comparing.attach(
            actor=world.moderator,
            number=world.number,
            public_id=self.comparison.public_id,
            title="Comparison of two texts",
            form_key="the-compared",
        )
        world.answered()
        self.world = world
        case = world.case
        course = case.course
        assert course is not None
        self.people: dict[str, User | None] = {
            "visitor": None,
            "learner": make.person("Lea Peer"),
            "accused": world.learner,
            "reporter": make.person("Ruben Reporter"),
            "teacher": make.teach(course),
            "adviser": build.staff(Role.ADVISER, "Ada Viser"),
            "moderator": world.moderator,
            "other_moderator": build.moderator("Tomasz Other"),
            "conflicted_moderator": build.moderator("Connie Flict"),
            "accused_officer": build.officer("Otto Accused"),
            "officer": world.officer,
            "partner_officer": build.officer("Pat Ner", make.institution()),
            "auditor": build.auditor(),
            "administrator": build.administrator(),
            "suspended": make.person("Sue Spended"),
        }
        make.teach(course, self.person("conflicted_moderator"))
        self.respondent = case.respondents.get()
        build.respondent(case, self.person("accused_officer"), status=CaseStatus.REVIEW)
        for name in ("learner", "reporter", "suspended"):
            pledge(make.enrol(course, self.person(name)))
        pledge(world.enrolment)
        accounts.restrict(
            user=self.person("suspended"),
            kind="suspended",
            source="tests",
            starts_at=clock.now() - timedelta(days=1),
            ends_at=clock.now() + timedelta(days=1),
        )
        self.post: Post = make.post(course, make.person("Paul Poster"))
        self.channel = make.channel(course)
        self.report = self._report()
        self.message_file = dialogue.ask(
            actor=world.moderator,
            number=world.number,
            report_id=self.report.public_id,
            body="Is it this page?",
            uploads=[SimpleUploadedFile("page.txt", b"Week 3")],
            form_key="the-message",
        ).files.get()
        self.note_file = notes.add_note(
            actor=world.moderator,
            number=world.number,
            body="The lecture of week 3.",
            form_key="the-note",
            respondent_id=self.respondent.public_id,
            uploads=[SimpleUploadedFile("week.txt", b"Week 3")],
        ).files.get()
        self.evidence = case.evidence.get(kind="quote")
        self._entered()
        # Against an earlier decision, so that the case can still be in review.
        self.appeal = Appeal.objects.create(
            respondent=self.respondent,
            determination=Determination.objects.create(
                respondent=self.respondent,
                status=DeterminationStatus.SUPERSEDED,
                standard_of_proof="balance",
                reasons_finding="It was shown.",
                proposed_by=build.officer("Former Officer"),
            ),
            grounds=["facts"],
            text="It was not so.",
            form_key="the-appeal",
        )
        self.case_report = CaseReport.objects.create(
            case=case,
            determination=self.appeal.determination,
            kind="determined",
            findings=[{"code": "plagiarism", "title": "Plagiarism", "outcome": "shown"}],
            consequences=[{"code": "no_action", "title": "No action", "state": "active"}],
        )
        self.token, _secret = tokens.create(
            user=self.person("learner"), name="A program", scopes=["reports:read"]
        )
        self._beside()
        self._names()
        self.review = DismissalReview.objects.create(
            report=self.report, case=self.report.case, text="Look again.", form_key="the-review"
        )
        self._noticed()
        self.policy_question = Question.objects.create(
            version=Version.objects.get(document__slug="honor-code", number=1),
            asked_by=self.person("learner"),
            text="Does this hold for group work?",
            form_key="the-question",
        )
        self.letter = Letter.objects.get(event="notice_sent")
        self.failed = OutboxMessage.objects.get(event="response_received")
        self.failed.state = "dead"
        self.failed.save()

    def _noticed(self) -> None:
        """The case may be an answer to another one, is one of many, and the reporter was asked."""
        earlier = build.case(learner=make.person("Ella Earlier"))
        self.mark = RetaliationMark.objects.create(
            kind="report",
            earlier_case=earlier,
            earlier_report=build.report(earlier),
            case=self.world.case,
        )
        self.bulk = BulkAction.objects.create(
            actor=self.person("moderator"), kind="assign", form_key=uuid4().hex
        )
        emptied = build.case(
            institution=self.world.case.institution,
            course=self.world.case.course,
            status="dismissed",
            dismissal_reason="duplicate",
            dismissed_by=self.person("moderator"),
            merged_into=self.world.case,
        )
        self.merged = CaseMerge.objects.create(
            source=emptied,
            target=self.world.case,
            merged_by=self.person("moderator"),
            moved={"status": "triage"},
        )
        self.link = CaseLink.objects.create(
            one=self.world.case,
            other=emptied,
            kind="related",
            added_by=self.person("moderator"),
        )
        self.saved_view = SavedView.objects.create(
            owner=self.person("moderator"), name="All open", query="view=open"
        )
        self.surge = Surge.objects.create(
            institution=self.world.case.institution, about=self.world.learner
        )
        Case.objects.filter(pk=self.world.case.pk).update(surge=self.surge)
        CheckIn.objects.create(report=self.report, days=14)

    def _names(self) -> None:
        """A request to open who reported, and a learner who was asked whether they may be named."""
        self.reveal = Reveal.objects.create(
            case=self.world.case,
            report=self.report,
            purpose="safety",
            reason="A threat.",
            asked_by=self.world.second,
            form_key="the-reveal",
        )
        self.consent = Consent.objects.create(
            case=self.world.case,
            respondent=self.respondent,
            purpose="tell_others",
            to_whom="The dean of studies",
            reason="They could help.",
            asked_by=self.world.moderator,
            form_key="the-consent",
        )

    def _beside(self) -> None:
        """The adviser reads along, the learner is asked to, the teacher was asked a question."""
        self.access = AdviserAccess.objects.create(
            respondent=self.respondent,
            email=self.person("adviser").email,
            adviser=self.person("adviser"),
            accepted_at=clock.now(),
            may_write=True,
            form_key="the-access",
        )
        invited = self.person("learner")
        EmailAddress.objects.create(user=invited, email=invited.email, verified=True, primary=True)
        self.invitation = AdviserAccess.objects.create(
            respondent=self.respondent, email=invited.email, form_key="the-invitation"
        )
        self.statement = StatementRequest.objects.create(
            case=self.world.case,
            person=self.person("teacher"),
            question="What was on the reading list?",
            asked_by=self.world.moderator,
            form_key="the-statement",
        )
        self.measure = InterimMeasure.objects.create(
            case=self.world.case,
            respondent=self.respondent,
            kind="request_to_stop",
            reason="It goes on.",
            ends_at=clock.now() + timedelta(days=7),
            taken_by=self.world.moderator,
            form_key="the-measure",
        )

        self._meetings()

        # Asked whether they are one person; and one whose other account is closed.
        older, newer = self.person("learner"), self.person("suspended")
        self.pair = make.pair(older, newer, status="asked", asked_at=clock.now())
        self.closed_pair = make.pair(
            older, make.person("Lea Peer"), status="closed", closed_at=clock.now()
        )

        self._yearly()

    def _meetings(self) -> None:
        """One that lies ahead, one of which nobody wrote down who came, and one with minutes."""

        def meeting(key: str, days: int, status: str) -> Meeting:
            start = clock.now() + timedelta(days=days)
            row = Meeting.objects.create(
                case=self.world.case,
                respondent=self.respondent,
                about="How it came about.",
                place="Room 5",
                status=status,
                starts_at=start,
                ends_at=start + timedelta(minutes=45),
                invited_by=self.world.moderator,
                form_key=key,
            )
            row.slots.create(starts_at=start, ends_at=row.ends_at)
            row.people.create(capacity="desk", user=self.world.moderator, attended=True)
            row.people.create(capacity="learner", user=self.respondent.user, attended=True)
            return row

        self.meeting = meeting("the-meeting", 2, "agreed")
        self.begun = meeting("the-begun-meeting", -1, "agreed")
        self.talk = meeting("the-held-meeting", -2, "held")
        self.minutes = self.talk.minutes.create(
            number=1, text="She said how.", written_by=self.world.moderator, form_key="minutes"
        )

    def _yearly(self) -> None:
        """A review that is open, one that is closed, and a message to many people under way."""
        code = Document.objects.get(slug="honor-code")
        admin, at = self.person("administrator"), clock.now()
        self.held = Review.objects.create(
            document=code,
            due_on=at.date(),
            meeting_at=at,
            meeting_place="Room 5",
            minutes="We read it.",
            outcome="Nothing changes.",
            closed_at=at,
            closed_by=admin,
        )
        review = Review.objects.create(document=code, due_on=at.date())
        self.policy_input = ReviewInput.objects.create(
            review=review, author=self.person("learner"), text="Clearer.", form_key="the-input"
        )
        self.mailing = Mailing.objects.create(
            kind="new_version",
            version=code.versions.get(number=1),
            started_by=admin,
            form_key="the-mailing",
        )

    def _entered(self) -> None:
        """A report that the officer wrote down, and a list of reports they have sent."""
        officer = self.person("officer")
        self.entered = build.report(
            self.world.case,
            make.person("Ina Formant"),
            mode="named",
            entered_by=officer,
            received_by="phone",
        )
        self.list = ReportImport.objects.create(
            institution=platform(),
            uploaded_by=officer,
            path=f"ab/cd/{uuid4().hex}",
            sha256="0" * 64,
            lines=[
                {"line": 2, "kind": "flag", "errors": {}, "reference": "", "known": False},
                {
                    "line": 3,
                    "kind": "",
                    "errors": {"kind": ["Choose what is reported."]},
                    "reference": "",
                    "known": False,
                },
            ],
            form_key="the-list",
        )

    def person(self, name: str) -> User:
        user = self.people[name]
        assert user is not None
        return user

    def _report(self) -> Report:
        case = Case.objects.get(number=self.world.number)
        return build.report(case, self.person("reporter"))

    def arguments(self, route: str) -> dict[str, Any]:
        """How the address of this route is filled in."""
        case = {"number": self.world.number}
        course = self.world.case.course
        assert course is not None
        submission = self.world.submission
        allegation = self.respondent.allegations.get().public_id
        mine: dict[str, Any] = {
            "account_confirm_email": {"key": "no-such-key"},
            "account_reset_password_from_key": {"uidb36": "1", "key": "no-such-key"},
            "courses:course": {"slug": course.slug},
            "courses:assignment": {
                "slug": course.slug,
                "public_id": submission.assignment.public_id,
            },
            "courses:submission": {
                "slug": course.slug,
                "assignment_id": submission.assignment.public_id,
                "public_id": submission.public_id,
            },
            "courses:post": {"slug": course.slug, "public_id": self.post.public_id},
            "courses:permits": {
                "slug": course.slug,
                "public_id": submission.assignment.public_id,
            },
            "courses:channel": {"slug": course.slug, "public_id": self.channel.public_id},
            "messages:conversation": {"public_id": self.person("teacher").public_id},
            "notifications:letter": {"public_id": self.letter.public_id},
            "pledges:course": {"slug": course.slug},
            "pledges:current": {"slug": "honor-code"},
            "pledges:version": {"slug": "honor-code", "number": 2},
            "pledges:in_course": {"slug": "honor-code", "number": 2, "course": course.slug},
            "pledges:export": {"slug": "honor-code", "number": 2},
            "pledges:remind": {"slug": "honor-code", "number": 2},
            "report:good_faith": {"version": notices.current_good_faith().version},
            "report:processing": {"version": notices.current_processing().version},
            "policies:document": {"slug": "honor-code"},
            "policies:compare": {"slug": "honor-code"},
            "policies:version": {"slug": "honor-code", "number": 1},
            "policies:embed": {"slug": "honor-code"},
            "policies:embed_version": {"slug": "honor-code", "number": 1},
            "policies:helpful": {"slug": "honor-code", "number": 1},
            "policies:ask": {"slug": "honor-code", "number": 1},
            "policies:review": {"slug": "honor-code"},
            **{
                f"policy_reviews:{name}": {"slug": "honor-code"}
                for name in ("review", "meeting", "invite", "record", "telling", "medium", "email")
            },
            "policy_reviews:answer": {
                "slug": "honor-code",
                "public_id": self.policy_input.public_id,
            },
            "policy_reviews:held": {"slug": "honor-code", "public_id": self.held.public_id},
            "policy_reviews:new_version": {"slug": "honor-code", "number": 1},
            "policy_reviews:mailing": {"public_id": self.mailing.public_id},
            "policy_reviews:stop": {"public_id": self.mailing.public_id},
            "policy_desk:question": {"public_id": self.policy_question.public_id},
            **{
                f"policy_office:{name}": {"slug": "honor-code"}
                for name in ("document", "names", "start")
            },
            **{
                f"policy_office:{name}": {"slug": "honor-code", "number": 1}
                for name in ("text", "terms", "violations", "consequences", "check", "delete")
            },
            "report:resume": {"report_id": self.report.public_id},
            "report:sent": {"report_id": self.report.public_id},
            "report:discard": {"report_id": self.report.public_id},
            "report:step": {"report_id": self.report.public_id, "slug": "details"},
            "evidence:file": {"evidence_id": self.file.public_id},
            # It lives two minutes and is made when it is asked for; in other hands it is nothing.
            "files:file": {
                "token": links.token(
                    actor=self.person("moderator"), evidence_id=self.file.public_id
                )
            },
            "my:report": {"report_id": self.report.public_id},
            "my:report_file": {
                "report_id": self.report.public_id,
                "file_id": self.message_file.public_id,
            },
            "report:follow_file": {"file_id": self.message_file.public_id},
            "desk:message_file": {**case, "file_id": self.message_file.public_id},
            "desk:note_file": {**case, "file_id": self.note_file.public_id},
            "my:note_file": {**case, "file_id": self.note_file.public_id},
            "advising:note_file": {
                "access_id": self.access.public_id,
                "file_id": self.note_file.public_id,
            },
            "desk:leaver": {"public_id": self.person("moderator").public_id},
            "my:answer_report": {"report_id": self.report.public_id},
            "my:review": {"report_id": self.report.public_id},
            "my:check_in": {"report_id": self.report.public_id},
            **{
                f"desk:retaliation_{name}": {"public_id": self.mark.public_id}
                for name in ("mark", "nothing", "take_up")
            },
            "desk:surge": {"public_id": self.surge.public_id},
            "desk:saved_view": {"public_id": self.saved_view.public_id},
            "desk:bulk_undo": {"public_id": self.bulk.public_id},
            "desk:merge_undo": {**case, "public_id": self.merged.public_id},
            "desk:unlink": {**case, "public_id": self.link.public_id},
            "desk:bad_faith": {**case, "public_id": self.report.public_id},
            "desk:bad_faith_back": {**case, "public_id": self.report.public_id},
            "desk:ask": {**case, "public_id": self.report.public_id},
            "desk:identity_ask": {**case, "public_id": self.report.public_id},
            "desk:identity_answer": {**case, "public_id": self.reveal.public_id},
            "desk:identity_read": {**case, "public_id": self.reveal.public_id},
            "desk:ask_consent": {
                **case,
                "kind": "reporter",
                "public_id": self.report.public_id,
            },
            "desk:use_consent": {**case, "public_id": self.consent.public_id},
            "my:consent": {"public_id": self.consent.public_id},
            "my:consent_withdraw": {"public_id": self.consent.public_id},
            "desk:review": {**case, "public_id": self.review.public_id},
            "my:case": case,
            "my:answer": case,
            "my:answered": case,
            "my:appeal": case,
            "my:more_time": case,
            "my:appealed": case,
            "my:evidence": {**case, "public_id": self.evidence.public_id},
            "my:adviser": {**case, "public_id": self.access.public_id},
            "my:adviser_end": {**case, "public_id": self.access.public_id},
            "my:statement": {"public_id": self.statement.public_id},
            "my:measure": {"public_id": self.measure.public_id},
            **{
                f"{side}:meeting{name}": {**case, "public_id": self.meeting.public_id}
                for side, names in (
                    ("my", ("", "_calendar")),
                    ("desk", ("", "_calendar", "_change", "_call_off")),
                )
                for name in names
            },
            "desk:meeting_people": {**case, "public_id": self.begun.public_id},
            "desk:meeting_minutes": {**case, "public_id": self.talk.public_id},
            "my:meeting_minutes": {
                **case,
                "public_id": self.talk.public_id,
                "minutes_id": self.minutes.public_id,
            },
            "advising:meeting_calendar": {
                "access_id": self.access.public_id,
                "public_id": self.meeting.public_id,
            },
            **{
                f"my:account_{name}": {"public_id": self.pair.public_id}
                for name in ("check", "not_mine", "keep", "code", "close")
            },
            "my:account_closed": {"public_id": self.closed_pair.public_id},
            **{
                f"desk:account_{name}": {"public_id": self.pair.public_id}
                for name in ("pair", "ask", "dismiss", "doubt")
            },
            "advising:answer": {"access_id": self.access.public_id},
            "advising:appeal": {"access_id": self.access.public_id},
            "advising:case": {"public_id": self.access.public_id},
            "advising:evidence": {
                "access_id": self.access.public_id,
                "public_id": self.evidence.public_id,
            },
            "advising:accept": {"public_id": self.invitation.public_id},
            "advising:decline": {"public_id": self.invitation.public_id},
            "desk:withdraw_statement": {**case, "public_id": self.statement.public_id},
            "desk:lift_measure": {**case, "public_id": self.measure.public_id},
            "desk:letter": {"public_id": self.failed.public_id},
            "desk:withdraw": {**case, "public_id": allegation},
            "desk:evidence": {**case, "public_id": self.evidence.public_id},
            "desk:redact": {**case, "public_id": self.picture.public_id},
            "desk:evidence_page": {**case, "public_id": self.picture.public_id, "page": 0},
            "desk:uncover": {**case, "public_id": self.covered.public_id},
            **{
                f"desk:comparison{name}": {**case, "public_id": self.comparison.public_id}
                for name in ("", "_attach", "_pdf")
            },
            "my:comparison_pdf": {**case, "public_id": self.compared.public_id},
            "advising:comparison_pdf": {
                "access_id": self.access.public_id,
                "public_id": self.compared.public_id,
            },
            "desk:appeal": {**case, "public_id": self.appeal.public_id},
            "desk:case_report": {"public_id": self.case_report.public_id},
            "desk:case_report_read": {"public_id": self.case_report.public_id},
            "desk:reverse": {**case, "public_id": uuid4()},
            "desk:entered": {"public_id": self.entered.public_id},
            "desk:import": {"public_id": self.list.public_id},
            "desk:import_file": {"public_id": self.list.public_id},
            "desk:import_delete": {"public_id": self.list.public_id},
            "tokens:revoke": {"public_id": self.token.public_id},
        }
        respondent = {**case, "public_id": self.respondent.public_id}
        names = routes()[route]
        if route in mine:
            return mine[route]
        if names == {"number", "public_id"}:
            return respondent
        if names == {"number"}:
            return case
        assert not names, f"say in Scene.arguments what {route} takes"
        return {}


def routes() -> dict[str, set[str]]:
    """Every named address with the names of what it takes; the admin is one."""
    found: dict[str, set[str]] = {f"{ADMIN}:index": set()}

    def walk(patterns: list[Any], space: str, taken: set[str]) -> None:
        for item in patterns:
            here = taken | set(item.pattern.regex.groupindex)
            if isinstance(item, URLResolver):
                if item.namespace in (ADMIN, API):
                    continue
                inner = f"{space}{item.namespace}:" if item.namespace else space
                walk(list(item.url_patterns), inner, here)
            elif isinstance(item, URLPattern):
                assert item.name, f"{item.pattern} needs a name"
                found[f"{space}{item.name}"] = here

    walk(list(get_resolver().url_patterns), "", set())
    return found


def verdict(response: HttpResponseBase) -> str:
    """What the answer means to the person."""
    status = response.status_code
    if status in (301, 302, 303):
        doors = (reverse("account_login"), reverse("admin:login"))
        to_login = response.headers["Location"].startswith(doors)
        return "login" if to_login else "in"
    if status in (403, 404, 405):
        return str(status)
    return "in" if status in (200, 400, 409, 412) else f"unplanned {status}"


def ask(client: Client, method: str, route: str, address: str) -> str:
    """One request whose effects are taken back: rows, cookies (a sign-out) and counters."""
    cookies = client.cookies.copy()
    cache.clear()
    data = urlencode(FILLED_IN.get(route, {})) if method == "POST" else ""
    with transaction.atomic():
        answer = client.generic(
            method, address, data, content_type="application/x-www-form-urlencoded"
        )
        transaction.set_rollback(True)
    client.cookies = cookies
    return verdict(answer)


def measured(people: tuple[str, ...]) -> dict[tuple[str, str], dict[str, str]]:
    """The verdicts of these people, by address and method."""
    scene = Scene()
    clients: dict[str, Client] = {}
    for name in people:
        clients[name] = Client()
        user = scene.people[name]
        if user is not None:
            clients[name].force_login(user)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for route in sorted(routes()):
        address = reverse(route, kwargs=scene.arguments(route))
        for method in METHODS:
            found[route, method] = {
                name: ask(clients[name], method, route, address) for name in people
            }
        # Another way to ask is not another way in (HOSTILE 28).
        name = people[0]
        assert ask(clients[name], "HEAD", route, address) == found[route, "GET"][name], route
    return found


def table() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(newline="") as file:
        return {(row.pop("route"), row.pop("method")): row for row in csv.DictReader(file)}


def write(found: dict[tuple[str, str], dict[str, str]]) -> None:
    known = table() if TABLE.exists() else {}
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["route", "method", *PEOPLE], lineterminator="\n")
        writer.writeheader()
        for (route, method), verdicts in sorted(found.items()):
            row = {**known.get((route, method), {}), **verdicts}
            writer.writerow({"route": route, "method": method, **row})


@pytest.mark.parametrize("people", GROUPS, ids=["outside", "desk", "others"])
def test_case_15_every_address_admits_whom_the_table_says(people: tuple[str, ...]) -> None:
    found = measured(people)
    if os.environ.get("PERMISSIONS") == "write":
        write(found)
    known = table()
    problems = [f"no such address: {key}" for key in sorted(known.keys() - found.keys())]
    for (route, method), verdicts in found.items():
        row = known.get((route, method))
        if row is None:
            problems.append(f"{method} {route} is in no row")
            continue
        problems += [
            f"{method} {route} as {name}: {verdicts[name]}, the table says {row[name]}"
            for name in people
            if verdicts[name] != row[name]
        ]
    assert not problems, "\n".join(problems)


def test_nobody_is_answered_with_an_error_of_ours() -> None:
    cells = {cell for row in table().values() for cell in row.values()}
    assert cells <= {"in", "login", "403", "404", "405"}


def test_what_is_hidden_looks_like_what_is_not_there(client: Client) -> None:
    """404 is byte for byte the answer to an object that does not exist."""
    scene = Scene()
    client.force_login(scene.person("learner"))
    for route in ("desk:case", "my:case", "desk:notes"):
        hidden = client.get(reverse(route, kwargs={"number": scene.world.number}))
        absent = client.get(reverse(route, kwargs={"number": "IC-2026-999999"}))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content
        for header in ("Content-Type", "Content-Length", "Cache-Control", "Vary"):
            assert hidden.headers.get(header) == absent.headers.get(header)
