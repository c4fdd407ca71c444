"""Who offers courses, and what they offer."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrity.courses.enums import ProductKind

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
