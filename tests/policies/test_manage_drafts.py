"""Drafts are written on their pages: text, terms and lists; nothing is overwritten unseen."""

from __future__ import annotations

import pytest

from integrity.audit.models import Event
from policies import services
from policies.models import Document, Version
from tests.policies.conftest import ACTOR, at, document
from tests.policies.office import Office, filled, text_of

pytestmark = pytest.mark.django_db

BODY = "## One\n\nFirst clause.\n\nSecond clause.\n\n## Two\n\nThird clause."
# What must never run, wherever it is written.
CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[press](javascript:alert(1))",
    "![x](javascript:alert(1))",
    "<svg/onload=alert(1)>",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "</textarea><script>alert(1)</script>",
    "{{ 7|add:7 }}{% csrf_token %}",
    "<a href='vbscript:alert(1)'>x</a>",
    "`</code><iframe src=//evil.example>`",
)


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    frozen_clock.move_to(at("2026-03-01 12:00"))


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def of():
    return document(title="Honor code")


def draft(of: Document, **fields) -> Version:
    given = {
        "body": BODY,
        "effective_at": at("2026-05-01"),
        "violation_types": [
            services.ViolationDraft(
                code="fraud", kind="academic", title="Fraud", clause="1.2", elements=("It is so.",)
            ),
            services.ViolationDraft(code="threats", kind="conduct", title="Threats", clause="2.1"),
        ],
        "consequences": [
            services.ConsequenceDraft(code="expulsion", title="Expelled"),
            services.ConsequenceDraft(code="no_action", title="Nothing", takes_away="access"),
        ],
        **fields,
    }
    return services.create_draft(actor=ACTOR, document=of, **given)


def actions() -> list[str]:
    return list(Event.objects.order_by("sequence").values_list("action", flat=True))


# Text


def test_the_text_is_saved_and_its_clauses_are_found_again(office, of):
    made = draft(of)
    body = BODY.replace("## Two", "## Between\n\nNew.\n\n## Two")
    answer = office.post("text", of, 1, body=body, change_summary="One\npart more.", language="es")
    assert answer.status_code == 303
    made.refresh_from_db()
    assert made.body == body
    assert (made.change_summary, made.language) == ("One\npart more.", "es")
    assert made.effective_at == at("2026-05-01")
    assert [row.clause for row in made.violation_types.all()] == ["1.2", "2.1"]


def test_a_list_follows_a_clause_that_has_moved(office, of):
    body = "## One\n\nText.\n\n## Fraud\n\nText."
    made = draft(
        of, body=body, consequences=(),
        violation_types=[services.ViolationDraft(code="fraud", kind="academic", title="Fraud")],
    )  # fmt: skip
    assert made.violation_types.get().clause == "2"
    office.post("text", of, 1, body="## Zero\n\nNew.\n\n" + body)
    assert made.violation_types.get().clause == "3"
    office.post("text", of, 1, body="## One\n\nText.")
    assert made.violation_types.get().clause == ""


def test_a_preview_stores_nothing_and_keeps_what_was_typed(office, of):
    made = draft(of)
    sent = office.form("text", of, 1) | {"body": "## Neu\n\nEs gilt **dies**.", "step": "preview"}
    for _time in range(2):
        page = office.post("text", of, 1, given=sent)
        assert page.status_code == 200
    assert "<strong>dies</strong>" in text_of(page)
    assert page.context["form"]["body"].value() == "## Neu\n\nEs gilt **dies**."
    made.refresh_from_db()
    assert made.body == BODY
    assert actions() == ["policy.version_created"]
    saved = office.post("text", of, 1, given=filled(page) | {"step": "save"})
    assert saved.status_code == 303
    made.refresh_from_db()
    assert made.body == "## Neu\n\nEs gilt **dies**."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", ""),
        ("body", "a\x00b"),
        ("body", "x" * 200_001),
        ("day", "never"),
        ("day", ""),
        ("hour", "25:00"),
        ("language", "English please"),
        ("language", ""),
        ("change_summary", "x" * 1001),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_the_rest_stays(office, of, field, value):
    made = draft(of)
    typed = {"body": "My own words.", "change_summary": "Mine.", field: value}
    page = office.post("text", of, 1, **typed)
    assert page.status_code == 400
    form = page.context["form"]
    assert list(form.errors) == [field]
    for name in {"body", "change_summary"} - {field}:
        assert form[name].value() == typed[name]
    assert f'href="#id_{field}"' in text_of(page)
    made.refresh_from_db()
    assert made.body == BODY


