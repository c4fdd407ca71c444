"""`manage.py verify_audit`: does the history verify?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from integrity.audit import chain, checkpoints

FINDING, BAD_USE = 1, 2


class Command(BaseCommand):
    help = (
        "Verify every event, kept value and checkpoint. Prints JSON with the first one that does "
        "not verify. Exit status: 0 everything verifies, 1 something does not, 2 bad use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--checkpoint",
            metavar="FILE",
            action="append",
            default=[],
            help="a checkpoint that was kept elsewhere (make_checkpoint); may be repeated",
        )
        parser.add_argument(
            "--public-key",
            metavar="KEY",
            action="append",
            default=[],
            help="base64 public key to trust instead of those of the settings; may be repeated",
        )

    def handle(
        self, *args: Any, checkpoint: Sequence[str], public_key: Sequence[str], **options: Any
    ) -> None:
        kept, keys = [_read(name) for name in checkpoint], _keys(public_key)
        try:
            report = checkpoints.verify_database(kept=kept, keys=keys)
        except DatabaseError as error:
            raise CommandError(
                f"The history cannot be read: {error}", returncode=BAD_USE
            ) from error
        self.stdout.write(json.dumps(report.document(), indent=2))
        if report.first_bad:
            raise CommandError(report.first_bad.message, returncode=FINDING)


def _read(name: str) -> chain.CheckpointRow:
    try:
        return chain.read_checkpoint(json.loads(Path(name).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(
            f"{name} cannot be read as a checkpoint: {error}", returncode=BAD_USE
        ) from error


def _keys(encoded: Sequence[str]) -> dict[str, Ed25519PublicKey]:
    try:
        if not encoded:
            return checkpoints.trusted_keys()
        keys = [chain.public_key(text) for text in encoded]
    except ValueError as error:
        raise CommandError(f"No key can be read: {error}", returncode=BAD_USE) from error
    return {chain.key_id(key): key for key in keys}
