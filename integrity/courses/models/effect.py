"""What decisions change."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from integrity.core import clock, ids
from integrity.core.fields import BoundedText
from integrity.courses.enums import EffectKind
from integrity.courses.models.community import Channel, HeldRole, Post
from integrity.courses.models.learning import Enrolment, Submission


def _one_target() -> Q:
    targets = ("submission", "enrolment", "post", "role", "person")
    condition = Q()
    for chosen in targets:
        condition |= Q(**{f"{name}__isnull": name != chosen for name in targets})
    return condition & (Q(channel__isnull=True) | Q(person__isnull=False))


class Effect(models.Model):
    """One change of the learning record, active from `starts_at` until it ends or is reversed.

    Exactly one target is set: a submission, an enrolment, a post, a role, or a person (with the
    channel they are barred from, the other person they may not write to, or neither). `source`
    says what caused it (for instance `sanction:<id>`); the same source, kind and target is one
    effect, so carrying it out twice changes nothing. `computed` marks a consequence that follows
    from the others, such as a certificate withheld because the course result no longer passes.
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
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="effects"
    )
    role = models.ForeignKey(
        HeldRole, on_delete=models.PROTECT, null=True, blank=True, related_name="effects"
    )
    # Who is barred: from `channel`, or, where it is empty, from direct messages to `other`,
    # or to anybody where that is empty too.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="effects",
    )
    other = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # What is shown in place of the post while this is active.
    replacement = BoundedText(_("shown instead"), max_length=20_000, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    reversed_at = models.DateTimeField(_("reversed"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("effect")
        verbose_name_plural = _("effects")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=_one_target(), name="courses_effect_one_target"),
            models.CheckConstraint(
                condition=Q(other__isnull=True) | Q(person__isnull=False, channel__isnull=True),
                name="courses_effect_other_of_person",
            ),
            models.CheckConstraint(
                condition=Q(replacement="") | Q(kind="content_replaced"),
                name="courses_effect_replacement_of_post",
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
            models.UniqueConstraint(
                fields=["source", "kind", "channel", "person"],
                condition=Q(channel__isnull=False, reversed_at__isnull=True),
                name="courses_effect_once_channel",
            ),
            models.UniqueConstraint(
                fields=["source", "kind", "role"],
                condition=Q(role__isnull=False, reversed_at__isnull=True),
                name="courses_effect_once_role",
            ),
            models.UniqueConstraint(
                fields=["source", "kind", "person", "other"],
                condition=Q(other__isnull=False, reversed_at__isnull=True),
                name="courses_effect_once_other",
            ),
            models.UniqueConstraint(
                fields=["source", "kind", "person"],
                condition=Q(
                    person__isnull=False,
                    other__isnull=True,
                    channel__isnull=True,
                    reversed_at__isnull=True,
                ),
                name="courses_effect_once_person",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Whether somebody may write here, asked on every attempt.
            models.Index(
                fields=["person", "kind"],
                condition=Q(person__isnull=False, reversed_at__isnull=True),
                name="courses_effect_of_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.source})"
