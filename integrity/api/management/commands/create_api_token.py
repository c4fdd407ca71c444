"""`manage.py create_api_token`: a token for somebody, from the command line."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrity.accounts.selectors import find_by_email
from integrity.api import tokens
from integrity.api.scopes import Scope
from integrity.core.errors import InvalidInput


class Command(BaseCommand):
    """The secret is in the output and nowhere else."""

    help = (
        "Make an access token for the API. Prints JSON with the token, which is not shown again. "
        f"Scopes: {', '.join(Scope.values)}. Exit status: 0 made, 1 no active person with this "
        "address, 2 bad use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument("--scopes", required=True, metavar="A,B")
        parser.add_argument("--name", default="command line", help="what it is for")
        parser.add_argument(
            "--days", type=int, default=tokens.DAYS, help="how long it is valid (default 90)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_by_email(options["user"])
        if user is None:
            # The address itself stays out of logs.
            raise CommandError("There is no active person with this address.", returncode=1)
        scopes = [name.strip() for name in options["scopes"].split(",") if name.strip()]
        try:
            token, secret = tokens.create(
                user=user, name=options["name"], scopes=scopes, days=options["days"]
            )
        except InvalidInput as error:
            lines = [str(text) for texts in error.fields.values() for text in texts]
            raise CommandError("\n".join(lines), returncode=2) from error
        told = {
            "token": secret,
            "id": str(token.public_id),
            "scopes": token.scopes,
            "expires_at": token.expires_at.isoformat(),
        }
        self.stdout.write(json.dumps(told, indent=2))
