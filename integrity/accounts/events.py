"""What happens to roles, in the history: who may do what is part of how a case was decided."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

audit.register(
    "role.granted",
    fields={"role"},
    personal={"person"},
    label=_("Role granted"),
    icon="user-plus",
)
audit.register(
    "role.ended",
    fields={"role"},
    personal={"person"},
    label=_("Role ended"),
    icon="user-x",
)
audit.register(
    "person.added",
    fields={"fields"},
    personal={"person"},
    label=_("Person added by an administrator"),
    icon="user-plus",
)
audit.register(
    "person.changed",
    fields={"fields"},
    personal={"person"},
    label=_("Person changed by an administrator"),
    icon="pencil",
)
