"""The learning record: what people study, hand in and achieve.

Every value here is a base value. What a decision changes is an `Effect` beside it; the value that
counts is computed from the base value and the effects that are active (see `selectors`). So a
reversal takes its own effect away and whatever else was decided still stands.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from integrity.core import clock, ids
from integrity.core.fields import BoundedText
from integrity.courses.enums import EffectKind, EnrolmentStatus, PostPlace, ProductKind

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class Institution(models.Model):
    """The platform itself or a partner: owner of courses, policies, cases and a calendar."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_platform = models.BooleanField(_("is the platform"), default=False)
    contact_email = models.EmailField(_("contact"), blank=True)

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["is_platform"],
                condition=Q(is_platform=True),
                name="courses_one_platform",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day that does not count as a working day of an institution."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["institution", "day"], name="courses_holiday_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"


class Programme(models.Model):
    """A product of an institution; its kind decides who determines cases in it (PO5)."""

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="programmes"
    )
    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    product_kind = models.CharField(_("kind"), max_length=30, choices=ProductKind.choices)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self) -> str:
        return self.title


class Course(models.Model):
    """A course. `pass_mark` is the percentage from which its certificate is earned."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="courses")
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="courses",
    )
    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    code = models.CharField(_("code"), max_length=30)
    title = models.CharField(_("title"), max_length=200)
    pass_mark = models.DecimalField(
        _("pass mark in per cent"),
        max_digits=5,
        decimal_places=2,
        default=60,
        validators=PERCENT,
    )

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(pass_mark__gte=0, pass_mark__lte=100),
                name="courses_pass_mark_percent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Teaching(models.Model):
    """Somebody teaches a course: they may report there and never decide there."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="teachings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="teachings"
    )

    class Meta:
        verbose_name = _("teacher")
        verbose_name_plural = _("teachers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "user"], name="courses_teaching_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.course}"


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


class Post(models.Model):
    """Something a person wrote in a forum, a chat or a peer review of a course."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, null=True, blank=True, related_name="posts"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts"
    )
    place = models.CharField(
        _("place"), max_length=20, choices=PostPlace.choices, default=PostPlace.FORUM
    )
    body = BoundedText(_("text"), max_length=20_000)
    created_at = models.DateTimeField(_("written"), default=clock.now)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["course", "-created_at"], name="courses_post_list"),
        ]

    def __str__(self) -> str:
        return self.body[:60]


class Effect(models.Model):
    """One change of the learning record, active from `starts_at` until it ends or is reversed.

    Exactly one target is set. `source` says what caused it (for instance `sanction:<id>`); the same
    source, kind and target is one effect, so carrying it out twice changes nothing. `computed`
    marks a consequence that follows from the others, such as a certificate withheld because the
    course result no longer passes.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=30, choices=EffectKind.choices)
    source = models.CharField(_("cause"), max_length=80)
    computed = models.BooleanField(_("computed"), default=False)
    submission = models.ForeignKey(
        Submission,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="effects",
    )
    enrolment = models.ForeignKey(
        Enrolment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="effects",
    )
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="effects"
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    reversed_at = models.DateTimeField(_("reversed"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("effect")
        verbose_name_plural = _("effects")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=(
                    Q(
                        submission__isnull=False,
                        enrolment__isnull=True,
                        post__isnull=True,
                    )
                    | Q(
                        submission__isnull=True,
                        enrolment__isnull=False,
                        post__isnull=True,
                    )
                    | Q(
                        submission__isnull=True,
                        enrolment__isnull=True,
                        post__isnull=False,
                    )
                ),
                name="courses_effect_one_target",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="courses_effect_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EffectKind.values),
                name="courses_effect_kind_known",
            ),
            models.UniqueConstraint(
                fields=["source", "kind", "submission"],
                condition=Q(submission__isnull=False, reversed_at__isnull=True),
                name="courses_effect_once_submission",
            ),
            models.UniqueConstraint(
                fields=["source", "kind", "enrolment"],
                condition=Q(enrolment__isnull=False, reversed_at__isnull=True),
                name="courses_effect_once_enrolment",
            ),
            models.UniqueConstraint(
                fields=["source", "kind", "post"],
                condition=Q(post__isnull=False, reversed_at__isnull=True),
                name="courses_effect_once_post",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.source})"
