"""Message catalogues without GNU gettext.

`python -m integrity.catalogues [FILE.po...]` compiles each into the `.mo` beside it; without files
all below `locale/`. With `--check` nothing is written: every catalogue must parse, be complete and
keep the placeholders of the original, otherwise the exit status is 1.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import polib

FOLDER = Path(__file__).resolve().parent.parent / "locale"
PLACEHOLDER = re.compile(r"%\(\w+\)[-+0 #]*\d*(?:\.\d+)?[a-zA-Z]|%[sdf]|\{\w*\}")


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


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0: good. 1: a catalogue has a fault."""
    parser = argparse.ArgumentParser(prog="python -m integrity.catalogues", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, only look")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args(arguments)
    files = given.files or sorted(FOLDER.glob("*/LC_MESSAGES/*.po"))
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
