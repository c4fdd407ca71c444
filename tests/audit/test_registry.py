"""What is not registered cannot be recorded."""

from __future__ import annotations

import pytest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from integrity.audit import registry
from integrity.audit.errors import UnknownAction, WrongRegistration


def test_a_registered_action_is_found_with_all_it_was_given() -> None:
    made = registry.register(
        "thing.seen", fields=["n"], personal=("who",), label=gettext_lazy("Read"), icon="mail"
    )
    assert registry.get("thing.seen") is made
    assert registry.find("thing.seen") is made
    assert made in registry.all_actions()
    assert (made.fields, made.personal, made.icon) == ({"n"}, {"who"}, "mail")
    assert isinstance(made.label, Promise)
    assert not made.respondent_may_see
    assert "thing.seen" not in registry.seen_by_respondents()
    assert "thing.happened" in registry.seen_by_respondents()


def test_an_unknown_action_is_refused() -> None:
    assert registry.find("no.such") is None
    with pytest.raises(UnknownAction):
        registry.get("no.such")


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "thing.happened"},
        {"action": "opened"},
        {"action": "Case.Opened"},
        {"action": "case..opened"},
        {"action": "case.opened\n"},
        {"action": "case." + "x" * 60},
        {"fields": {"a"}, "personal": {"a"}},
        {"personal": {"actor"}},
        {"fields": "reports"},
        {"personal": "respondent"},
        {"fields": {"Not a name"}},
        {"personal": {""}},
        {"fields": {"x" * 65}},
    ],
)
def test_wrong_registrations_are_refused(wrong: dict) -> None:
    before = registry.all_actions()
    with pytest.raises(WrongRegistration):
        registry.register(**{"action": "some.thing", "label": "x", **wrong})
    assert registry.all_actions() == before
