"""What goes on beside the process: permits, channels, advisers, statements, measures, questions."""

from __future__ import annotations

from datetime import timedelta

from cases.demo import texts
from cases.demo.story import key, offered
from cases.demo.tale import Cast
from cases.enums import CaseStatus, InterimKind, ReportKind, ReportMode, ReviewOutcome
from cases.models import Case, Report, Respondent
from cases.selectors.report import office_for
from cases.services import adviser, dialogue, intake, interim, review, statement
from integrity.courses.enums import CourseRole, Permission
from integrity.courses.models import Assignment, Channel, Course, HeldRole
from integrity.courses.services import post_in_channel, send_message, set_terms

# The code that leads to the demo's report without a name (/report/follow/). Real ones are random.
RECEIPT = "DEM0-DEM0-DEM0-2026"


def tell(cast: Cast) -> None:
    """A few of each, some of them waiting for somebody."""
    line = cast.timeline
    line.add(330, lambda: _permits(cast))
    line.add(329, lambda: _community(cast))
    line.add(4.1, lambda: _invite(cast, "accused"))
    line.add(3.2, lambda: _accept(cast, "accused"))
    line.add(6.1, lambda: _invite(cast, "priyanka.sharma"))
    line.add(4.4, lambda: _ask_for_statement(cast, "yuki.mori", "li.na"))
    line.add(3.8, lambda: _give_statement(cast, "li.na"))
    line.add(3.0, lambda: _ask_for_statement(cast, "omar.farouk", "teacher"))
    line.add(2.4, lambda: _hide(cast, "nguyen.thuy"))
    line.add(0.35, lambda: _protect(cast, "andres.castano", "valentina.ospina"))
    line.add(9.0, lambda: _ask_review(cast, "olena.koval"))
    line.add(50.0, lambda: _ask_review(cast, "arjun.deshpande"))
    line.add(43.0, lambda: _decide_review(cast, "arjun.deshpande"))
    line.add(0.8, lambda: _question(cast, "zofia.wisniewska", "Which page of the leaflet is it?"))
    line.add(0.4, lambda: _reply(cast, "zofia.wisniewska", "Page 3, below the picture."))
    line.add(0.6, lambda: _question(cast, "yuki.mori", "Where can we see your own program?"))
    line.add(2.7, lambda: _without_a_name(cast))


def _case(cast: Cast, learner: str, *statuses: str) -> Case:
    """The newest case about somebody, of these statuses."""
    rows = Respondent.objects.filter(user=cast.people[learner], case__status__in=statuses)
    return rows.select_related("case__institution").order_by("-pk")[0].case


def _permits(cast: Cast) -> None:
    for slug, title, together, tools, note in (
        ("data-ethics", "Essay 1", Permission.FORBIDDEN, Permission.UNSAID, ""),
        ("data-ethics", "Essay 2", Permission.FORBIDDEN, Permission.FORBIDDEN, ""),
        (
            "data-ethics",
            "Peer discussion",
            Permission.ALLOWED,
            Permission.LIMITED,
            "Compare your two lists. A tool may correct your spelling, no more.",
        ),
        (
            "sources-in-history",
            "Term paper",
            Permission.LIMITED,
            Permission.FORBIDDEN,
            "You may read each other's drafts and say what is not clear.",
        ),
    ):
        set_terms(
            actor=cast.people["teacher"],
            assignment=Assignment.objects.select_related("course").get(
                course__slug=slug, title=title
            ),
            collaboration=together,
            sharing=Permission.FORBIDDEN,
            tools=tools,
            reuse=Permission.UNSAID,
            note=note,
            form_key=key(),
        )


def _community(cast: Cast) -> None:
    people = cast.people
    for slug, name in (
        ("data-ethics", "Counting group"),
        ("programming", "First steps"),
        ("programming", "Off topic"),
        ("spanish", "Café"),
    ):
        channel = Channel.objects.create(course=Course.objects.get(slug=slug), name=name)
        for who, body in zip(("learner", "reporter", "accused"), texts.FRIENDLY, strict=False):
            if channel.course.enrolments.filter(learner=people[who]).exists():
                post_in_channel(actor=people[who], channel=channel, body=body, form_key=key())
    for slug, who, role in (
        ("data-ethics", "kofi.mensah", CourseRole.MENTOR),
        ("programming", "thandiwe.dube", CourseRole.CHANNEL_MODERATOR),
        ("sources-in-history", "zofia.wisniewska", CourseRole.ASSISTANT),
        ("programming", "layla.haddad", CourseRole.SPEAKER),
    ):
        HeldRole.objects.create(course=Course.objects.get(slug=slug), user=people[who], role=role)
    for sender, recipient, body in (
        ("learner", "reporter", "Are you going to the library on Thursday?"),
        ("reporter", "learner", "Yes, at six. I bring the counting sheets."),
        ("accused", "learner", "Can you lend me your notes of week 3?"),
    ):
        send_message(actor=people[sender], recipient=people[recipient], body=body, form_key=key())


