"""Meetings with a respondent: times offered, who came, and minutes both sides read (PR3)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.enums import MeetingCapacity, MeetingStatus, MinutesAnswer
from cases.models.beside import AdviserAccess
from cases.models.case import Case, Respondent
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class Meeting(models.Model):
    """An invitation to talk. The respondent picks one of the offered times, or asks for others.

    `sequence` counts the changes a calendar has to be told of (RFC 5545, SEQUENCE).
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="meetings")
    respondent = models.ForeignKey(Respondent, on_delete=models.PROTECT, related_name="meetings")
    about = BoundedText(_("what it is about"), max_length=2_000)
    place = models.CharField(_("where, or how to join"), max_length=300)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=MeetingStatus.choices,
        default=MeetingStatus.OFFERED,
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    # What the respondent says where no offered time suits them.
    other_times = BoundedText(_("when it would suit you"), max_length=1_000, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(_("invited"), default=clock.now)
    settled_at = models.DateTimeField(_("recorded"), null=True, blank=True)
    cancel_reason = BoundedText(_("why it was called off"), max_length=1_000, blank=True)
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering: ClassVar[list[str]] = ["invited_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=MeetingStatus.values), name="cases_meeting_status_known"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(ends_at__gt=F("starts_at")),
                name="cases_meeting_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["agreed", "held", "missed"]) | Q(starts_at__isnull=False),
                name="cases_meeting_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}"


class MeetingSlot(models.Model):
    """One time that is offered."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["meeting", "starts_at"], name="cases_slot_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="cases_slot_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.starts_at}"


class MeetingPerson(models.Model):
    """Who is expected at a meeting, and whether they came; NULL until somebody wrote it down.

    The learner and people of the desk by their account, an adviser by the access they were given,
    anybody else (an interpreter for instance) by name.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="people")
    capacity = models.CharField(_("as"), max_length=8, choices=MeetingCapacity.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    adviser = models.ForeignKey(
        AdviserAccess, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    attended = models.BooleanField(_("came"), null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(capacity__in=["desk", "learner"], user__isnull=False, adviser=None)
                | Q(capacity="adviser", adviser__isnull=False, user=None)
                | Q(Q(capacity="other", user=None, adviser=None), ~Q(name="")),
                name="cases_meeting_person_whole",
            ),
            models.UniqueConstraint(
                fields=["meeting", "user"],
                condition=Q(user__isnull=False),
                name="cases_meeting_person_once",
            ),
            models.UniqueConstraint(
                fields=["meeting", "adviser"],
                condition=Q(adviser__isnull=False),
                name="cases_meeting_adviser_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.get_capacity_display()}"


class Minutes(models.Model):
    """What was said at a meeting, in one wording. A new wording is a new row; none is changed.

    The desk agrees by writing it. The respondent agrees, or says what is wrong; both stay.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="minutes")
    number = models.PositiveSmallIntegerField(_("number"))
    text = BoundedText(_("what was said"), max_length=20_000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("written"), default=clock.now)
    form_key = models.CharField(max_length=64, unique=True, editable=False)
    answer = models.CharField(
        _("the learner says"), max_length=10, choices=MinutesAnswer.choices, blank=True
    )
    objection = BoundedText(_("what is wrong"), max_length=10_000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["meeting", "number"], name="cases_minutes_numbered"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, objection="")
                | Q(answer="agreed", answered_at__isnull=False, objection="")
                | Q(Q(answer="objected", answered_at__isnull=False), ~Q(objection="")),
                name="cases_minutes_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.number}"
