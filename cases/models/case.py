"""The case, its respondents and the people who work on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import CaseKind, CaseStatus, DismissalDetail, DismissalReason, NoteAudience
from integrity.core import clock, ids
from integrity.core.fields import BoundedText
from policies.enums import GoverningBasis

if TYPE_CHECKING:
    from integrity.accounts.models import User


class CaseNumber(models.Model):
    """The last case number given in a year. Its row is the lock that keeps numbers apart."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Case(models.Model):
    """A matter that is looked into.

    `status` follows from the respondents (`workflow.settle`); `revision` grows with every change,
    so that a stale form is noticed. What the queue searches is kept in `CaseWords`.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=CaseKind.choices)
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=CaseStatus.choices,
        default=CaseStatus.TRIAGE,
    )
    title = models.CharField(_("title"), max_length=200)
    institution = models.ForeignKey(
        "courses.Institution", on_delete=models.PROTECT, related_name="cases"
    )
    course = models.ForeignKey(
        "courses.Course",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
    )
    assignment = models.ForeignKey(
        "courses.Assignment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
    )
    submission = models.ForeignKey(
        "courses.Submission",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
    )
    post = models.ForeignKey(
        "courses.Post",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
    )
    policy_version = models.ForeignKey(
        "policies.Version",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("governing policy"),
    )
    # What supplements it (PO5): the institution's own policy and the terms of the course.
    supplement = models.ForeignKey(
        "policies.Version",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("policy of the institution"),
    )
    course_terms = models.ForeignKey(
        "policies.Version",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("terms of the course"),
    )
    governing_basis = models.CharField(
        _("why this text"), max_length=10, choices=GoverningBasis.choices, blank=True
    )
    # A degree, MasterTrack or university certificate: the institution's staff decide (PO5). Kept
    # as it was when the case was filed, for a programme may become another product later.
    institution_decides = models.BooleanField(_("decided by the institution"), default=False)
    reported_as = models.CharField(_("reported as"), max_length=200, blank=True)
    # Unusually many reports about one learner in a short time are looked at together.
    surge = models.ForeignKey(
        "cases.Surge", on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    incident_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    # Only the day is known; `incident_at` is then its 00:00 UTC and stands for the day alone.
    incident_day_only = models.BooleanField(_("hour not known"), default=False)
    opened_at = models.DateTimeField(_("received"), default=clock.now)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_cases",
        verbose_name=_("with"),
    )
    assigned_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    dismissal_reason = models.CharField(
        _("reason for dismissal"),
        max_length=20,
        choices=DismissalReason.choices,
        blank=True,
    )
    # Never told to anybody outside the desk (QU4).
    dismissal_detail = models.CharField(
        _("kept by the desk"), max_length=12, choices=DismissalDetail.choices, blank=True
    )
    # Its reports and evidence went into another case (QU2); undone, it is empty again.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    # Who dismissed it may undo that; anybody else of the desk asks an officer.
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # How much it presses: points of `services.priority`, and when it is due less what they bring it
    # forward by. An order by that instant stays right however much time passes.
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    rank_at = models.DateTimeField(_("rank"), null=True, blank=True, editable=False)
    # From when on an officer is to know that it may become late, and when they were told.
    escalate_at = models.DateTimeField(null=True, blank=True, editable=False)
    escalated_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The desk's own time stands still (`DeadlinePause`); nobody else's does.
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True, editable=False)
    # Somebody took it to an investigation: from then on its names stand in it, whatever comes.
    names_open = models.BooleanField(default=False, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=CaseStatus.values),
                name="cases_case_status_known",
            ),
            models.CheckConstraint(
                condition=Q(governing_basis="") | Q(governing_basis__in=GoverningBasis.values),
                name="cases_case_basis_known",
            ),
            models.CheckConstraint(
                condition=Q(assignee__isnull=True) | Q(assigned_at__isnull=False),
                name="cases_case_claim_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="dismissed") | ~Q(dismissal_reason=""),
                name="cases_case_dismissal_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(dismissal_detail="")
                | Q(dismissal_detail__in=DismissalDetail.values, status="dismissed"),
                name="cases_case_detail_of_dismissal",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | Q(status="dismissed", dismissal_reason="duplicate"),
                name="cases_case_merged_is_dismissed",
            ),
            # One open matter about one submission or post: further reports join it.
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(status="triage", submission__isnull=False),
                name="cases_one_triage_per_submission",
            ),
            models.UniqueConstraint(
                fields=["post"],
                condition=Q(status="triage", post__isnull=False),
                name="cases_one_triage_per_post",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The queue by deadline within a status, a page at a time from any depth.
            models.Index(fields=["status", "due_at", "id"], name="cases_queue_status_due"),
            models.Index(
                fields=["institution", "status", "due_at", "id"],
                name="cases_queue_scope",
            ),
            # "My cases".
            models.Index(fields=["assignee", "status", "due_at", "id"], name="cases_queue_mine"),
            models.Index(fields=["due_at", "id"], name="cases_queue_due"),
            # By priority, a page at a time from any depth; within a status, and in "My cases".
            models.Index(fields=["rank_at", "id"], name="cases_queue_rank"),
            models.Index(fields=["status", "rank_at", "id"], name="cases_queue_status_rank"),
            models.Index(
                fields=["assignee", "status", "rank_at", "id"], name="cases_queue_my_rank"
            ),
            # What may become late and nobody was told of.
            models.Index(
                fields=["escalate_at"],
                condition=Q(escalate_at__isnull=False, escalated_at__isnull=True),
                name="cases_case_to_escalate",
            ),
            # How long those have waited that somebody works on.
            models.Index(
                fields=["opened_at", "institution", "id"],
                condition=Q(
                    status__in=[
                        "triage",
                        "investigation",
                        "notified",
                        "review",
                        "approval",
                        "appeal",
                    ]
                ),
                name="cases_queue_age",
            ),
            # The few that stand above all others.
            models.Index(
                fields=["due_at", "id"], condition=Q(urgent=True), name="cases_queue_urgent"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Surge(models.Model):
    """Unusually many reports about one learner within a short time (HOSTILE 31).

    Its cases are looked at together. It weighs nothing: how many reported is no proof.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    institution = models.ForeignKey(
        "courses.Institution", on_delete=models.PROTECT, related_name="+"
    )
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="surges"
    )
    began_at = models.DateTimeField(_("began"), default=clock.now)
    last_at = models.DateTimeField(_("last report"), default=clock.now)

    class Meta:
        verbose_name = _("many reports at once")
        verbose_name_plural = _("many reports at once")
        indexes: ClassVar[list[models.Index]] = [
            # The one a further report about the same learner belongs to.
            models.Index(fields=["about", "institution", "-last_at"], name="cases_surge_running"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Respondent(models.Model):
    """A person a case is about. The state of the process is kept here, for each one apart."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="respondents")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="respondent_in"
    )
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=CaseStatus.choices,
        default=CaseStatus.TRIAGE,
    )
    status_since = models.DateTimeField(_("since"), default=clock.now)
    # Of a dismissal: what undoing it at once goes back to.
    status_before = models.CharField(
        max_length=16, choices=CaseStatus.choices, blank=True, editable=False
    )
    added_at = models.DateTimeField(_("named"), default=clock.now)

    class Meta:
        verbose_name = _("respondent")
        verbose_name_plural = _("respondents")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "user"], name="cases_respondent_once"),
            models.CheckConstraint(
                condition=Q(status__in=CaseStatus.values),
                name="cases_respondent_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.case}"

    @property
    def person(self) -> User:
        """Whom it concerns: who closed the account since is bound by the one they kept."""
        return self.user.closed_into or self.user


class Watcher(models.Model):
    """A member of the desk who follows a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="watchers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="watching"
    )
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "user"], name="cases_watcher_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.case}"

    @property
    def person(self) -> User:
        """Whom it concerns: who closed the account since is bound by the one they kept."""
        return self.user.closed_into or self.user


