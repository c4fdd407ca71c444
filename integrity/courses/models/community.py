"""What people write to each other, and where."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from integrity.core import clock, ids
from integrity.core.fields import BoundedText
from integrity.courses.enums import CourseRole, PostPlace
from integrity.courses.models.institution import Course


class Channel(models.Model):
    """A place of a course where people talk; somebody can be barred from it."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="channels")
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "name"], name="courses_channel_once")
        ]

    def __str__(self) -> str:
        return self.name


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
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="posts"
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


class DirectMessage(models.Model):
    """Something one person wrote to another alone."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages_sent"
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages_received"
    )
    body = BoundedText(_("text"), max_length=4_000)
    sent_at = models.DateTimeField(_("sent"), default=clock.now)
    # A form sent twice is one message.
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("direct message")
        verbose_name_plural = _("direct messages")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(sender=F("recipient")), name="courses_message_to_another"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["recipient", "sender", "-sent_at"], name="courses_message_received"
            ),
            models.Index(fields=["sender", "recipient", "-sent_at"], name="courses_message_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.sender}, {self.recipient}"


class PeerReview(models.Model):
    """What one learner gave the work of another: a score between 0 and `score_max`, and words.

    The platform collects peer reviews and sends them here.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    submission = models.ForeignKey(
        "courses.Submission", on_delete=models.PROTECT, related_name="peer_reviews"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="peer_reviews_given"
    )
    score = models.DecimalField(_("score"), max_digits=7, decimal_places=2)
    score_max = models.DecimalField(_("highest score"), max_digits=7, decimal_places=2)
    body = BoundedText(_("text"), max_length=20_000, blank=True)
    given_at = models.DateTimeField(_("given"), default=clock.now)

    class Meta:
        verbose_name = _("peer review")
        verbose_name_plural = _("peer reviews")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["submission", "reviewer"], name="courses_peer_review_once"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=F("score_max"), score_max__gt=0),
                name="courses_peer_review_score_in_range",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The retaliation guard looks at what was given since it last looked.
            models.Index(fields=["given_at", "id"], name="courses_peer_review_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.submission}"


class HeldRole(models.Model):
    """Somebody is mentor, assistant, moderator of channels or speaker in a course.

    The base value: whether the role counts now follows from the active effects.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="held_roles")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="course_roles"
    )
    role = models.CharField(_("role"), max_length=20, choices=CourseRole.choices)
    since = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        verbose_name = _("role in a course")
        verbose_name_plural = _("roles in courses")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["course", "user", "role"], name="courses_held_role_once"
            ),
            models.CheckConstraint(
                condition=Q(role__in=CourseRole.values), name="courses_held_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"
