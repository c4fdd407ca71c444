"""What changed: readable, complete, and nobody's invention."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import difference
from policies.models import Document, Version
from policies.services import ConsequenceDraft, ViolationDraft
from tests.policies.conftest import document, version

WORDS = st.lists(st.sampled_from(["one", "two", "two.", "three,", "four\n", "five"]), max_size=30)


def texts(segments, *kinds: str) -> str:
    return " ".join("".join(s.text for s in segments if s.kind in kinds).split())


@given(WORDS, WORDS)
def test_both_texts_can_be_read_out_of_the_difference(old, new):
    segments = difference.words(" ".join(old), " ".join(new))
    before = " ".join(" ".join(old).split())
    after = " ".join(" ".join(new).split())
    assert texts(segments, "same", "removed") == before
    assert texts(segments, "same", "added") == after
    assert all(s.text == s.text.rstrip() for s in segments if s.kind != "same" and old != new)


def test_a_very_long_clause_is_replaced_as_a_whole():
    old, new = "a " * 5000, "b " * 5000
    assert [s.kind for s in difference.words(old, new)] == ["removed", "added"]


@pytest.mark.django_db
class TestVersions:
    def compare(self, old: str, new: str, **fields):
        of = document(title="Rules")
        one = version(of, "2025-01-01", old)
        two = version(of, "2025-02-01", new, **fields)
        return difference.compare(one, two)

    def test_changed_new_gone_and_moved(self):
        found = self.compare(
            "## R\n\n### A\n\nStays.\n\n### B\n\nYou have five days.\n\n### C\n\nGoes away.",
            "## R\n\n### New\n\nQuite a thing.\n\n### A\n\nStays.\n\n### B\n\nYou have ten days.",
        )
        assert [(c.kind, c.label, c.title) for c in found.clauses] == [
            ("new", "1.1", "New"), ("changed", "1.3", "B"), ("gone", "1.3", "C"),
        ]  # fmt: skip
        assert found.same == 1, "a clause with another number is the same clause"
        changed = found.clauses[1].segments
        assert texts(changed, "removed") == "five"
        assert texts(changed, "added") == "ten"

    def test_a_new_title_of_the_same_clause_is_a_change(self):
        found = self.compare(
            "## R\n\n### Old name\n\nThe very same words stand here.",
            "## R\n\n### New name\n\nThe very same words stand here.",
        )
        assert [(c.kind, c.title) for c in found.clauses] == [("changed", "New name")]
        assert texts(found.clauses[0].segments, "removed") == "Old"

    def test_the_same_text_has_no_difference(self):
        found = self.compare("## A\n\nText.", "## A\n\nText.")
        assert found.is_empty
        assert found.same == 1

    def test_what_is_named_and_the_windows_are_part_of_it(self):
        of = document()
        kind = ViolationDraft(
            code="fraud", kind="academic", title="Fraud", elements=("It is false.",)
        )
        step = ConsequenceDraft(code="expulsion", title="Out")
        one = version(of, "2025-01-01", violation_types=[kind], consequences=[step])
        two = version(
            of, "2025-02-01", response_working_days=15, consequences=[],
            violation_types=[
                ViolationDraft(code="fraud", kind="academic", title="Fraud",
                               elements=("It is not true.",)),
                ViolationDraft(code="plagiarism", kind="academic", title="Plagiarism"),
            ],
        )  # fmt: skip
        found = difference.compare(one, two)
        assert [(c.kind, c.title) for c in found.named] == [
            ("changed", "Fraud"), ("new", "Plagiarism"), ("gone", "Out"),
        ]  # fmt: skip
        assert [(c.kind, texts(c.segments, "removed"), texts(c.segments, "added"))
                for c in found.terms] == [("changed", "10", "15")]  # fmt: skip

    def test_everything_a_version_names_is_compared(self):
        of = document()
        kind = {"code": "fraud", "title": "Fraud"}
        step = {"code": "expulsion", "title": "Out"}
        one = version(
            of, "2025-01-01",
            violation_types=[ViolationDraft(kind="academic", clause="1.1", **kind)],
            consequences=[ConsequenceDraft(clause="2.1", takes_away="", **step)],
        )  # fmt: skip
        two = version(
            of, "2025-02-01",
            violation_types=[ViolationDraft(kind="conduct", clause="1.2", urgent=True, **kind)],
            consequences=[ConsequenceDraft(clause="2.2", takes_away="access", **step)],
        )  # fmt: skip
        found = difference.compare(one, two)
        assert [(c.kind, c.title) for c in found.named] == [
            ("changed", "Fraud"), ("changed", "Out"),
        ]  # fmt: skip
        violation, consequence = found.named
        assert texts(violation.segments, "removed") == "Academic integrity1.1"
        assert texts(violation.segments, "added") == "Conduct Looked at first1.2"
        assert "Takes away: access" in texts(consequence.segments, "same", "added")
        assert texts(consequence.segments, "removed") == "2.1"

    def test_every_window_ground_clause_and_promise_is_compared(self):
        ground = {"code": "new_evidence", "title": "There is something new."}
        found = self.compare(
            "## A\n\nText.",
            "## A\n\nText.",
            response_working_days=11,
            extension_working_days=6,
            appeal_working_days=12,
            standard_of_proof="clear_and_convincing",
            appeal_grounds=[ground],
            no_refunds="Nothing is paid back.",
            pledge="I keep **to it**.",
            pledge_grace_days=30,
        )
        assert [(c.title, texts(c.segments, "removed"), texts(c.segments, "added"))
                for c in found.terms if c.title != "Grounds of appeal"] == [
            ("Working days to answer", "10", "11"),
            ("Working days more, if asked for", "5", "6"),
            ("Working days to appeal", "10", "12"),
            ("How sure we have to be", "More likely than not", "Clear and convincing"),
            ("No refunds", "Not mentioned", "Nothing is paid back."),
            ("What learners promise", "No words of its own", "I keep to it."),
            ("Days to pledge to this version", "14", "30"),
        ]  # fmt: skip
        grounds = next(c for c in found.terms if c.title == "Grounds of appeal")
        assert "too hard" in texts(grounds.segments, "removed")
        assert not found.clauses

    def test_a_supplement_is_compared_by_what_it_says_itself(self, northbridge):
        of = document(institution=northbridge)
        silent = {
            "response_working_days": None, "extension_working_days": None,
            "appeal_working_days": None, "standard_of_proof": "", "appeal_grounds": [],
        }  # fmt: skip
        one = version(of, "2025-01-01", **silent)
        # The default of the platform, now said by the institution itself.
        two = version(of, "2025-02-01", **{**silent, "response_working_days": 10})
        assert [(texts(c.segments, "removed"), texts(c.segments, "added"))
                for c in difference.compare(one, two).terms] == [
            ("As the policy it adds to says", "10"),
        ]  # fmt: skip
        three = version(of, "2025-03-01", **silent)
        assert difference.compare(one, three).is_empty

    def test_a_link_that_leads_elsewhere_is_a_change(self):
        found = self.compare(
            '## A\n\nSee [here](https://example.org/a?b=1&c=2 "A > B").',
            "## A\n\nSee [here](https://example.org/new).",
        )
        (change,) = found.clauses
        assert texts(change.segments, "removed") == "https://example.org/a?b=1&c=2"
        assert texts(change.segments, "added") == "https://example.org/new"
        assert texts(change.segments, "same") == "See here."

    def test_one_beside_the_other_reads_as_the_two_texts(self):
        found = self.compare(
            "## R\n\n### A\n\nYou have five days to answer us.\n\n### Out\n\nGoes away.",
            "## R\n\n### New\n\nQuite a thing.\n\n### A\n\nYou have ten whole days to answer.",
        )
        new, changed, gone = found.clauses
        assert (new.before, texts(new.after, "added")) == ((), "Quite a thing.")
        assert (texts(gone.before, "removed"), gone.after) == ("Goes away.", ())
        before = "".join(s.text for s in changed.before).strip()
        after = "".join(s.text for s in changed.after).strip()
        assert before == "You have five days to answer us."
        assert after == "You have ten whole days to answer."
        assert (changed.was, changed.label) == ("1.1", "1.2")
        assert gone.was == "1.2"

    def test_thousands_of_clauses_are_compared_in_bounded_time(self):
        import time

        of = Document(title="x", kind="terms")
        old = Version(document=of, body="\n\n".join(f"alpha {i} beta" for i in range(3000)))
        new = Version(document=of, body="\n\n".join(f"gamma {i} delta" for i in range(3000)))
        began = time.process_time()
        _changes, same = difference._compare_texts(old.body, new.body, "x")
        assert same == 0
        assert time.process_time() - began < 15
