"""Queries written once: each asking has its own values, and nothing of the first one stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Q, Value

from cases.models import Case
from cases.rules import conflict
from integrity.accounts.models import User
from integrity.core.ids import public_id
from integrity.core.prepared import Prepared, stand_in
from tests.cases import builders as build
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


def test_each_asking_gets_its_own_answer_and_the_query_is_written_for_the_first_alone(
    count_queries: Any,
) -> None:
    written = []

    def question(shape: bool) -> Any:
        written.append(shape)
        pk, email = stand_in(), str(public_id())
        rows = User.objects.filter(Q(pk=pk) | Q(email=email)).order_by("pk")
        rows = rows.filter(is_active=True) if shape else rows
        return rows.annotate(said=Value("yes")).values_list("pk", "said"), [pk, email]

    people = [make.person() for _ in range(3)]
    people[2].is_active = False
    people[2].save()
    prepared = Prepared(question)
    for person, other in [people[:2], people[1:], people[::2]]:
        with count_queries() as queries:
            found = prepared.rows(False, [person.pk, other.email])
        assert found == [(person.pk, "yes"), (other.pk, "yes")]
        assert queries.number == 1
    # Twice, to see that nothing but the stand-ins changes.
    assert written == [False, False]
    assert prepared.rows(True, [people[0].pk, people[2].email]) == [(people[0].pk, "yes")]
    assert written == [False, False, True, True]


def test_a_value_of_the_first_asking_cannot_stay_in_the_query() -> None:
    def question(_shape: None) -> Any:
        pk = stand_in()
        return User.objects.filter(pk=pk, email=f"{public_id()}@example.edu").values_list("pk"), [
            pk
        ]

    with pytest.raises(ValueError, match="has no stand-in"):
        Prepared(question).rows(None, [1])


def test_a_stand_in_that_is_not_asked_for_is_a_mistake() -> None:
    def question(_shape: None) -> Any:
        pk = stand_in()
        return User.objects.filter(pk=pk).values_list("pk"), [pk, stand_in()]

    with pytest.raises(ValueError, match="is not in it"):
        Prepared(question).rows(None, [1, 2])


def test_a_tie_that_looks_at_more_than_is_asked_fails_instead_of_remembering_the_first_case(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = conflict._ties

    def more(user: User, case: Case) -> Any:
        return [*known(user, case), ("tied", User.objects.filter(pk=user.pk, email=case.number))]

    monkeypatch.setattr(conflict, "_ties", more)
    monkeypatch.setattr(conflict, "_tied_by", Prepared(conflict._question))
    with pytest.raises(Case.DoesNotExist):
        conflict.in_conflict(build.moderator(), build.case())