@pytest.mark.parametrize(
    ("day", "hour", "instant"),
    [
        ("2026-06-01", "00:00", "2026-06-01 04:00"),
        ("2026-06-01", "13:30", "2026-06-01 17:30"),
        # 01:30 comes twice on this day: the first counts.
        ("2026-11-01", "01:30", "2026-11-01 05:30"),
        ("2026-12-01", "00:00", "2026-12-01 05:00"),
    ],
)
def test_the_day_begins_in_the_zone_of_the_owner(office, northbridge, day, hour, instant):
    of = document(institution=northbridge)
    made = draft(of)
    assert office.post("text", of, 1, day=day, hour=hour).status_code == 303
    made.refresh_from_db()
    assert made.effective_at == at(instant)


def test_an_hour_that_the_clocks_leave_out_is_refused(office, northbridge):
    of = document(institution=northbridge)
    draft(of)
    page = office.post("text", of, 1, day="2027-03-14", hour="02:30")
    assert page.status_code == 400
    assert "does not exist on that day" in text_of(page)


def test_an_instant_nobody_touched_stays_to_the_second(office, of):
    made = draft(of, effective_at=at("2026-05-01 10:11:12"))
    office.post("text", of, 1, change_summary="Other.")
    made.refresh_from_db()
    assert made.effective_at == at("2026-05-01 10:11:12")


# Two people


def test_a_ground_that_was_typed_stays_where_somebody_took_others_away(office, of):
    draft(of)
    opened = office.form("terms", of, 1)
    fewer = {f"ground{index}_title": "" for index in range(1, 6)}
    assert office.post("terms", of, 1, given=opened | fewer).status_code == 303
    late = office.post("terms", of, 1, given=opened | {"ground5_title": "My own ground"})
    assert late.status_code == 412
    assert late.context["form"]["ground5_title"].value() == "My own ground"


@pytest.mark.parametrize(
    ("page", "first", "second", "kept"),
    [
        ("text", {"body": "Of another."}, {"body": "My words."}, "body"),
        ("terms", {"no_refunds": "None."}, {"no_refunds": "Some."}, "no_refunds"),
        ("violations", {"0-title": "Theirs"}, {"0-title": "Mine"}, "0-title"),
        ("consequences", {"0-title": "Theirs"}, {"0-title": "Mine"}, "0-title"),
    ],
)
def test_the_second_save_shows_the_first_instead_of_overwriting(
    office, of, page, first, second, kept
):
    made = draft(of)
    opened = office.form(page, of, 1)
    assert office.post(page, of, 1, given=opened | first).status_code == 303
    late = office.post(page, of, 1, given=opened | second)
    assert late.status_code == 412
    text = text_of(late)
    theirs, mine = next(iter(first.values())), next(iter(second.values()))
    assert late.context["form"][kept].value() == mine
    assert any(
        theirs.split()[0] in segment.text
        for change in late.context["theirs"]
        for segment in change.segments
        if segment.kind == "removed"
    )
    assert "Somebody saved this page while you wrote" in text
    assert office.form(page, of, 1)[kept] == theirs
    # Whoever has seen it may decide.
    assert office.post(page, of, 1, given=filled(late)).status_code == 303
    assert office.form(page, of, 1)[kept] == mine
    assert made.violation_types.count() == 2


def test_two_who_write_different_pages_are_not_in_each_others_way(office, of):
    draft(of)
    opened = office.form("terms", of, 1)
    office.post("text", of, 1, body="Other.")
    assert office.post("terms", of, 1, given=opened | {"no_refunds": "N."}).status_code == 303


def test_the_same_save_again_is_no_change_and_no_conflict(office, of):
    draft(of)
    opened = office.form("text", of, 1)
    for _time in range(3):
        assert office.post("text", of, 1, given=opened | {"body": "New."}).status_code == 303
    assert actions().count("policy.draft_changed") == 1


# Terms


