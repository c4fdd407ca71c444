"""What goes on beside the process: help, statements, and measures until a decision."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.enums import InterimKind
from cases.models.case import Case, Respondent
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class AdviserAccess(models.Model):
    """A respondent lets one person help, as far as they say, until they take it back.

    The invitation names an address; whoever signs in with that confirmed address may accept it.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    respondent = models.ForeignKey(Respondent, on_delete=models.PROTECT, related_name="advisers")
    email = models.EmailField(_("email address"), max_length=254)
    adviser = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="advising",
    )
    # How far it reaches. That there is a case, and where it stands, every adviser sees.
    reads_evidence = models.BooleanField(_("may read the evidence"), default=True)
    may_write = models.BooleanField(_("may write on what is not sent yet"), default=False)
    comes_along = models.BooleanField(_("comes along to meetings"), default=True)
    invited_at = models.DateTimeField(_("invited"), default=clock.now)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("access of an adviser")
        verbose_name_plural = _("access of advisers")
        ordering: ClassVar[list[str]] = ["invited_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["respondent", "email"],
                condition=Q(revoked_at__isnull=True),
                name="cases_adviser_once",
            ),
            models.CheckConstraint(
                condition=Q(adviser__isnull=True, accepted_at__isnull=True)
                | Q(adviser__isnull=False, accepted_at__isnull=False),
                name="cases_adviser_accepted_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The invitations that wait for an address.
            models.Index(
                fields=["email"], condition=Q(revoked_at__isnull=True), name="cases_adviser_email"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.respondent}"


class StatementRequest(models.Model):
    """The desk asks one person, a teacher for instance, what they saw. They see the question only.

    What they say becomes evidence of the case.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="statements")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="statements"
    )
    question = BoundedText(_("question"), max_length=4_000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    form_key = models.CharField(max_length=64, unique=True, editable=False)
    text = BoundedText(_("statement"), max_length=10_000, blank=True)
    given_at = models.DateTimeField(_("given"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("no longer needed"), null=True, blank=True)
    evidence = models.OneToOneField(
        "cases.Evidence", on_delete=models.PROTECT, null=True, blank=True, related_name="statement"
    )

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(text="", given_at__isnull=True, evidence__isnull=True)
                | Q(~Q(text=""), given_at__isnull=False, evidence__isnull=False),
                name="cases_statement_given_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}"


class InterimMeasure(models.Model):
    """A request to stop, or a measure with an end, before anything is decided (PR7).

    It is never counted as a prior. `protects` is the person who is not to be written to; the
    respondent may say what they think of the measure at any time while it stands.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="interim_measures")
    respondent = models.ForeignKey(
        Respondent, on_delete=models.PROTECT, related_name="interim_measures"
    )
    kind = models.CharField(_("measure"), max_length=16, choices=InterimKind.choices)
    protects = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = BoundedText(_("reason"), max_length=2_000)
    starts_at = models.DateTimeField(_("from"), default=clock.now)
    ends_at = models.DateTimeField(_("until"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    form_key = models.CharField(max_length=64, unique=True, editable=False)
    answer = BoundedText(_("what the learner says to it"), max_length=4_000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lift_reason = BoundedText(_("why it was lifted"), max_length=2_000, blank=True)

    class Meta:
        verbose_name = _("interim measure")
        verbose_name_plural = _("interim measures")
        ordering: ClassVar[list[str]] = ["starts_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=InterimKind.values), name="cases_interim_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="cases_interim_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(kind="no_contact", protects__isnull=False)
                | Q(~Q(kind="no_contact"), protects__isnull=True),
                name="cases_interim_protects_one",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | Q(~Q(answer=""), answered_at__isnull=False),
                name="cases_interim_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.case}"

    @property
    def stands(self) -> bool:
        """Whether it holds now: not lifted, and before its end (the second `ends_at` is over)."""
        return self.lifted_at is None and clock.now() < self.ends_at

    @property
    def source(self) -> str:
        """What its effects on the learning record are caused by."""
        return f"interim:{self.public_id}"
