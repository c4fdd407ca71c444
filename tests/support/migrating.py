"""Migrates an empty database for the tests: the result of `migrate`, with less of the waiting.

    python -m tests.support.migrating

migrates the database of DATABASE_URL.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db.migrations.state import ProjectState


def _append_option(
    state: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any
) -> None:
    # Django builds the model anew, with all that are related to it; a constraint or an index
    # changes no field, so the model that was built already is told instead.
    model_state = state.models[app_label, model_name]
    model_state.options[option_name] = [*model_state.options[option_name], obj]
    if "apps" in vars(state):
        meta: Any = state.apps.get_model(app_label, model_name)._meta
        setattr(meta, option_name, [*getattr(meta, option_name), obj])


@contextmanager
def quickly() -> Iterator[None]:
    """Inside the block migrating forwards is quicker; every operation and its SQL are Django's.

    Not for going backwards: the states before and after an operation share what was built.
    """
    with mock.patch.object(ProjectState, "_append_option", _append_option):
        yield


def main() -> None:
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrity.settings.test")
    django.setup()
    with quickly():
        call_command("migrate", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
