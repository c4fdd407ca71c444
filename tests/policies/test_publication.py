"""Drafts and publication: what is asked, what is refused, what the history keeps."""

from __future__ import annotations

import pytest

from integrity.audit.models import Event
from integrity.core.errors import Conflict, InvalidInput
from policies import services
from policies.models import Version
from tests.policies.conftest import ACTOR, at, document, version

pytestmark = pytest.mark.django_db
NOW = at("2026-01-10 12:00")


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    frozen_clock.move_to(NOW)


def draft(of, since="2026-02-01", **fields):
    return services.create_draft(
        actor=ACTOR, document=of, body="## A\n\nText.", effective_at=at(since), **fields
    )


def test_versions_are_numbered_and_recorded(frozen_clock):
    of = document()
    first = services.publish(actor=ACTOR, version=draft(of))
    second = draft(of, "2026-03-01")
    assert (first.number, second.number, second.status) == (1, 2, "draft")
    assert first.published_at == NOW
    events = list(Event.objects.order_by("sequence").values_list("action", "subject_id"))
    assert events[-3:] == [
        ("policy.version_created", f"{of.slug}/v1"),
        ("policy.published", f"{of.slug}/v1"),
        ("policy.version_created", f"{of.slug}/v2"),
    ]


def test_a_new_version_starts_with_what_the_one_before_names():
    of = document()
    named = services.ViolationDraft(
        code="plagiarism", kind="academic", title="Copying", elements=("a", "b"), urgent=True
    )
    step = services.ConsequenceDraft(code="expulsion", title="Out", under="Steps")
    one = services.create_draft(
        actor=ACTOR, document=of, body="## Rules\n\n### Copying\n\nx\n\n## Steps\n\ny",
        effective_at=at("2026-02-01"), violation_types=[named], consequences=[step],
        no_refunds="Nothing is paid back.", response_working_days=12, change_summary="First.",
    )  # fmt: skip
    two = services.create_draft(
        actor=ACTOR, document=of, body=f"## New\n\nz\n\n{one.body}",
        effective_at=at("2026-03-01"),
    )  # fmt: skip
    assert [t.clause for t in one.violation_types.all()] == ["1.1"]
    assert (two.no_refunds, two.response_working_days) == ("Nothing is paid back.", 12)
    assert two.change_summary == ""
    copied = two.violation_types.get()
    assert (copied.code, copied.clause, copied.urgent) == ("plagiarism", "2.1", True)
    assert copied.elements == ["a", "b"]
    out = two.consequences.get()
    assert (out.code, out.clause, out.takes_away) == ("expulsion", "3", "access")


def test_a_policy_never_takes_effect_in_the_past():
    of = document()
    late = draft(of, "2026-01-09")
    with pytest.raises(InvalidInput) as error:
        services.publish(actor=ACTOR, version=late)
    assert "effective_at" in error.value.fields
    assert Version.objects.get(pk=late.pk).status == "draft"
    published = services.publish(actor=ACTOR, version=late, effective_at=NOW)
    assert published.effective_at == published.published_at == NOW


def test_a_text_from_elsewhere_is_taken_over_with_its_own_dates():
    of = document()
    made = services.publish(
        actor=ACTOR, version=draft(of, "2025-06-09"), posted_at=at("2025-06-01")
    )
    assert made.published_at == at("2025-06-01")
    assert made.effective_at == at("2025-06-09")


def test_versions_take_effect_in_the_order_of_their_numbers():
    of = document()
    version(of, "2025-06-01")
    early = draft(of, "2025-05-01")
    with pytest.raises(InvalidInput, match="another look"):
        services.publish(actor=ACTOR, version=early, posted_at=at("2025-05-01"))
    third = draft(of, "2026-02-01")
    services.publish(actor=ACTOR, version=third)
    with pytest.raises(InvalidInput) as error:
        services.publish(actor=ACTOR, version=early, effective_at=at("2026-04-01"))
    assert "" in error.value.fields


