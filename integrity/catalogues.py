"""Message catalogues without GNU gettext.

`python -m integrity.catalogues [FILE.po...]` compiles each into the `.mo` beside it; without files
all below `locale/`. With `--check` nothing is written: every catalogue must parse, be complete and
keep the placeholders and elements of the original, otherwise the exit status is 1. `--count` tells
how much is translated. `--tidy` throws away what gettext guessed and the times of extraction.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import polib

FOLDER = Path(__file__).resolve().parent.parent / "locale"
PLACEHOLDER = re.compile(
    r"%\(\w+\)[-+0 #]*\d*(?:\.\d+)?[a-zA-Z]|%[sdf]|\{\w*\}|</?[a-z]+\b|(?:href|class)=\"[^\"]*\""
)


def compile_catalogue(source: Path) -> Path:
    """Write the compiled form of `source` beside it and return its path."""
    target = source.with_suffix(".mo")
    draft = target.with_suffix(".mo.new")
    polib.pofile(str(source)).save_as_mofile(str(draft))
    draft.replace(target)
    return target


def problems(source: Path) -> list[str]:
    """What is wrong with a catalogue, one line each, with the line in the file."""
    try:
        catalogue = polib.pofile(str(source))
    except (OSError, UnicodeDecodeError) as error:
        return [f"{source}: {error}"]
    found = []
    for entry in catalogue:
        if entry.obsolete:
            continue
        where = f"{source}:{entry.linenum}"
        if not entry.translated():
            found.append(f"{where}: not translated: {entry.msgid!r}")
            continue
        originals = [entry.msgid, entry.msgid_plural or entry.msgid]
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        allowed = [set(PLACEHOLDER.findall(text)) for text in originals]
        # A singular may spell the number out, as its original does.
        found += [
            f"{where}: other placeholders than the original: {text!r}"
            for text in texts
            if set(PLACEHOLDER.findall(text)) not in allowed
        ]
    return found


def tidy(source: Path) -> None:
    """Empty the entries that gettext guessed, and drop what changes with every extraction."""
    catalogue = polib.pofile(str(source), wrapwidth=0)
    for entry in catalogue:
        if entry.fuzzy:
            entry.flags.remove("fuzzy")
            entry.msgstr = ""
            entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")
            entry.previous_msgctxt = entry.previous_msgid = entry.previous_msgid_plural = None
    for name in ("POT-Creation-Date", "PO-Revision-Date"):
        catalogue.metadata.pop(name, None)
    catalogue.metadata_is_fuzzy = False
    catalogue.save()


def count(source: Path) -> str:
    """How many entries there are and how many of them are translated."""
    catalogue = [entry for entry in polib.pofile(str(source)) if not entry.obsolete]
    done = sum(entry.translated() for entry in catalogue)
    return f"{source.parent.parent.name}: {done} of {len(catalogue)} translated"


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0: good. 1: a catalogue has a fault."""
    parser = argparse.ArgumentParser(prog="python -m integrity.catalogues", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, only look")
    parser.add_argument("--count", action="store_true", help="tell how much is translated")
    parser.add_argument("--tidy", action="store_true", help="empty what gettext guessed")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args(arguments)
    files = given.files or sorted(FOLDER.glob("*/LC_MESSAGES/*.po"))
    if given.count:
        for source in files:
            print(count(source))
        return 0
    if given.tidy:
        for source in files:
            tidy(source)
        return 0
    if not given.check:
        for source in files:
            compile_catalogue(source)
        return 0
    found = [line for source in files for line in problems(source)]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
