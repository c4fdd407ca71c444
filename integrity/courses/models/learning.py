"""What learners are given, hand in and achieve."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrity.core import clock, ids
from integrity.core.fields import BoundedText
from integrity.courses.enums import EnrolmentStatus, Permission
from integrity.courses.models.institution import PERCENT, Course


class Assignment(models.Model):
    """A piece of work in a course. `weight` is its share of the course result in per cent."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="assignments")
    title = models.CharField(_("title"), max_length=200)
    instructions = BoundedText(_("instructions"), max_length=20_000, blank=True)
    weight = models.DecimalField(
        _("weight in per cent"), max_digits=5, decimal_places=2, validators=PERCENT
    )
    max_score = models.DecimalField(_("highest score"), max_digits=7, decimal_places=2, default=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering: ClassVar[list[str]] = ["course", "position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(weight__gte=0, weight__lte=100),
                name="courses_weight_percent",
            ),
            models.CheckConstraint(condition=Q(max_score__gt=0), name="courses_max_score_positive"),
        ]

    def __str__(self) -> str:
        return self.title


class AssignmentTerms(models.Model):
    """What an assignment permits, from an instant until the next terms (PO10). Never changed.

    The terms at the instant of an incident are the last ones set at or before it.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="terms")
    collaboration = models.CharField(
        _("working with others"),
        max_length=12,
        choices=Permission.choices,
        default=Permission.UNSAID,
    )
    sharing = models.CharField(
        _("sharing solutions"),
        max_length=12,
        choices=Permission.choices,
        default=Permission.UNSAID,
    )
    tools = models.CharField(
        _("tools that write or solve, artificial intelligence included"),
        max_length=12,
        choices=Permission.choices,
        default=Permission.UNSAID,
    )
    reuse = models.CharField(
        _("using own earlier work again"),
        max_length=12,
        choices=Permission.choices,
        default=Permission.UNSAID,
    )
    note = BoundedText(_("limits and examples"), max_length=2_000, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField(_("from"), default=clock.now)
    # A form sent twice sets the terms once.
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("what an assignment permits")
        verbose_name_plural = _("what assignments permit")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    collaboration__in=Permission.values,
                    sharing__in=Permission.values,
                    tools__in=Permission.values,
                    reuse__in=Permission.values,
                ),
                name="courses_terms_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The terms in force at an instant.
            models.Index(fields=["assignment", "-set_at", "-id"], name="courses_terms_at"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment}, {self.set_at}"


class Enrolment(models.Model):
    """A learner in a course."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments"
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=EnrolmentStatus.choices,
        default=EnrolmentStatus.ACTIVE,
    )
    enrolled_at = models.DateTimeField(_("enrolled"), default=clock.now)

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "learner"], name="courses_enrolment_once")
        ]

    def __str__(self) -> str:
        return f"{self.learner}, {self.course}"


class Submission(models.Model):
    """What a learner handed in. `score` is the base score; see `selectors.effective_score`."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="submissions")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="submissions"
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    text = BoundedText(_("text"), max_length=200_000, blank=True)
    score = models.DecimalField(_("score"), max_digits=7, decimal_places=2, null=True, blank=True)
    submitted_at = models.DateTimeField(_("handed in"), default=clock.now)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0),
                name="courses_score_not_negative",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["assignment", "submitted_at"], name="courses_submission_list"),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.assignment}"


class Certificate(models.Model):
    """A certificate that was issued; whether it counts follows from the active effects."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, related_name="certificate"
    )
    issued_at = models.DateTimeField(_("issued"), default=clock.now)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self) -> str:
        return f"{self.enrolment}"
