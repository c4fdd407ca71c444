"""The main job from flag to audited export, printed as it goes."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cases.demo import walkthrough
from integrity.audit.checkpoints import make_checkpoint


class Command(BaseCommand):
    """Exit 0 when every step led where it must, 1 when one did not, 2 for a file it cannot read."""

    help = "Walks through the whole job by the services: flag, case, decision, letters, proof."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--flag", metavar="FILE", help="the work that is flagged")
        parser.add_argument("--source", metavar="FILE", help="the text it is flagged against")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The tour is never walked in production settings.", returncode=2)
        if bool(options["flag"]) != bool(options["source"]):
            raise CommandError("Give both --flag and --source, or neither.", returncode=2)
        own = settings.BASE_DIR / "tests" / "data" / "walkthrough"
        try:
            work = walkthrough.read_text(Path(options["flag"] or own / "essay.txt"))
            source = walkthrough.read_text(Path(options["source"] or own / "article.txt"))
        except OSError as error:
            raise CommandError(f"Cannot read: {error}", returncode=2) from error
        with tempfile.TemporaryDirectory() as folder:
            exported = Path(folder) / "history.jsonl"
            try:
                number = walkthrough.run(
                    say=self.stdout.write, work=work, source=source, export_to=exported
                )
            except walkthrough.WalkthroughFailed as error:
                raise CommandError(f"Failed: {error}", returncode=1) from error
        make_checkpoint()
        self.stdout.write("11. The chain is signed and verified from its first event to its last:")
        call_command("verify_audit", stdout=self.stdout)
        self.stdout.write(f"Done. The case is {number}: {settings.SITE_URL}/desk/cases/{number}/")
