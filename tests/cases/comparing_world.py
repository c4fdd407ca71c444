"""A case with an essay and an article that share some sentences, ready to be compared."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from cases.models import Comparison, Evidence
from cases.services import comparing, evidence, notice
from cases.services.compared_texts import Given
from tests.cases.test_process import World

SHARED = (
    "To call such material public is to describe where it was kept, not what its authors agreed to."
)
SECOND = "Consent given for one use does not travel with the text to the next reader or machine."
ESSAY = (
    f"Many companies say that the data they use is public. However, {SHARED} People who wrote in "
    "forums ten years ago were thinking of other readers entirely.\n\nIn my view this matters more "
    f"than copyright. {SECOND} I asked eleven classmates whether anybody had asked them."
)
ARTICLE = (
    f"A training set is often described as found material. {SHARED}\n\n{SECOND} A notice that "
    "nobody is expected to read cannot stand in for an answer that nobody was asked to give."
)


class Compared(World):
    """The world of the process with an essay, an article and the desk's comparison of both."""

    def __init__(self) -> None:
        super().__init__()
        self.submission.text = ESSAY
        self.submission.save()
        self.alleged()

    def add(self, **fields: Any) -> Evidence:
        """A piece of evidence, by default the article as a quote."""
        return evidence.add(
            **{
                "actor": self.moderator,
                "number": self.number,
                "kind": "quote",
                "title": "Consent after the fact",
                "text": ARTICLE,
                "form_key": uuid.uuid4().hex,
                **fields,
            }
        )

    def essay(self) -> Evidence:
        """The submission as evidence."""
        return self.add(kind="submission", title="Essay 2", text="", submission=self.submission)

    def compare(self, a: Given | None = None, b: Given | None = None, **more: Any) -> Comparison:
        """By default the submission of the case with pasted words."""
        return comparing.make(
            **{
                "actor": self.moderator,
                "number": self.number,
                "a": a or Given(submission_id=self.submission.public_id),
                "b": b or Given(title="Open Methods Review 12", text=ARTICLE),
                "form_key": uuid.uuid4().hex,
                **more,
            }
        )

    def attach(self, row: Comparison, **more: Any) -> Evidence:
        """The comparison as evidence."""
        return comparing.attach(
            **{
                "actor": self.moderator,
                "number": self.number,
                "public_id": row.public_id,
                "title": "Comparison of both",
                "form_key": uuid.uuid4().hex,
                **more,
            }
        )

    def told(self) -> Compared:
        """The notice is sent: everything is shown to the learner."""
        notice.send(
            actor=self.moderator,
            number=self.number,
            respondent_id=self.rid,
            questions="",
            revision=None,
        )
        return self


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
