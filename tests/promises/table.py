"""docs/promises.md, made of the tests: `python -m tests.promises.table > docs/promises.md`."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path

from tests.promises import register
from tests.promises.register import PARTS, Promise

FILE = Path(__file__).resolve().parents[2] / "docs" / "promises.md"
HEAD = """# What the policies promise

The four policies this product has to carry promise things to the people they bind. Each promise is
listed here in words of ours, with the clause, the feature that keeps it (the letters are those of
the product's description) and the test that shows it. The numbers of the clauses are those that
`import_policy` gives them. This page is made of the tests by
`python -m tests.promises.table > docs/promises.md`; a test fails when it is out of date.
"""


def collect() -> list[Promise]:
    """Every promise of the package, in the order of the documents and their clauses."""
    package = Path(__file__).parent
    for module in pkgutil.iter_modules([str(package)]):
        if module.name.startswith("test_") or module.name == "later":
            importlib.import_module(f"tests.promises.{module.name}")
    documents = list(PARTS)
    return sorted(
        dict.fromkeys(register.PROMISES),
        key=lambda item: (
            documents.index(item.document),
            [int(number) for number in item.clause.split(".")],
            not item.test,
        ),
    )


def write() -> str:
    """The page."""
    promises = collect()
    kept = sum(1 for item in promises if item.test)
    lines = [HEAD, f"{len(promises)} promises: {kept} kept, {len(promises) - kept} not yet.", ""]
    for document, parts in PARTS.items():
        lines += [
            f"## {document}",
            "",
            "| clause | promise | feature | shown by |",
            "|---|---|---|---|",
        ]
        for item in promises:
            if item.document == document:
                clause = _clause(item.clause, parts)
                shown = f"`{item.test}`" if item.test else f"**not yet**: {item.because}"
                lines.append(f"| {clause} | {item.says} | {item.feature} | {shown} |")
        lines.append("")
    lines += ["## Clauses that promise nothing", "", "| clause | why |", "|---|---|"]
    for (document, clause), why in register.WITHOUT.items():
        lines.append(f"| {document}, {_clause(clause, PARTS[document])} | {why} |")
    return "\n".join(lines) + "\n"


def _clause(clause: str, parts: dict[str, str]) -> str:
    part = clause.partition(".")[0]
    heading = parts[part]
    heading = heading.capitalize() if heading.isupper() else heading
    if part == "0":
        return "opening"
    return f"{clause} {heading}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrity.settings.test")
    import django

    django.setup()
    sys.stdout.write(write())