class ConflictDeclaration(models.Model):
    """Somebody of the desk declares a relation: from then on the case does not exist for them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="conflicts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="declared_conflicts",
    )
    reason = models.CharField(_("reason"), max_length=500)
    declared_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "user"], name="cases_conflict_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.case}"

    @property
    def person(self) -> User:
        """Whom it concerns: who closed the account since is bound by the one they kept."""
        return self.user.closed_into or self.user


class Note(models.Model):
    """A note about a case. Notes are added, never changed.

    Those for the desk are read by whoever of the desk reads the case; one for the learner is read
    by that respondent too (CF7).
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="case_notes"
    )
    audience = models.CharField(
        _("who reads it"), max_length=8, choices=NoteAudience.choices, default=NoteAudience.DESK
    )
    respondent = models.ForeignKey(
        Respondent, on_delete=models.PROTECT, null=True, blank=True, related_name="notes"
    )
    body = BoundedText(_("note"), max_length=10_000)
    created_at = models.DateTimeField(_("written"), default=clock.now)
    # When the learner first saw it.
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # A form sent twice is one note.
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(audience="desk", respondent__isnull=True)
                | Q(audience="learner", respondent__isnull=False),
                name="cases_note_audience_named",
            ),
        ]

    def __str__(self) -> str:
        return self.body[:60]
