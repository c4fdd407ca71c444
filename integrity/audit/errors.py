"""What can go wrong with the history. All but `ChainBroken` are mistakes of the calling code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrity.audit.verifier import Finding


class AuditError(Exception):
    """Base of this app's errors."""


class WrongRegistration(AuditError):
    """An action was registered twice or with names that cannot be."""


class UnknownAction(AuditError):
    """An action that nobody registered."""


class WrongEvent(AuditError):
    """An event with fields its action does not carry, or with values that cannot be kept."""


class NoTransaction(AuditError):
    """`record` outside `transaction()`, or in a savepoint that `transaction()` did not make."""


class ChainBroken(AuditError):
    """The history does not verify, so it is not signed. `finding` says where."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.message)
