"""The promises: which document and clause, what it comes to, and the test that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., None])

HONOR = "coursera-honor-code"
LEARNER = "coursera-learner-honor-code"
CONDUCT = "coursera-code-of-conduct"
PLEDGE = "mit-learn-honor-code"

KINDS = {
    HONOR: "honor_code", LEARNER: "honor_code", CONDUCT: "code_of_conduct", PLEDGE: "honor_code",
}  # fmt: skip

# The parts of each document: number -> heading. What stands before the first part is "0".
PARTS: dict[str, dict[str, str]] = {
    HONOR: {
        "0": "Coursera Honor Code",
        "1": "Honor Code",
        "2": "Plagiarism",
        "3": "Flag plagiarism",
        "4": "Report Honor Code violations",
    },
    LEARNER: {
        "0": "",
        "1": "Definitions",
        "2": "Violations",
        "3": "Consequences for Non-degree Products",
        "4": "Consequences for Degree Products",
        "5": "Report Honor Code violations",
    },
    CONDUCT: {
        "0": "Coursera Code of Conduct",
        "1": "Coursera guidelines",
        "2": "Your responsibilities as a Coursera user",
        "3": "Inappropriate behavior",
        "4": "Community guidelines",
        "5": "Potential consequences for violating the Code of Conduct",
        "6": "Enforcement of the Code of Conduct",
        "7": "Reporting a Code of Conduct incident",
        "8": "Attribution",
    },
    PLEDGE: {
        "1": "COLLABORATION POLICY",
        "2": "HONOR CODE PLEDGE",
        "3": "VIOLATIONS",
        "4": "CHANGING THE HONOR CODE",
    },
}

# Clauses without anything a product could keep, and why.
WITHOUT: dict[tuple[str, str], str] = {
    (HONOR, "0"): "says why it matters",
    (CONDUCT, "3.3"): "further reading",
    (CONDUCT, "4.1"): "introduces what follows",
    (CONDUCT, "4.2"): "advice to writers",
    (CONDUCT, "4.4"): "a link",
    (CONDUCT, "4.5"): "advice to writers",
    (CONDUCT, "4.7"): "invites feedback",
    (CONDUCT, "4.9"): "advice to writers",
    (CONDUCT, "4.11"): "a link",
    (CONDUCT, "4.12"): "advice to writers",
    (CONDUCT, "8.1"): "says where the text comes from",
}


@dataclass(frozen=True)
class Promise:
    """A promise. `test` is empty while the product does not keep it; `because` says why not."""

    document: str
    clause: str
    says: str
    feature: str
    test: str = ""
    because: str = ""


PROMISES: list[Promise] = []


def promise(document: str, clause: str, says: str, feature: str) -> Callable[[Test], Test]:
    """Mark a test as the one that shows a promise. Several can be shown by one test."""
    _known(document, clause)

    def note(test: Test) -> Test:
        where = test.__module__.rpartition(".")[2]
        PROMISES.append(Promise(document, clause, says, feature, f"{where}::{test.__name__}"))
        return test

    return note


def each(
    document: str, name: str, feature: str, cases: Mapping[Any, tuple[str, str]]
) -> Callable[[Test], Test]:
    """Mark a test that shows one promise for each value of its argument `name`.

    `cases` gives for each value the clause and what it says.
    """
    for clause, _says in cases.values():
        _known(document, clause)

    def note(test: Test) -> Test:
        where = test.__module__.rpartition(".")[2]
        for value, (clause, says) in cases.items():
            shown = f"{where}::{test.__name__}[{value}]"
            PROMISES.append(Promise(document, clause, says, feature, shown))
        marked: Test = pytest.mark.parametrize(name, list(cases))(test)
        return marked

    return note


def not_yet(document: str, clause: str, says: str, feature: str, because: str) -> None:
    """List a promise that the product does not keep yet."""
    _known(document, clause)
    PROMISES.append(Promise(document, clause, says, feature, because=because))


def _known(document: str, clause: str) -> None:
    if clause.partition(".")[0] not in PARTS[document]:
        raise LookupError(f"{document} has no clause {clause}")
