"""What tests of policies share."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrity.audit.services import Actor
from integrity.courses.models import Institution
from policies import services
from policies.models import Document, Version
from policies.services.demo import load_demo_policies

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT.parent / "shared" / "sources"
DATA = Path(__file__).parent / "data"
ACTOR = Actor.system("tests")
_numbers = itertools.count(1)


def at(text: str) -> datetime:
    """An instant in UTC: "2026-09-01" or "2026-09-01 10:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def document(**fields: Any) -> Document:
    number = next(_numbers)
    return Document.objects.create(
        **{"slug": f"rules-{number}", "kind": "honor_code", "title": f"Rules {number}", **fields}
    )


def version(of: Document, since: str, body: str = "## One\n\nText.", **fields: Any) -> Version:
    """A published version in force from the day `since`."""
    made = services.create_draft(
        actor=ACTOR, document=of, body=body, effective_at=at(since), **fields
    )
    return services.publish(actor=ACTOR, version=made, posted_at=at(since))


@pytest.fixture
def demo(db: None) -> list[Document]:
    return load_demo_policies(ACTOR)


@pytest.fixture
def northbridge(db: None) -> Institution:
    return Institution.objects.create(
        slug="northbridge", name="Northbridge College", time_zone="America/New_York"
    )


@pytest.fixture
def source() -> Callable[[str], Path]:
    """Path of a source document; skips, with the reason, where there are none."""

    def find(name: str) -> Path:
        if not SOURCES.exists():
            pytest.skip(f"the source documents are not here ({SOURCES})")
        path = SOURCES / name
        assert path.exists(), f"{name} is not among the source documents"
        return path

    return find