def test_every_term_is_written(office, of):
    made = draft(of)
    answer = office.post(
        "terms", of, 1, response_working_days="7", extension_working_days="3",
        appeal_working_days="21", standard_of_proof="clear_and_convincing", clock_starts="read",
        no_refunds="No money back.", pledge="I **promise**.", pledge_grace_days="0",
        ground0_title="Something new", ground1_title="", ground4_title="Something new",
        ground5_title="Ελληνικά",
    )  # fmt: skip
    assert answer.status_code == 303
    made.refresh_from_db()
    assert (
        made.response_working_days, made.extension_working_days, made.appeal_working_days,
    ) == (7, 3, 21)  # fmt: skip
    assert (made.standard_of_proof, made.clock_starts) == ("clear_and_convincing", "read")
    assert (made.no_refunds, made.pledge) == ("No money back.", "I **promise**.")
    assert made.pledge_grace_days == 0
    assert made.appeal_grounds == [
        {"code": "new_evidence", "title": "Something new"},
        {"code": "facts", "title": "The facts were got wrong."},
        {"code": "too_severe", "title": "The consequence is too hard for what happened."},
        {"code": "something_new", "title": "Something new"},
        {"code": "reason", "title": "Ελληνικά"},
    ]


def test_the_pledge_is_previewed(office, of):
    draft(of)
    page = office.post("terms", of, 1, pledge="I **promise**.", step="preview")
    assert "<strong>promise</strong>" in text_of(page)
    assert Version.objects.get().pledge == ""


@pytest.mark.parametrize("field", ["response_working_days", "pledge_grace_days"])
@pytest.mark.parametrize("value", ["", "366", "-1", "x", "1.5"])
def test_a_window_out_of_range_is_told_at_its_field(office, of, field, value):
    draft(of)
    page = office.post("terms", of, 1, **{field: value, "pledge": "Mine."})
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"]["pledge"].value() == "Mine."


def test_an_institution_may_leave_terms_to_the_platform(office, northbridge):
    of = document(institution=northbridge)
    made = draft(of)
    answer = office.post(
        "terms", of, 1, response_working_days="", appeal_working_days="", standard_of_proof="",
        clock_starts="", **{f"ground{index}_title": "" for index in range(6)},
    )  # fmt: skip
    assert answer.status_code == 303
    made.refresh_from_db()
    assert made.response_working_days is None
    assert (made.standard_of_proof, made.clock_starts, made.appeal_grounds) == ("", "", [])


# Lists


def test_a_row_is_added_ordered_changed_and_taken_away_without_scripts(office, of):
    made = draft(of)
    page = office.post("violations", of, 1, step="add")
    assert page.status_code == 200
    assert made.violation_types.count() == 2
    sent = filled(page) | {
        "2-title": "Plagiarism of Ideas", "2-kind": "academic", "2-clause": "2.1",
        "2-elements": "It is copied.\n\n No source is named. ", "2-urgent": "on", "2-place": "1",
        "0-title": "Fraud and forgery", "1-remove": "on", "step": "save",
    }  # fmt: skip
    assert office.post("violations", of, 1, given=sent).status_code == 303
    rows = list(made.violation_types.all())
    assert [(row.code, row.title, row.position) for row in rows] == [
        ("fraud", "Fraud and forgery", 1),
        ("plagiarism_of_ideas", "Plagiarism of Ideas", 2),
    ]
    assert rows[1].elements == ["It is copied.", "No source is named."]
    assert (rows[1].urgent, rows[1].clause) == (True, "2.1")
    sent = office.form("violations", of, 1) | {"1-place": "1", "0-place": "2"}
    office.post("violations", of, 1, given=sent)
    assert [row.code for row in made.violation_types.all()] == ["plagiarism_of_ideas", "fraud"]


def test_what_was_typed_stays_when_a_row_is_added(office, of):
    draft(of)
    sent = office.form("consequences", of, 1) | {"0-title": "Mine", "1-remove": "on"}
    page = office.post("consequences", of, 1, given=sent | {"step": "add"})
    form = page.context["form"]
    assert (form.count, form["0-title"].value(), form["1-remove"].value()) == (3, "Mine", "on")
    assert 'name="1-remove" ' in text_of(page)


