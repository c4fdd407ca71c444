"""Exactly one version governs any instant after the first (PO4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.core.calendar import hours_of
from integrity.courses.models import Course, Institution
from policies import rules, selectors, services
from policies.enums import VersionStatus
from policies.governing import governing
from policies.models import Document, Version
from policies.models.version import default_grounds
from policies.parts import ConsequenceDraft, ViolationDraft
from tests.policies.conftest import ACTOR, at, document, version

MINUTES = st.integers(min_value=0, max_value=60 * 24 * 30)
START = datetime(2025, 3, 1, tzinfo=UTC)


def instant(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def row(number: int, minutes: int, status: str = "published") -> Version:
    return Version(
        pk=number, number=number, body="x", status=status, effective_at=instant(minutes),
        published_at=instant(minutes) if status == "published" else None,
    )  # fmt: skip


@given(st.lists(MINUTES, min_size=1, max_size=12), MINUTES)
def test_exactly_one_version_governs_any_instant(starts, asked):
    versions = [row(number, minutes) for number, minutes in enumerate(starts, 1)]
    moment = instant(asked)
    found = rules.governing(versions, moment)
    in_effect = [v for v in versions if v.effective_at <= moment]
    if not in_effect:
        assert found is None
        return
    assert found in in_effect
    # Nobody else has as good a claim: it begins later than all others, or has a higher number.
    assert all((v.effective_at, v.number) < (found.effective_at, found.number)
               for v in in_effect if v is not found)  # fmt: skip
    # And it governs from its own beginning until the next one begins.
    assert rules.governing(versions, found.effective_at) is found


@given(st.lists(MINUTES, min_size=1, max_size=8), st.integers(min_value=0, max_value=7))
def test_what_governs_changes_only_where_a_version_begins(starts, index):
    versions = [row(number, minutes) for number, minutes in enumerate(starts, 1)]
    begins = sorted({v.effective_at for v in versions})
    here = begins[index % len(begins)]
    just_before = rules.governing(versions, here - timedelta(microseconds=1))
    assert just_before is None or just_before.effective_at < here
    assert rules.governing(versions, here).effective_at == here


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(st.lists(MINUTES, min_size=1, max_size=5), st.lists(MINUTES, min_size=1, max_size=4))
def test_the_database_gives_the_same_answer(starts, asked):
    of = document()
    for number, minutes in enumerate(starts, 1):
        made = row(number, minutes)
        made.pk, made.document = None, of
        made.save(force_insert=True)
    draft = row(len(starts) + 1, 0, status="draft")
    draft.pk, draft.document = None, of
    draft.save(force_insert=True)
    versions = list(of.versions.all())
    for minutes in asked:
        moment = instant(minutes)
        expected = rules.governing(versions, moment)
        assert selectors.governing_version(of, moment) == expected
        assert {v.pk for v in selectors.in_force(moment) if v.document_id == of.pk} == (
            {expected.pk} if expected else set()
        )


@pytest.mark.django_db
class TestInTheDatabase:
    def test_before_the_first_nothing_governs(self):
        of = document()
        version(of, "2025-09-01")
        assert selectors.governing_version(of, at("2025-08-31 23:59")) is None
        assert selectors.governing_version(of, at("2025-09-01")).number == 1

    def test_a_later_version_never_governs_what_came_before_it(self):
        of = document()
        version(of, "2024-09-01")
        version(of, "2025-09-01")
        assert selectors.governing_version(of, at("2025-08-31 23:59")).number == 1
        assert selectors.governing_version(of, at("2025-09-01 00:00")).number == 2

    def test_of_two_at_the_same_instant_the_higher_number_governs(self):
        of = document()
        version(of, "2025-09-01")
        version(of, "2025-09-01")
        assert selectors.governing_version(of, at("2025-09-01")).number == 2

    def test_drafts_and_future_versions_do_not_govern(self, frozen_clock):
        frozen_clock.move_to(at("2026-01-01"))
        of = document()
        first = version(of, "2025-09-01")
        services.create_draft(actor=ACTOR, document=of, body="x", effective_at=at("2025-10-01"))
        later = services.create_draft(
            actor=ACTOR, document=of, body="x", effective_at=at("2026-06-01")
        )
        services.publish(actor=ACTOR, version=later)
        assert selectors.governing_version(of) == first
        assert [v.number for v in selectors.upcoming(of)] == [3]
        assert selectors.latest_published(of).number == 3
        frozen_clock.move_to(at("2026-06-01"))
        assert selectors.governing_version(of).number == 3

    def test_by_kind_and_institution(self, northbridge):
        platform = document(kind="honor_code", slug="a-code")
        version(platform, "2025-01-01")
        own = document(kind="honor_code", institution=northbridge)
        version(own, "2025-01-01")
        moment = at("2025-06-01")
        assert selectors.governing_for("honor_code", at=moment).document == platform
        found = selectors.governing_for("honor_code", at=moment, institution=northbridge)
        assert found.document == own
        assert selectors.governing_for("terms", at=moment) is None

    def test_in_force_is_one_query(self, count_queries):
        for _index in range(3):
            of = document()
            version(of, "2025-01-01")
            version(of, "2025-02-01")
        with count_queries() as queries:
            assert [v.number for v in selectors.in_force(at("2025-06-01"))] == [2, 2, 2]
        assert queries.number == 1


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        (date(2026, 9, 1), "UTC", "2026-09-01T00:00:00+00:00"),
        (date(2026, 9, 1), "America/New_York", "2026-09-01T04:00:00+00:00"),
        (date(2026, 1, 15), "Asia/Kathmandu", "2026-01-14T18:15:00+00:00"),
        # The clock skips 00:00 to 01:00 on this day: it begins at 04:00 UTC.
        (date(2026, 9, 6), "America/Santiago", "2026-09-06T04:00:00+00:00"),
        # And here 00:00 occurs once, one hour before the clock goes back to 23:00.
        (date(2026, 4, 5), "America/Santiago", "2026-04-05T04:00:00+00:00"),
        # 00:00 occurs twice: the day begins with the first.
        (date(2026, 11, 1), "America/Havana", "2026-11-01T04:00:00+00:00"),
    ],
)
def test_a_bare_date_begins_at_midnight_of_the_owner(day, zone, expected):
    assert rules.start_of_day(day, zone).astimezone(UTC).isoformat() == expected


def test_process_terms_without_any_policy_are_the_defaults():
    terms = rules.process_terms(None)
    assert (
        terms.response_working_days,
        terms.extension_working_days,
        terms.appeal_working_days,
    ) == (10, 5, 10)
    assert str(terms.standard_label) == "More likely than not"
    assert len(terms.appeal_grounds) == 4


def test_status_words_are_those_of_the_model():
    assert VersionStatus.values == ["draft", "published"]
    assert Document(title="T").owner_zone == "UTC"


# All the texts of a place, at an instant and on a bare day


KIND = "honor_code"
ZONES = ("UTC", "America/Santiago", "America/Havana", "Asia/Kathmandu", "Pacific/Kiritimati")


def placed(zone: str = "America/New_York") -> tuple[Institution, Course, Document, Document]:
    """An institution in `zone` with a course; a document of the platform and one of its own."""
    college = Institution.objects.create(slug=f"college-{zone}", name="College", time_zone=zone)
    course = Course.objects.create(
        institution=college, slug=f"course-{zone}", code="C1", title="Course"
    )
    return college, course, document(), document(institution=college)


def since(of: Document, moment: datetime, **fields: Any) -> Version:
    made = services.create_draft(
        actor=ACTOR, document=of, body="## One\n\nText.", effective_at=moment, **fields
    )
    return services.publish(actor=ACTOR, version=made, posted_at=moment)


@pytest.mark.django_db
class TestTexts:
    @settings(max_examples=15, deadline=None)
    @given(
        st.lists(MINUTES, min_size=1, max_size=4),
        st.lists(MINUTES, min_size=0, max_size=3),
        MINUTES,
        st.sampled_from(ZONES),
    )
    def test_exactly_one_set_of_texts_governs_any_instant(self, platform, own, asked, zone):
        with transaction.atomic():
            college, course, one, two = placed(zone)
            for of, starts in ((one, platform), (two, own)):
                for number, minutes in enumerate(starts, 1):
                    made = row(number, minutes)
                    made.pk, made.document = None, of
                    made.save(force_insert=True)
            moment = instant(asked)
            found = governing(KIND, course=course, at=moment)
            assert found.texts.platform == rules.governing(one.versions.all(), moment)
            assert found.texts.institution == rules.governing(two.versions.all(), moment)
            # The same that everything else reads.
            assert found.texts == selectors.texts_for(KIND, at=moment, course=course)
            assert found.texts == governing(KIND, institution=college, at=moment).texts
            assert found.basis == ("instant" if found.texts.main else "none")
            transaction.set_rollback(True)

    @settings(max_examples=20, deadline=None)
    @given(
        st.lists(MINUTES, min_size=1, max_size=4),
        st.lists(MINUTES, min_size=0, max_size=4),
        st.integers(min_value=-1, max_value=31),
        st.sampled_from(ZONES),
    )
    def test_on_a_bare_day_each_document_has_one_that_was_in_force_on_it(
        self, platform, own, days, zone
    ):
        with transaction.atomic():
            _college, course, one, two = placed(zone)
            for of, starts in ((one, platform), (two, own)):
                for number, minutes in enumerate(starts, 1):
                    made = row(number, minutes)
                    made.pk, made.document = None, of
                    made.save(force_insert=True)
            day = (START + timedelta(days=days)).date()
            found = governing(KIND, course=course, day=day, received=instant(10**6))
            again = governing(KIND, course=course, day=day, received=instant(10**6))
            assert found.texts == again.texts
            several = []
            for of, chosen, where in (
                (one, found.texts.platform, "UTC"),
                (two, found.texts.institution, zone),
            ):
                start, end = hours_of(day, where)
                versions = list(of.versions.all())
                changes = [v.effective_at for v in versions if start < v.effective_at < end]
                possible = {rules.governing(versions, moment) for moment in (start, *changes)}
                assert chosen in possible
                several.append(len(possible) > 1)
            assert bool(found.compared) == any(several)
            if found.texts.main is None:
                assert found.basis == "none"
            else:
                assert found.basis == ("kinder" if any(several) else "day")
            transaction.set_rollback(True)

    @pytest.mark.parametrize(
        ("away", "number"),
        [
            (timedelta(seconds=-1), 1),
            (timedelta(microseconds=-1), 1),
            (timedelta(), 2),
            (timedelta(microseconds=1), 2),
            (timedelta(seconds=1), 2),
        ],
    )
    def test_on_the_instant_of_change_the_new_one_governs(self, away, number):
        of = document()
        version(of, "2024-01-01")
        changed = at("2025-09-01 14:30")
        since(of, changed)
        found = governing(KIND, at=changed + away)
        assert (found.texts.platform.number, found.basis) == (number, "instant")

    def test_before_any_version_no_text_governs(self, northbridge):
        of = document()
        first = at("2025-09-01")
        since(of, first)
        for asked in (
            {"at": first - timedelta(microseconds=1)},
            {"day": date(2025, 8, 31)},
            {"received": at("2025-08-31")},
        ):
            found = governing(KIND, institution=northbridge, **asked)
            assert (found.texts.main, found.basis) == (None, "none")
        assert governing(KIND, day=date(2025, 9, 1)).texts.platform.number == 1

    def test_the_first_version_of_a_day_does_not_reach_back_into_its_morning(self):
        of = document()
        since(of, at("2025-09-01 12:00"))
        found = governing(KIND, day=date(2025, 9, 1))
        # Perhaps it happened in the morning, when there was no text, and nothing could be alleged.
        assert (found.texts.main, found.basis) == (None, "none")
        assert [r.words for c in found.compared for r in c.reasons] == [
            "Without a text nothing can be alleged."
        ]

    def test_nobody_said_when(self):
        of = document()
        version(of, "2024-01-01")
        version(of, "2025-01-01")
        found = governing(KIND, received=at("2024-06-01"))
        assert (found.texts.platform.number, found.basis) == (1, "received")

    def test_an_instant_and_a_day_at_once_are_refused(self):
        with pytest.raises(ValueError, match="an instant or a day"):
            governing(KIND, at=at("2025-01-01"), day=date(2025, 1, 1))
        with pytest.raises(ValueError, match="needs its zone"):
            governing(KIND, at=datetime(2025, 1, 1))

    def test_the_course_has_a_say_and_its_institution_supplements(self, northbridge):
        course = Course.objects.create(institution=northbridge, slug="c", code="C", title="Course")
        platform = version(document(), "2024-01-01")
        own = version(document(institution=northbridge), "2024-01-01")
        terms = version(document(institution=northbridge, course=course), "2024-01-01")
        moment = at("2025-01-01")
        # Also where the platform decides the case: what supplements follows the course.
        found = governing(KIND, institution=None, course=course, at=moment).texts
        assert (found.platform, found.institution, found.course) == (platform, own, terms)
        assert governing(KIND, institution=northbridge, at=moment).texts.course is None
        assert governing(KIND, at=moment).texts.in_order == (platform,)
        assert governing("terms", course=course, at=moment).texts.main is None

    def test_it_is_one_query(self, count_queries, northbridge):
        for of in (document(), document(institution=northbridge)):
            for month in range(1, 7):
                version(of, f"2025-0{month}-01")
        with count_queries() as queries:
            governing(KIND, institution=northbridge, at=at("2025-03-05"))
            governing(KIND, institution=northbridge, day=date(2025, 3, 5))
        assert queries.number == 2


def plain(of: Document, moment: datetime, **fields: Any) -> Version:
    """A version that says everything the same way, but for `fields`."""
    return since(
        of,
        moment,
        **{
            "violation_types": [ViolationDraft(code="plagiarism", title="Copy", kind="academic")],
            "consequences": [
                ConsequenceDraft(code="warning_written", title="Warning"),
                ConsequenceDraft(code="removal_from_course", title="Removal"),
            ],
            "response_working_days": 10,
            "extension_working_days": 5,
            "appeal_working_days": 10,
            "standard_of_proof": "balance_of_probabilities",
            "appeal_grounds": default_grounds(),
            **fields,
        },
    )  # fmt: skip


NOON = datetime(2025, 9, 1, 12, tzinfo=UTC)
DAY = NOON.date()
GROUNDS = [{"code": f"g{n}", "title": f"Ground {n}."} for n in range(6)]
HARDER = [
    ConsequenceDraft(code="warning_written", title="Warning"),
    ConsequenceDraft(code="expulsion", title="Expulsion"),
]
MORE = [
    *HARDER,
    ConsequenceDraft(code="certificate_withheld", title="Certificate withheld"),
]


@pytest.mark.django_db
class TestKinder:
    """On a day of change the text that is kinder to the respondent governs (decision 14)."""

    @pytest.mark.parametrize(
        ("kinder", "harder", "words"),
        [
            (
                {"violation_types": [], "consequences": MORE},
                {},
                "What is reported is named by the other text only.",
            ),
            (
                {},
                {"consequences": MORE, "response_working_days": 99},
                "Fewer consequences take something away: 1 instead of 2.",
            ),
            (
                {},
                {"consequences": HARDER, "response_working_days": 99},
                "As many consequences take something away, but lesser ones.",
            ),
            (
                {"standard_of_proof": "clear_and_convincing"},
                {"response_working_days": 99},
                "We have to be surer: “Clear and convincing” instead of “More likely than not”.",
            ),
            (
                {"response_working_days": 11},
                {"appeal_working_days": 99},
                "More working days to answer: 11 instead of 10.",
            ),
            (
                {"clock_starts": "delivered"},
                {"clock_starts": "sent", "extension_working_days": 99},
                "The time to answer starts later.",
            ),
            (
                {"clock_starts": "read"},
                {"clock_starts": "", "appeal_working_days": 99},
                "The time to answer starts later.",
            ),
            (
                {"extension_working_days": 6},
                {"appeal_working_days": 99},
                "More working days can be asked for: 6 instead of 5.",
            ),
            (
                {"appeal_working_days": 12},
                {"appeal_grounds": GROUNDS},
                "More working days to appeal: 12 instead of 10.",
            ),
            ({"appeal_grounds": GROUNDS}, {}, "More grounds of appeal: 6 instead of 4."),
        ],
    )
    @pytest.mark.parametrize("kinder_first", [True, False])
    def test_each_question_decides_where_those_before_it_are_even(
        self, kinder, harder, words, kinder_first
    ):
        of = document()
        fields = [kinder, harder] if kinder_first else [harder, kinder]
        versions = [
            plain(of, at("2024-01-01"), **fields[0]),
            plain(of, NOON, **fields[1]),
        ]
        found = governing(KIND, day=DAY, codes=["plagiarism"])
        wanted = versions[0 if kinder_first else 1]
        assert found.basis == "kinder"
        assert found.texts.platform == wanted
        (compared,) = found.compared
        assert compared.owner == "platform"
        assert [reason.words for reason in compared.reasons] == [words]

    def test_of_equals_the_earlier_one_governs(self):
        of = document()
        first = plain(of, at("2024-01-01"))
        plain(of, NOON)
        found = governing(KIND, day=DAY, codes=["plagiarism"])
        assert found.texts.platform == first
        assert found.compared[0].reasons[0].words == (
            "Neither is kinder than the other, so the earlier one governs."
        )

    def test_a_change_at_the_beginning_of_the_day_leaves_nothing_to_compare(self):
        of = document()
        plain(of, at("2024-01-01"), response_working_days=99)
        plain(of, at("2025-09-01"))
        found = governing(KIND, day=DAY)
        assert (found.texts.platform.number, found.basis, found.compared) == (2, "day", ())

    def test_a_change_at_the_end_of_the_day_is_of_the_next_day(self):
        of = document()
        plain(of, at("2024-01-01"))
        plain(of, at("2025-09-02"), response_working_days=99)
        found = governing(KIND, day=DAY)
        assert (found.texts.platform.number, found.basis) == (1, "day")

    def test_more_than_two_on_one_day(self):
        of = document()
        plain(of, at("2024-01-01"))
        best = plain(of, NOON, response_working_days=20)
        plain(of, NOON + timedelta(hours=1), response_working_days=15)
        found = governing(KIND, day=DAY)
        assert found.texts.platform == best
        assert len(found.compared[0].reasons) == 2

    def test_what_came_after_the_report_is_not_asked(self):
        of = document()
        plain(of, at("2024-01-01"))
        plain(of, NOON, response_working_days=99)
        before = governing(KIND, day=DAY, received=NOON - timedelta(microseconds=1))
        assert (before.texts.platform.number, before.basis) == (1, "day")
        # From the instant of the change on it may have happened under the new text.
        assert governing(KIND, day=DAY, received=NOON).basis == "kinder"

    def test_a_day_that_has_not_begun_where_the_owner_is(self):
        # Reported from where it is Monday already, while in UTC it is Sunday night.
        of = document()
        plain(of, at("2024-01-01"))
        plain(of, at("2025-09-01"), response_working_days=99)
        found = governing(KIND, day=DAY, received=at("2025-08-31 23:00"))
        assert (found.texts.platform.number, found.basis) == (1, "day")

    def test_each_document_is_asked_in_its_own_owners_zone(self, northbridge):
        # 02:00 UTC on 1 September is still 31 August in New York.
        change = at("2025-09-01 02:00")
        for owner in ({}, {"institution": northbridge}):
            of = document(**owner)
            plain(of, at("2024-01-01"))
            plain(of, change, response_working_days=99)
        on_first = governing(KIND, institution=northbridge, day=DAY)
        assert [c.owner for c in on_first.compared] == ["platform"]
        assert on_first.texts.institution.number == 2
        day_before = governing(KIND, institution=northbridge, day=DAY - timedelta(days=1))
        assert [c.owner for c in day_before.compared] == ["institution"]
        assert day_before.texts.platform.number == 1

    def test_a_supplement_is_compared_as_it_holds_with_the_platforms_text(self, northbridge):
        version(document(), "2024-01-01", response_working_days=12)
        of = document(institution=northbridge)
        silent = since(of, at("2024-01-01"), response_working_days=None, violation_types=[])
        since(of, at("2025-09-01 15:00"), response_working_days=11, violation_types=[])
        # The older one leaves the platform's twelve days, which is kinder than eleven.
        found = governing(KIND, institution=northbridge, day=DAY)
        assert found.texts.institution == silent
        assert found.compared[0].reasons[0].words == (
            "More working days to answer: 12 instead of 11."
        )

    def test_a_supplement_that_helps_is_kinder_than_none(self, northbridge):
        plain(document(), at("2024-01-01"))
        of = document(institution=northbridge)
        since(of, at("2025-09-01 15:00"), standard_of_proof="clear_and_convincing")
        found = governing(KIND, institution=northbridge, day=DAY)
        assert found.texts.institution is not None
        assert found.compared[0].reasons[0].other.version is None

    def test_what_is_reported_matters_and_nothing_else(self):
        of = document()
        first = plain(of, at("2024-01-01"))
        other = ViolationDraft(code="fraud", title="Fraud", kind="academic")
        second = plain(of, NOON, violation_types=[other])
        assert governing(KIND, day=DAY, codes=["plagiarism"]).texts.platform == second
        assert governing(KIND, day=DAY, codes=["fraud"]).texts.platform == first
        # Both are named by one text each: even, and so the earlier one.
        both = governing(KIND, day=DAY, codes=["fraud", "plagiarism"])
        assert both.texts.platform == first
        assert governing(KIND, day=DAY).texts.platform == first


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "day", "start", "end"),
    [
        # 23 hours: New York leaves out 02:00 to 03:00.
        ("America/New_York", date(2025, 3, 9), "2025-03-09T05:00", "2025-03-10T04:00"),
        # 25 hours: it repeats 01:00 to 02:00.
        ("America/New_York", date(2025, 11, 2), "2025-11-02T04:00", "2025-11-03T05:00"),
        # Midnight does not exist: the day begins at 01:00 and has 23 hours.
        ("America/Santiago", date(2025, 9, 7), "2025-09-07T04:00", "2025-09-08T03:00"),
        # The clock goes back at 24:00 to 23:00: the day before has 25 hours.
        ("America/Santiago", date(2025, 4, 5), "2025-04-05T03:00", "2025-04-06T04:00"),
        # Midnight exists twice: the day begins with the first and has 25 hours.
        ("America/Havana", date(2025, 11, 2), "2025-11-02T04:00", "2025-11-03T05:00"),
        ("Asia/Kathmandu", date(2025, 6, 1), "2025-05-31T18:15", "2025-06-01T18:15"),
        # Half an hour: Lord Howe Island.
        ("Australia/Lord_Howe", date(2025, 10, 5), "2025-10-04T13:30", "2025-10-05T13:00"),
        # Samoa left the day out: it has no instant.
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00", "2011-12-30T10:00"),
    ],
)
def test_days_of_daylight_saving_begin_and_end_to_the_microsecond(zone, day, start, end):
    college, _course, _one, own = placed(zone)
    begins, ends = (datetime.fromisoformat(f"{text}+00:00") for text in (start, end))
    assert hours_of(day, zone) == (begins, ends)
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    kinder = {"response_working_days": 30}

    def basis_with(change: datetime) -> tuple[str, int]:
        with transaction.atomic():
            plain(own, long_ago)
            plain(own, change, **kinder)
            found = governing(KIND, institution=college, day=day)
            transaction.set_rollback(True)
            return found.basis.value, found.texts.institution.number

    # A change at the first instant governs the whole day, one at the last instant a part of it.
    assert basis_with(begins) == ("day", 2)
    if begins < ends:
        assert basis_with(begins + tick) == ("kinder", 2)
        assert basis_with(ends - tick) == ("kinder", 2)
    assert basis_with(ends + tick) == ("day", 1)
    assert basis_with(ends) == (("day", 1) if begins < ends else ("day", 2))
    assert basis_with(begins - tick) == ("day", 2)
