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
# One account per person (PO9). Numbers tell nothing of reports: who reported is sealed.
audit.register(
    "person.accounts_compared",
    fields={"pairs"},
    label=_("Accounts compared"),
    icon="search",
)
audit.register(
    "person.account_asked",
    fields={"reasons"},
    label=_("Asked about a second account"),
    icon="mail",
)
audit.register("person.account_denied", label=_("Answered: not my account"), icon="message-square")
audit.register(
    "person.accounts_told_apart",
    personal={"reason"},
    label=_("Two accounts are two people"),
    icon="users",
)
audit.register(
    "person.answer_doubted",
    personal={"reason"},
    label=_("Answer about a second account not believed"),
    icon="scale",
)
audit.register(
    "person.account_closed",
    fields={"carried"},
    personal={"closed", "kept"},
    label=_("Second account closed by its person"),
    icon="user-x",
)