def test_consequences_take_away_what_is_said(office, of):
    made = draft(of)
    assert office.form("consequences", of, 1)["0-takes_away"] == "usual"
    office.post("consequences", of, 1, **{"0-takes_away": "none", "1-takes_away": "usual"})
    assert [row.takes_away for row in made.consequences.all()] == ["", ""]
    office.post("consequences", of, 1, **{"0-takes_away": "usual", "1-takes_away": "membership"})
    assert [row.takes_away for row in made.consequences.all()] == ["access", "membership"]


def test_a_consequence_without_a_title_is_called_after_what_is_done(office, of):
    made = draft(of)
    office.post("consequences", of, 1, **{"1-title": ""})
    assert [row.title for row in made.consequences.all()] == ["Expelled", "No action"]


@pytest.mark.parametrize(
    ("page", "changes", "field"),
    [
        ("violations", {"1-code": "fraud"}, "1-code"),
        ("violations", {"1-title": ""}, "1-title"),
        ("violations", {"1-clause": "9.9"}, "1-clause"),
        ("violations", {"1-kind": "other"}, "1-kind"),
        ("violations", {"1-code": "not a code"}, "1-code"),
        ("violations", {"1-elements": "x" * 301}, "1-elements"),
        ("violations", {"1-elements": "\n".join("x" * 21)}, "1-elements"),
        ("violations", {"1-place": "first"}, "1-place"),
        ("violations", {"1-description": "x" * 4001}, "1-description"),
        ("consequences", {"1-code": "expulsion"}, "1-code"),
        ("consequences", {"1-code": ""}, "1-code"),
        ("consequences", {"1-code": "burn_at_stake"}, "1-code"),
        ("consequences", {"1-takes_away": "everything"}, "1-takes_away"),
    ],
)
def test_what_is_wrong_in_a_row_is_told_there(office, of, page, changes, field):
    made = draft(of)
    answer = office.post(page, of, 1, **changes, **{"0-title": "Typed"})
    assert answer.status_code == 400
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert form["0-title"].value() == "Typed"
    assert 'id="row-1" open' in text_of(answer)
    assert "Typed" not in [row.title for row in made.violation_types.all()]


def test_what_goes_is_not_looked_at(office, of):
    made = draft(of)
    office.post("violations", of, 1, **{"1-code": "not a code", "1-remove": "on"})
    assert [row.code for row in made.violation_types.all()] == ["fraud"]


@pytest.mark.parametrize("rows", ["", "x", "-1", "9" * 30, "²"])
def test_a_number_of_rows_that_is_none_stores_nothing_unasked(office, of, rows):
    made = draft(of)
    answer = office.post("violations", of, 1, rows=rows)
    assert answer.status_code == 400
    assert "We could not read this form" in text_of(answer)
    assert made.violation_types.count() == 2


# What must not run


@pytest.mark.parametrize("hostile", CORPUS)
def test_hostile_words_are_shown_as_words(office, of, hostile):
    """HOSTILE: the corpus of scripts, in Markdown and in every field, on every page."""
    made = draft(of)
    body = f"## {hostile}\n\n{hostile}\n\n- {hostile}"
    previewed = office.post("text", of, 1, body=body, change_summary=hostile, step="preview")
    pages = [previewed]
    office.post("text", of, 1, body=body, change_summary=hostile)
    office.post("terms", of, 1, pledge=hostile, no_refunds=hostile, ground0_title=hostile)
    office.post(
        "violations", of, 1,
        **{"0-title": hostile, "0-description": hostile, "0-elements": hostile},
    )  # fmt: skip
    office.post("consequences", of, 1, **{"0-title": hostile, "0-description": hostile})
    office.post("names", of, title=hostile, summary=hostile)
    made.refresh_from_db()
    assert hostile in made.body
    assert made.violation_types.first().title == hostile
    pages += [office.get(name) for name in ("list",)]
    pages += [office.get(name, of) for name in ("document", "names")]
    pages += [
        office.get(name, of, 1)
        for name in ("text", "terms", "violations", "consequences", "check", "delete")
    ]
    for page in pages:
        text = text_of(page)
        assert page.status_code == 200
        for bad in (
            "<script>alert", "<img src=x", "<svg/", "<iframe", 'href="javascript:',
            'href="data:', 'href="vbscript:', "<a href='",
        ):  # fmt: skip
            assert bad not in text, (bad, page.request["PATH_INFO"])
        assert "1414" not in text
