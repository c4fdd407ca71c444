"""Tables of the history. Rows are written by `services` and `checkpoints` only.

The database refuses to change or remove events and checkpoints (migration `0002_append_only`), so
there is no foreign key to anything that can be deleted.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrity.audit import canonical, chain, registry
from integrity.audit.chain import ACTOR, CheckpointRow, EventRow, ValueRow

# Characters; checked before writing too, for SQLite takes any length.
LIMITS = {
    "actor": 64,
    "actor_role": 64,
    "subject_type": 64,
    "subject_id": 64,
    "case_number": 32,
    "institution": 100,
}


class ActorKind(models.TextChoices):
    """How an event names who acted."""

    USER = "user", _("Person with an account")
    SEALED = "sealed", _("Person whose identity is sealed")
    SYSTEM = "system", _("System")


class Event(models.Model):
    """One thing that happened. Never changed, never removed; its hash covers every column.

    `actor` is a commitment for a user, a keyed reference for a sealed person, a name for the
    system. `payload` is canonical JSON: `{"data": {...}, "personal": {name: commitment}}`.
    """

    sequence = models.BigIntegerField(primary_key=True)
    version = models.PositiveSmallIntegerField()
    occurred_at = models.DateTimeField()
    action = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=8, choices=ActorKind)
    actor = models.CharField(max_length=LIMITS["actor"])
    actor_role = models.CharField(max_length=LIMITS["actor_role"], blank=True)
    subject_type = models.CharField(max_length=LIMITS["subject_type"])
    subject_id = models.CharField(max_length=LIMITS["subject_id"])
    case_number = models.CharField(max_length=LIMITS["case_number"], blank=True)
    institution = models.CharField(max_length=LIMITS["institution"], blank=True)
    payload = models.TextField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = chain.EVENTS
        ordering = ("sequence",)
        indexes = (
            models.Index(fields=("case_number", "sequence"), name="audit_event_case"),
            models.Index(fields=("institution", "sequence"), name="audit_event_institution"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="audit_event_from_1"),
            models.CheckConstraint(
                condition=models.Q(actor_kind__in=ActorKind.values), name="audit_event_actor_kind"
            ),
            # Two events cannot follow the same one, so the chain cannot fork.
            models.UniqueConstraint(fields=("previous_hash",), name="audit_event_no_fork"),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"

    @cached_property
    def content(self) -> dict[str, Any]:
        """The payload as an object."""
        content: dict[str, Any] = json.loads(self.payload)
        return content

    @property
    def data(self) -> dict[str, Any]:
        """What the event says, nothing of it personal."""
        data: dict[str, Any] = self.content["data"]
        return data

    @cached_property
    def values_kept(self) -> dict[str, str]:
        """Values behind the commitments, the actor's among them, as far as they are not erased."""
        return {row.name: row.value for row in self.value_rows.all()}

    @property
    def personal(self) -> dict[str, str | None]:
        """The personal values by name; None for an erased one."""
        return {name: self.values_kept.get(name) for name in self.content["personal"]}

    @property
    def actor_id(self) -> str | None:
        """Public id of the user who acted; None when erased, sealed or the system."""
        return self.values_kept.get(ACTOR) if self.actor_kind == ActorKind.USER else None

    @property
    def label(self) -> str | Promise:
        """The action in words."""
        known = registry.find(self.action)
        return known.label if known else self.action

    @property
    def icon(self) -> str:
        """Name of the action's icon."""
        known = registry.find(self.action)
        return known.icon if known else "clock"

    def row(self) -> EventRow:
        """The row as it is hashed."""
        columns = {name: getattr(self, name) for name in EventRow._fields}
        return EventRow(**{**columns, "occurred_at": canonical.instant(self.occurred_at)})


class EventValue(models.Model):
    """The value behind one commitment. May be deleted, which erases it; never changed."""

    pk = models.CompositePrimaryKey("event_id", "name")
    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        related_name="value_rows",
        db_column="sequence",
        db_index=False,
    )
    name = models.CharField(max_length=64)
    salt = models.CharField(max_length=32)
    value = models.TextField()
    # Repeats values of up to 64 characters: a long text cannot be indexed on PostgreSQL.
    lookup = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = chain.VALUES
        indexes = (models.Index(fields=("lookup",), name="audit_value_lookup"),)

    def __str__(self) -> str:
        return f"{self.event_id} {self.name}"

    def row(self) -> ValueRow:
        """The row as the verifier reads it."""
        return ValueRow(self.event_id, self.name, self.salt, self.value, self.lookup)


class Checkpoint(models.Model):
    """A signed statement: up to `sequence` the history is the one that ends with `event_hash`."""

    id = models.BigIntegerField(primary_key=True)
    version = models.PositiveSmallIntegerField()
    sequence = models.BigIntegerField(unique=True)
    event_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    key_id = models.CharField(max_length=32)
    signature = models.CharField(max_length=128)

    class Meta:
        db_table = chain.CHECKPOINTS
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=models.Q(id__gte=1), name="audit_checkpoint_from_1"),
            models.UniqueConstraint(fields=("previous_hash",), name="audit_checkpoint_no_fork"),
        )

    def __str__(self) -> str:
        return f"{self.id} at {self.sequence}"

    def row(self) -> CheckpointRow:
        """The row as it is signed."""
        return CheckpointRow(
            self.id,
            self.version,
            self.sequence,
            self.event_hash,
            self.previous_hash,
            canonical.instant(self.created_at),
            self.key_id,
            self.signature,
        )
