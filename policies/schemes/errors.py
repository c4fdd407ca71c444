"""What can be wrong with a scheme file, and with the facts it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from integrity.core.errors import InvalidInput

if TYPE_CHECKING:
    from policies.schemes.recommend import Wanted


@dataclass(frozen=True)
class Problem:
    """One thing wrong: the place in the file and the reason. `line` is 0 when it is not known."""

    place: str
    reason: str
    line: int = 0

    def __str__(self) -> str:
        where = f"line {self.line}, {self.place}" if self.line else self.place
        return f"{where}: {self.reason}"


class SchemeError(InvalidInput):
    """The file is not a scheme. `problems` names every place and reason."""

    message = _("This scheme cannot be used.")

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__({"data": [str(problem) for problem in self.problems]})


class BadFacts(InvalidInput):
    """A fact that the scheme does not know, or a value it does not allow."""

    message = _("Some facts do not fit this scheme.")

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.problems = dict(fields)
        super().__init__({name: [text] for name, text in fields.items()})


class MissingFacts(InvalidInput):
    """Facts that nobody has given. They are asked for, never assumed."""

    message = _("Some facts are still missing.")

    def __init__(self, missing: Sequence[Wanted]) -> None:
        self.missing = tuple(missing)
        super().__init__({item.factor: [item.question] for item in self.missing})
