"""The four source documents, read from where they are; skipped with the reason elsewhere."""

from __future__ import annotations

import pytest

from policies.importer import import_text, propose, read_source
from policies.rendering import render
from tests.policies.test_importer import assert_nothing_is_lost

LEARNER = "coursera-learner-honor-code.txt"
CONDUCT = "coursera-code-of-conduct.txt"
HELP = "coursera-honor-code.txt"
PLEDGE = "mit-learn-honor-code.txt"


@pytest.mark.parametrize("name", [LEARNER, CONDUCT, HELP, PLEDGE])
def test_every_line_is_in_the_text_or_dropped_with_a_reason(source, name):
    text = read_source(source(name))
    found = import_text(text)
    assert_nothing_is_lost(text, found)
    assert all(item.reason for item in found.dropped)
    for line in text.split("\n"):
        # Nothing is reworded either: what is kept is kept as it stands.
        if line.strip() and line.strip() not in {item.text for item in found.dropped}:
            assert line.strip() in found.body, line


@pytest.mark.parametrize(
    ("name", "headings", "dropped"),
    [(LEARNER, 5, 0), (CONDUCT, 9, 0), (HELP, 5, 34), (PLEDGE, 5, 0)],
)
def test_headings_are_found_and_only_page_furniture_goes(source, name, headings, dropped):
    found = import_text(read_source(source(name)))
    assert sum(1 for line in found.body.split("\n") if line.startswith("#")) == headings
    assert len(found.dropped) == dropped


def test_the_learner_honor_code(source):
    found = import_text(read_source(source(LEARNER)))
    proposed = propose(found.body, "honor_code")
    # Its eight kinds of violation, in its order and with its titles.
    assert [item.code for item in proposed.violation_types] == [
        "plagiarism", "unauthorised_materials", "unauthorised_collaboration", "contract_cheating",
        "impersonation", "unauthorised_sharing", "fraud", "other_academic",
    ]  # fmt: skip
    assert proposed.no_refunds.startswith("No refunds will be issued")
    numbers = render(found.body).numbers()
    assert [numbers[item.title.casefold()] for item in proposed.violation_types] == [
        f"2.{number}" for number in range(1, 9)
    ]


def test_the_code_of_conduct(source):
    found = import_text(read_source(source(CONDUCT)))
    proposed = propose(found.body, "code_of_conduct")
    # Its nine behaviours.
    assert [item.code for item in proposed.violation_types] == [
        "dangerous_speech", "harassment", "threats", "discriminatory_language", "sexual_attention",
        "encouraging_others", "disruption", "peer_review_abuse", "retaliation",
    ]  # fmt: skip
    assert all(item.kind == "conduct" for item in proposed.violation_types)
    # Its eleven consequences, and the three steps of its enforcement.
    assert {item.code for item in proposed.consequences} >= {
        "no_action", "warning_verbal", "no_contact", "barred_from_channels", "talk_not_published",
        "roles_ended", "barred_from_roles", "leave_now", "removed_from_lists", "rights_ended",
        "membership_ended", "warning_written", "temporary_suspension", "expulsion",
    }  # fmt: skip
    assert proposed.unclear == []
    links = [line for line in found.body.split("\n") if "](http" in line]
    html = "".join(clause.html for _part, clause in render(found.body).clauses())
    assert len(links) >= 10
    assert html.count("<a ") >= len(links)


def test_the_honor_code_of_the_help_centre(source):
    found = import_text(read_source(source(HELP)))
    assert found.dated == "Aug 29, 2021"
    proposed = propose(found.body, "honor_code")
    assert {item.code for item in proposed.violation_types} == {
        "plagiarism", "multiple_accounts", "unauthorised_collaboration", "unauthorised_sharing",
        "dishonest_results",
    }  # fmt: skip
    assert [item.code for item in proposed.consequences] == [
        "assignment_failed", "certificate_withheld", "certificate_revoked",
        "removal_from_course", "removal_from_programme",
    ]  # fmt: skip
    assert len(proposed.unclear) == 1, "that the learner is told is no consequence"
    assert proposed.no_refunds.startswith("No refunds will be given for Course")


def test_the_pledge(source):
    found = import_text(read_source(source(PLEDGE)))
    proposed = propose(found.body, "honor_code")
    assert proposed.last_updated == "June 9, 2025"
    assert {item.code for item in proposed.violation_types} == {
        "unauthorised_collaboration", "multiple_accounts", "account_sharing", "dishonest_results",
        "unauthorised_sharing",
    }  # fmt: skip
    assert {item.code for item in proposed.consequences} == {
        "assignment_failed", "no_credit", "certificate_withheld", "certificate_revoked",
        "removal_from_course", "expulsion", "other_action",
    }  # fmt: skip
    assert proposed.no_refunds.startswith("No refunds will be issued")
