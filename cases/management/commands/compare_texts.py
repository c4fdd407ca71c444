"""Compare two files word by word, or token by token."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.comparison import compare, extract, guess_language, languages
from cases.comparison.extracting import content_type_of
from cases.comparison.result import SET_ASIDE
from cases.evidence.errors import FileRefused

MAX_BYTES = 10 * 1024 * 1024
MAX_CHARACTERS = 400_000


class Command(BaseCommand):
    """Prints `{"similarity", "passages": [{"a": [start, end], "b": [start, end]}]}` and more.

    What is quoted or common stands under `set_aside` in the same way and counts for nothing.
    Offsets count characters of the text of each file, half open; of a PDF or a document of what
    was read from it. Exit status 2: a file that is not there, too large, or without words.
    """

    help = "Says which passages two texts or programs share; prints JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("a", metavar="A", help="a text, program, PDF, DOCX or ODT file")
        parser.add_argument("b", metavar="B")
        parser.add_argument(
            "--language",
            choices=sorted(languages()),
            help="text, or the language of programs; guessed from A where it is not given",
        )
        parser.add_argument(
            "--common",
            metavar="FILE",
            action="append",
            default=[],
            help="a text whose words are set aside, such as the assignment",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        a, b = self._text(options["a"]), self._text(options["b"])
        common = [self._text(path) for path in options["common"]]
        language = options["language"] or guess_language(Path(options["a"]).name, a)
        found = compare(a, b, language=language, common=common).to_json()
        passages = found["passages"]
        found["passages"] = [p for p in passages if p["kind"] not in SET_ASIDE]
        found["set_aside"] = [p for p in passages if p["kind"] in SET_ASIDE]
        self.stdout.write(json.dumps(found))

    def _text(self, name: str) -> str:
        path = Path(name)
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}", returncode=2) from None
        if len(content) > MAX_BYTES:
            raise CommandError(f"{name}: larger than {MAX_BYTES // 1024 // 1024} MB", returncode=2)
        try:
            text = extract(content, content_type_of(path.name, content))
        except FileRefused as refused:
            raise CommandError(f"{name}: {refused.reason}", returncode=2) from None
        if len(text) > MAX_CHARACTERS:
            raise CommandError(f"{name}: more than {MAX_CHARACTERS:,} characters", returncode=2)
        return text