def _invite(cast: Cast, who: str) -> None:
    adviser.invite(
        actor=cast.people[who],
        number=_case(cast, who, CaseStatus.NOTIFIED).number,
        email=cast.people["adviser"].email,
        form_key=key(),
    )


def _accept(cast: Cast, who: str) -> None:
    case = _case(cast, who, CaseStatus.NOTIFIED)
    own = case.respondents.get(user=cast.people[who])
    adviser.accept(actor=cast.people["adviser"], access_id=own.advisers.get().public_id)


def _ask_for_statement(cast: Cast, learner: str, who: str) -> None:
    statement.ask(
        actor=cast.people["moderator"],
        number=_case(cast, learner, CaseStatus.INVESTIGATION).number,
        email=cast.people[who].email,
        question="What did you see of how this work came about, and when?",
        form_key=key(),
    )


def _give_statement(cast: Cast, who: str) -> None:
    person = cast.people[who]
    statement.give(
        actor=person,
        request_id=person.statements.get().public_id,
        text="We sat side by side in the lab. Each of us typed; nobody looked at the other screen.",
    )


def _hide(cast: Cast, learner: str) -> None:
    case = _case(cast, learner, CaseStatus.TRIAGE)
    interim.take(
        actor=cast.people["moderator"],
        number=case.number,
        respondent_id=case.respondents.get().public_id,
        kind=InterimKind.CONTENT_HIDDEN,
        reason="People have left the group. The post stays hidden until we have looked at it.",
        until=(cast.timeline.end + timedelta(days=14)).date(),
        form_key=key(),
    )


def _protect(cast: Cast, learner: str, whom: str) -> None:
    case = _case(cast, learner, CaseStatus.TRIAGE)
    interim.take(
        actor=cast.people["officer"],
        number=case.number,
        respondent_id=case.respondents.get().public_id,
        kind=InterimKind.NO_CONTACT,
        reason="Somebody is afraid. Please do not write to them while we look at this.",
        until=(cast.timeline.end + timedelta(days=21)).date(),
        protects_email=cast.people[whom].email,
        form_key=key(),
    )


def _first_report(case: Case) -> Report:
    return case.reports.order_by("pk")[0]


def _ask_review(cast: Cast, learner: str) -> None:
    review.ask(
        report=_first_report(_case(cast, learner, CaseStatus.DISMISSED)),
        text="Please look at the two texts side by side. It is more than I could write.",
        form_key=key(),
    )


def _decide_review(cast: Cast, learner: str) -> None:
    case = _case(cast, learner, CaseStatus.DISMISSED)
    review.decide(
        actor=cast.people["officer3"],
        number=case.number,
        review_id=case.reviews.get().public_id,
        outcome=ReviewOutcome.STANDS,
        reasons="We have read everything again. Nothing in it says what was done, and when.",
    )


def _question(cast: Cast, learner: str, body: str) -> None:
    case = _case(cast, learner, CaseStatus.TRIAGE, CaseStatus.INVESTIGATION)
    dialogue.ask(
        actor=cast.people["moderator"],
        number=case.number,
        report_id=_first_report(case).public_id,
        body=body,
        form_key=key(),
    )


def _reply(cast: Cast, learner: str, body: str) -> None:
    case = _case(cast, learner, CaseStatus.TRIAGE, CaseStatus.INVESTIGATION)
    dialogue.answer(report=_first_report(case), body=body, form_key=key())


def _without_a_name(cast: Cast) -> None:
    course = Course.objects.select_related("institution", "programme").get(slug="statistics")
    office = office_for(course)
    intake.submit_report(
        actor=None,
        kind=ReportKind.VIOLATION,
        mode=ReportMode.ANONYMOUS,
        form_key=key(),
        institution=office,
        course=course,
        violation_type=offered(ReportKind.VIOLATION, "fraud", office),
        account=(
            "A certificate of this course is offered for money, with the name one wishes. I do not "
            "want to say who I am: I know the seller."
        ),
        links=["https://market.example/certificates/12"],
        good_faith=True,
        language="en",
        receipt=RECEIPT,
    )