def kind(**fields):
    return services.ViolationDraft(**{"code": "a", "kind": "academic", "title": "x"} | fields)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"body": "x" * 200_001}, "body"),
        ({"body": "a\x00b"}, "body"),
        ({"body": "\ud800"}, "body"),
        ({"body": "   "}, "body"),
        ({"response_working_days": 0}, "response_working_days"),
        ({"response_working_days": 400}, "response_working_days"),
        ({"appeal_working_days": None}, "appeal_working_days"),
        ({"standard_of_proof": "a feeling"}, "standard_of_proof"),
        ({"no_refunds": "x" * 1001}, "no_refunds"),
        ({"appeal_grounds": [{"code": "x"}]}, "appeal_grounds"),
        ({"appeal_grounds": [{"code": "x", "title": "a"}, {"code": "x", "title": "b"}]},
         "appeal_grounds"),
        ({"appeal_grounds": "all"}, "appeal_grounds"),
        ({"effective_at": at("2026-02-01").replace(tzinfo=None)}, "effective_at"),
        ({"violation_types": [kind(code="No Code")]}, ""),
        ({"violation_types": [kind(kind="other")]}, ""),
        ({"violation_types": [kind(title="")]}, ""),
        ({"violation_types": [kind(title="x" * 201)]}, ""),
        ({"violation_types": [kind(), kind()]}, ""),
        ({"violation_types": [kind(elements=[""])]}, ""),
        ({"consequences": [services.ConsequenceDraft(code="beheading", title="x")]}, ""),
    ],
)  # fmt: skip
def test_wrong_drafts_are_refused_and_leave_nothing(fields, wrong):
    of = document()
    events = Event.objects.count()
    row = {"body": "x", "effective_at": at("2026-02-01")} | fields
    with pytest.raises(InvalidInput) as error:
        services.create_draft(actor=ACTOR, document=of, **row)
    assert wrong in error.value.fields
    assert not Version.objects.exists()
    assert Event.objects.count() == events


def test_an_institution_may_leave_windows_to_the_platform(northbridge):
    made = draft(document(institution=northbridge), appeal_working_days=None, standard_of_proof="")
    assert made.appeal_working_days is None


def test_unknown_fields_are_a_mistake_of_the_caller():
    with pytest.raises(TypeError):
        draft(document(), status="published")


def test_a_scheme_with_an_earlier_start_is_refused():
    from tests.policies.test_versions import SCHEME

    services.import_scheme(actor=ACTOR, data=SCHEME)
    again, created = services.import_scheme(actor=ACTOR, data=SCHEME)
    assert (again.number, created) == (1, False)
    with pytest.raises(InvalidInput, match="cannot be used"):
        services.import_scheme(actor=ACTOR, data=SCHEME | {"effective": "2023-01-01"})
    later, created = services.import_scheme(actor=ACTOR, data=SCHEME | {"effective": "2025-01-01"})
    assert (later.number, created) == (2, True)
    waiting, _created = services.import_scheme(
        actor=ACTOR, data=SCHEME | {"effective": "2025-06-01", "status": "draft"}
    )
    assert waiting.status == "draft"
    newer, _created = services.import_scheme(actor=ACTOR, data=SCHEME | {"effective": "2025-07-01"})
    with pytest.raises(Conflict):
        services.publish_scheme(actor=ACTOR, version=waiting)
    assert newer.is_published


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"institution": "nowhere"}, "institution"),
        ({"policy": "nothing"}, "policy"),
        ({"effective": "soon"}, "effective"),
        ({"effective": "2025-01-01T10:00"}, "effective"),
    ],
)
def test_a_scheme_that_names_what_is_not_here_is_refused(change, place):
    from tests.policies.test_versions import SCHEME

    with pytest.raises(services.schemes.SchemeError) as error:
        services.import_scheme(actor=ACTOR, data=SCHEME | change)
    assert [problem.place for problem in error.value.problems] == [place]


def test_a_slug_keeps_its_kind_and_owner(northbridge):
    from tests.policies.test_versions import SCHEME

    services.import_scheme(actor=ACTOR, data=SCHEME)
    for change in ({"kind": "table"}, {"institution": "northbridge"}):
        with pytest.raises(services.schemes.SchemeError):
            services.import_scheme(actor=ACTOR, data=SCHEME | change)
