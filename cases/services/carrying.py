"""What moves when a person closes an account, and what stays with it, relation by relation (PO9).

Everything that refers to a person is named here once: `MOVED`, `ONCE`, `SPECIAL` or `STAYS`. A
test walks through all relations of the model, so that a new one cannot be forgotten. Letters and
reports refer to nobody: they are found by keyed references (`User.same_ids`).

What both accounts have where a person can have one only is never merged into one row and never
lost: the stricter or earlier counts at the kept account, the other stays with the closed one, which
names the kept one (`User.closed_into`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from cases import rules
from cases.enums import CaseStatus
from cases.models import (
    AdviserAccess,
    Case,
    InterimMeasure,
    Respondent,
    Watcher,
)
from cases.services.base import locked_case, record, shut_out
from integrity.accounts.models import User
from integrity.courses.enums import EffectKind, EnrolmentStatus
from integrity.courses.models import (
    Certificate,
    DirectMessage,
    Effect,
    Enrolment,
    HeldRole,
    Submission,
)
from integrity.courses.selectors import active_effects
from integrity.courses.services.effects import settle_certificate

# Relation -> under which word it is counted. Nothing keeps two of these apart.
MOVED: dict[str, str] = {
    "accounts.AccountMatch.settled_by": "acts",
    "accounts.Restriction.user": "restrictions",
    "cases.Advice.given_by": "acts",
    "cases.Allegation.added_by": "acts",
    "cases.AnswerDraft.saved_by": "acts",
    "cases.AnswerDraftFile.added_by": "acts",
    "cases.Appeal.decided_by": "acts",
    "cases.BadFaith.found_by": "acts",
    "cases.BadFaith.taken_back_by": "acts",
    "cases.BulkAction.actor": "acts",
    "cases.BulkItem.before": "acts",
    "cases.BulkItem.given": "acts",
    "cases.Case.assignee": "acts",
    "cases.Case.dismissed_by": "acts",
    "cases.CaseLink.added_by": "acts",
    "cases.CaseLink.removed_by": "acts",
    "cases.CaseMerge.merged_by": "acts",
    "cases.CaseMerge.undone_by": "acts",
    "cases.CaseReport.read_by": "acts",
    "cases.Comparison.made_by": "acts",
    "cases.Consent.asked_by": "acts",
    "cases.Consent.used_by": "acts",
    "cases.DeadlinePause.began_by": "acts",
    "cases.DeadlinePause.ended_by": "acts",
    "cases.Determination.annulled_by": "acts",
    "cases.Determination.decided_by": "acts",
    "cases.Determination.found_by": "acts",
    "cases.Determination.proposed_by": "acts",
    "cases.DismissalReview.decided_by": "acts",
    "cases.DismissalReview.dismissed_by": "acts",
    "cases.Evidence.added_by": "acts",
    "cases.InterimMeasure.lifted_by": "acts",
    "cases.InterimMeasure.taken_by": "acts",
    "cases.Meeting.invited_by": "acts",
    "cases.Minutes.written_by": "acts",
    "cases.MoreTime.decided_by": "acts",
    "cases.Note.author": "acts",
    "cases.Notice.sent_by": "acts",
    "cases.ProofMark.marked_by": "acts",
    "cases.ProofPoint.added_by": "acts",
    "cases.Redaction.made_by": "acts",
    "cases.Redaction.removed_by": "acts",
    "cases.Report.entered_by": "acts",
    "cases.ReportImport.uploaded_by": "acts",
    "cases.ReportMessage.asked_by": "acts",
    "cases.RetaliationMark.settled_by": "acts",
    "cases.Sanction.reversed_by": "acts",
    "cases.StatementRequest.asked_by": "acts",
    "cases.StatementRequest.person": "statements",
    "cases.Surge.about": "cases",
    "courses.AssignmentTerms.set_by": "acts",
    "courses.Post.author": "posts",
    "policies.Dissemination.recorded_by": "acts",
    "policies.Mailing.started_by": "acts",
    "policies.Mailing.stopped_by": "acts",
    "policies.Question.answered_by": "acts",
    "policies.Question.asked_by": "questions",
    "policies.Review.closed_by": "acts",
    "policies.ReviewInput.author": "review_inputs",
}
# A person has one of these for each of the named columns: a second one stays with the closed
# account. What counts is the same for both, so the one of the kept account goes on.
ONCE: dict[str, tuple[str, tuple[str, ...]]] = {
    "cases.ConflictDeclaration.user": ("conflicts", ("case",)),
    "cases.MeetingPerson.user": ("acts", ("meeting",)),
    "cases.Mention.user": ("acts", ("note",)),
    "cases.Presence.user": ("acts", ("case",)),
    "cases.SavedView.owner": ("views", ("name",)),
    "cases.Watcher.user": ("acts", ("case",)),
    "courses.PeerReview.reviewer": ("peer_reviews", ("submission",)),
    "courses.Teaching.user": ("teaching", ("course",)),
    "policies.Pledge.learner": ("pledges", ("course", "version")),
    "policies.ReviewParticipant.person": ("review_inputs", ("review",)),
}
STAYS: dict[str, str] = {
    "account.EmailAddress.user": "a closed address signs nobody in, here or elsewhere",
    "accounts.AccountMatch.newer": "the pair tells of the two accounts as they were",
    "accounts.AccountMatch.older": "the pair tells of the two accounts as they were",
    "accounts.RoleGrant.user": "a role is given by an administrator, never carried over",
    "admin.LogEntry.user": "the log of the administration names the account that acted",
    "api.ApiToken.user": "revoked: a program goes on with a token of the kept account",
    "api.RequestedExport.user": "made for a role the account had, and gone within days",
    "cases.QueueColumns.user": "how the kept account looks at the queue goes on",
    "cases.Reveal.answered_by": "an identity was opened by two accounts, and stays so on record",
    "cases.Reveal.asked_by": "an identity was opened by two accounts, and stays so on record",
}


def relations() -> dict[str, Any]:
    """Every relation that leads to a person, by app, model and field."""
    found: dict[str, Any] = {}
    for relation in User._meta.get_fields(include_hidden=True):  # noqa: SLF001 - documented
        row: Any = relation
        if row.auto_created and not row.concrete:
            found[f"{row.related_model._meta.label}.{row.field.name}"] = row  # noqa: SLF001
    return found


def carry(*, closed: User, kept: User, actor: User) -> dict[str, int]:
    """Move everything `closed` has to `kept`; returns numbers by kind, for the history.

    Inside the transaction that closes the account, with both accounts locked. Numbers tell nothing
    of reports: who reported is sealed. What was left with the closed account is counted as "left".
    """
    counts: Counter[str] = Counter()
    for name in SPECIAL_ORDER:
        SPECIAL[name](closed, kept, actor, counts)
    for name, word in MOVED.items():
        counts[word] += _of(name, closed).update(**{_field(name): kept})
    for name, (word, columns) in ONCE.items():
        counts.update(_once(name, columns, closed, kept, word))
    _leave_what_is_now_their_own(kept)
    return {word: number for word, number in sorted(counts.items()) if number}


def _field(name: str) -> str:
    return name.rpartition(".")[2]


def _of(name: str, user: User) -> QuerySet[Any]:
    label, _dot, field = name.rpartition(".")
    model: Any = apps.get_model(label)
    return model.objects.filter(**{field: user})


def _once(name: str, columns: tuple[str, ...], closed: User, kept: User, word: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    taken = set(_of(name, kept).values_list(*columns))
    for row in _of(name, closed).order_by("pk"):
        key = tuple(getattr(row, f"{column}_id") for column in columns)
        if key in taken:
            counts["left"] += 1
            continue
        counts[word] += _set(row, _field(name), kept)
    return counts


def _set(row: Model, field: str, value: Any) -> int:
    model: Any = type(row)
    return model.objects.filter(pk=row.pk).update(**{field: value})


def _flatten(closed: User, kept: User, actor: User, counts: Counter[str]) -> None:
    """Whatever was closed into the closed account is closed into the kept one: never a chain."""
    counts["accounts"] += closed.closed_accounts.update(closed_into=kept)


def _respondents(closed: User, kept: User, actor: User, counts: Counter[str]) -> None:
    """Parts in cases, each in its case's own lock and history.

    Where both accounts are named in one case, each part goes on where it stands; the person
    reaches both from the kept account, and letters about both go there.
    """
    rows = Respondent.objects.filter(user=closed).values_list("pk", "case__number")
    for pk, number in rows.order_by("case__number"):
        with locked_case(number) as case:
            row = Respondent.objects.select_for_update().get(pk=pk)
            if case.respondents.filter(user=kept).exists():
                counts["left"] += 1
            else:
                row.user = kept
                row.save(update_fields=["user"])
                counts["cases"] += 1
            record(
                "respondent.account_closed",
                case,
                actor,
                data={"respondent": str(row.public_id)},
                personal={"closed": str(closed.public_id), "kept": str(kept.public_id)},
            )


def _strict(user: User, assignments: set[int]) -> set[int]:
    """Those of the assignments in which work of this account scores zero or is looked into."""
    rows = Submission.objects.filter(learner=user, assignment__in=assignments)
    zeroed = active_effects().filter(kind=EffectKind.SCORE_ZERO, submission__in=rows)
    looked = Case.objects.filter(submission__in=rows).exclude(status=CaseStatus.DISMISSED)
    return set(zeroed.values_list("submission__assignment", flat=True)) | set(
        looked.values_list("submission__assignment", flat=True)
    )


def _submissions(closed: User, kept: User, actor: User, counts: Counter[str]) -> None:
    """Work handed in. The last work of an assignment counts, so nobody may leave a zero behind.

    Where both handed something in and only one of the two is looked into or scores zero, that one
    counts, and the other account's work on this assignment stays or goes with the closed account.
    """
    theirs = Submission.objects.filter(learner=closed)
    own = Submission.objects.filter(learner=kept)
    both = set(theirs.values_list("assignment", flat=True)) & set(
        own.values_list("assignment", flat=True)
    )
    strict, strict_own = _strict(closed, both), _strict(kept, both)
    moving = list(theirs.exclude(assignment__in=strict_own - strict).values_list("pk", flat=True))
    counts["left"] += theirs.filter(assignment__in=strict_own - strict).count()
    counts["left"] += own.filter(assignment__in=strict - strict_own).update(learner=closed)
    counts["submissions"] += Submission.objects.filter(pk__in=moving).update(learner=kept)


_FURTHEST = (EnrolmentStatus.LEFT, EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED)


def _enrolments(closed: User, kept: User, actor: User, counts: Counter[str]) -> None:
    """Enrolments with what hangs on them. Enrolled twice: the earlier day and the further state
    count, every decision about either enrolment binds the kept one, and so does a certificate
    where it has none."""
    own = {
        row.course_id: row
        for row in Enrolment.objects.filter(learner=kept).select_related("course")
    }
    for row in Enrolment.objects.filter(learner=closed).order_by("pk"):
        twin = own.get(row.course_id)
        if twin is None:
            counts["courses"] += _set(row, "learner", kept)
            counts["certificates"] += Certificate.objects.filter(enrolment=row).count()
            continue
        counts["left"] += 1
        twin.enrolled_at = min(twin.enrolled_at, row.enrolled_at)
        states = (EnrolmentStatus(twin.status), EnrolmentStatus(row.status))
        twin.status = max(states, key=_FURTHEST.index)
        twin.save(update_fields=["enrolled_at", "status"])
        counts["decisions"] += _rehang(row.effects.filter(computed=False), "enrolment", twin)
        if not Certificate.objects.filter(enrolment=twin).exists():
            moved = Certificate.objects.filter(enrolment=row).update(enrolment=twin)
            counts["certificates"] += moved
        zeroed = active_effects().filter(
            kind=EffectKind.SCORE_ZERO,
            submission__learner=kept,
            submission__assignment__course=row.course_id,
        )
        if zeroed.exists():
            settle_certificate(enrolment=twin)


def _roles(closed: User, kept: User, actor: User, counts: Counter[str]) -> None:
    """Roles in courses. Held twice: a role that was ended by a decision is ended for both."""
    own = {(row.course_id, row.role): row for row in HeldRole.objects.filter(user=kept)}
    for row in HeldRole.objects.filter(user=closed).order_by("pk"):
        twin = own.get((row.course_id, row.role))
        if twin is None:
            counts["roles"] += _set(row, "user", kept)
        else:
            counts["left"] += 1
            counts["decisions"] += _rehang(row.effects.all(), "role", twin)


def _rehang(effects: QuerySet[Effect], field: str, target: Model) -> int:
    """Bind effects to the twin, but for those that bind it already."""
    count = 0
    for row in effects:
        same = Effect.objects.filter(
            source=row.source, kind=row.kind, reversed_at__isnull=True, **{field: target}
        )
        if row.reversed_at is None and not same.exists():
            count += _set(row, field, target)
    return count


def _effects(closed: User, kept: User, actor: User, counts: Counter[str]) -> None:
    """Who may not write where or to whom: what bound the closed account binds the kept one."""
    for field, opposite in (("person", "other"), ("other", "person")):
        for row in Effect.objects.filter(**{field: closed}).order_by("pk"):
            if getattr(row, f"{opposite}_id") == kept.pk:
                # Between the two accounts of one person there is nothing left to keep apart.
                counts["left"] += 1
                continue
            others = {f"{opposite}_id": getattr(row, f"{opposite}_id"), field: kept}
            same = Effect.objects.filter(
                source=row.source,
                kind=row.kind,
                channel=row.channel_id,
                reversed_at__isnull=True,
                **others,
            )
            if row.reversed_at is None and same.exists():
                counts["left"] += 1
            else:
                counts["decisions"] += _set(row, field, kept)


def _messages(closed: User, kept: User, actor: User, counts: Counter[str]) -> None:
    """Direct messages. What the two wrote to each other stays: nobody writes to oneself."""
    between = Q(sender=closed, recipient=kept) | Q(sender=kept, recipient=closed)
    counts["left"] += DirectMessage.objects.filter(between).count()
    for field in ("sender", "recipient"):
        rows = DirectMessage.objects.filter(**{field: closed}).exclude(between)
        counts["messages"] += rows.update(**{field: kept})


def _advising(closed: User, kept: User, actor: User, counts: Counter[str]) -> None:
    """Cases they read along in. Nobody advises themselves."""
    rows = AdviserAccess.objects.filter(adviser=closed)
    counts["left"] += rows.filter(respondent__user=kept).count()
    moving = rows.exclude(respondent__user=kept).values("pk")
    counts["advising"] += AdviserAccess.objects.filter(pk__in=moving).update(adviser=kept)


def _protection(closed: User, kept: User, actor: User, counts: Counter[str]) -> None:
    """Measures that protect them. Nobody is protected from themselves."""
    rows = InterimMeasure.objects.filter(protects=closed)
    counts["left"] += rows.filter(respondent__user=kept).count()
    moving = rows.exclude(respondent__user=kept).values("pk")
    counts["protection"] += InterimMeasure.objects.filter(pk__in=moving).update(protects=kept)


def _leave_what_is_now_their_own(kept: User) -> None:
    """Take cases from somebody of the desk who turns out to have a part in them.

    Not one that they reported: that the case was taken would tell everybody who reported it.
    """
    mine = Q(assignee=kept) | Q(pk__in=Watcher.objects.filter(user=kept).values("case"))
    numbers = Case.objects.filter(mine).filter(rules.known_conflict(kept)).order_by("number")
    for number in list(numbers.values_list("number", flat=True)):
        with locked_case(number) as case:
            shut_out(case, kept)
            record("case.released", case, kept)


Special = Callable[[User, User, User, Counter[str]], None]
SPECIAL: dict[str, Special] = {
    "accounts.User.closed_into": _flatten,
    "cases.AdviserAccess.adviser": _advising,
    "cases.InterimMeasure.protects": _protection,
    "cases.Respondent.user": _respondents,
    "courses.DirectMessage.recipient": lambda *_all: None,
    "courses.DirectMessage.sender": _messages,
    "courses.Effect.other": lambda *_all: None,
    "courses.Effect.person": _effects,
    "courses.Enrolment.learner": _enrolments,
    "courses.HeldRole.user": _roles,
    "courses.Submission.learner": _submissions,
}
# Cases first, in the order every service locks them in; advice and protection look at them.
SPECIAL_ORDER = (
    "cases.Respondent.user",
    "courses.Submission.learner",
    "courses.Enrolment.learner",
    "courses.HeldRole.user",
    "courses.Effect.person",
    "courses.DirectMessage.sender",
    "cases.AdviserAccess.adviser",
    "cases.InterimMeasure.protects",
    "accounts.User.closed_into",
)
