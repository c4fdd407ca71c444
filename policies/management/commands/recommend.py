"""`manage.py recommend`: apply a scheme to facts and explain the result."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrity.core.errors import DomainError
from policies import selectors
from policies.management.output import BAD_USE, refusal
from policies.models import Scheme, SchemeVersion
from policies.schemes import BadFacts, MissingFacts, located, recommend


class Command(BaseCommand):
    help = (
        "Apply the version of a scheme that is in force to facts. Prints JSON: points, band, "
        "range, default (the first of the range) and a breakdown factor by factor. Exit status: 0 "
        "answered, 2 bad use; facts that are missing are listed as JSON too, never assumed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scheme", metavar="SCHEME", help="slug of the scheme")
        parser.add_argument(
            "--facts",
            required=True,
            metavar="JSON",
            help="an object of factor ids with option ids or numbers",
        )

    def handle(self, *args: Any, scheme: str, facts: str, **options: Any) -> None:
        version = _version(scheme)
        try:
            given, _lines = located.read(facts)
            if not isinstance(given, dict):
                raise BadFacts({"facts": "must be an object in braces"})
            result = recommend(version, given)
        except MissingFacts as error:
            missing = [item.as_json() for item in error.missing]
            self.stdout.write(
                json.dumps(
                    {"scheme": scheme, "version": version.number, "missing": missing},
                    indent=2,
                    ensure_ascii=False,
                )
            )
            raise CommandError(refusal(error), returncode=BAD_USE) from error
        except DomainError as error:
            raise CommandError(refusal(error), returncode=BAD_USE) from error
        self.stdout.write(json.dumps(result.as_json(), indent=2, ensure_ascii=False))


def _version(slug: str) -> SchemeVersion:
    scheme = Scheme.objects.filter(slug=slug).first()
    if scheme is None:
        known = ", ".join(Scheme.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(
            f'There is no scheme "{slug}". Known: {known or "none"}', returncode=BAD_USE
        )
    version = selectors.governing_scheme(scheme)
    if version is None:
        raise CommandError(f'No version of "{slug}" is in force.', returncode=BAD_USE)
    return version
