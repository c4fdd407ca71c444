"""Roles and where they count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant
from integrity.accounts.rules import STAFF_OF_CASES, has_role, scope
from integrity.core import clock
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return make.institution()


@pytest.fixture
def there():
    return make.institution()


def test_a_role_for_one_institution_counts_there_and_nowhere_else(here, there):
    user = make.person()
    make.grant(user, Role.OFFICER, here)
    assert has_role(user, Role.OFFICER)
    assert has_role(user, Role.OFFICER, institution_id=here.pk, anywhere=False)
    assert not has_role(user, Role.OFFICER, institution_id=there.pk, anywhere=False)
    assert not has_role(user, Role.OFFICER, institution_id=None, anywhere=False)
    assert scope(user, Role.OFFICER) == {here.pk}


def test_a_platform_wide_role_counts_everywhere(here):
    user = make.person()
    make.grant(user, Role.OFFICER)
    make.grant(user, Role.OFFICER, here)
    assert has_role(user, Role.OFFICER, institution_id=here.pk, anywhere=False)
    assert scope(user, Role.OFFICER) is None


def test_scopes_of_several_roles_add_up_and_do_not_mix(here, there):
    user = make.person()
    make.grant(user, Role.OFFICER, here)
    make.grant(user, Role.MODERATOR, there)
    assert scope(user, *STAFF_OF_CASES) == {here.pk, there.pk}
    assert scope(user, Role.OFFICER) == {here.pk}
    assert scope(user, Role.AUDITOR) == set()
    assert not has_role(user, Role.OFFICER, institution_id=there.pk, anywhere=False)


@pytest.mark.parametrize(("seconds", "counts"), [(1, True), (0, False), (-1, False)])
def test_a_role_is_over_at_the_second_it_ends(here, seconds, counts):
    user = make.person()
    grant = make.grant(user, Role.MODERATOR, here)
    at = clock.now()
    grant.ended_at = at + timedelta(seconds=seconds)
    grant.save()
    with clock.frozen(at):
        assert has_role(user, Role.MODERATOR) is counts
        assert (scope(user, Role.MODERATOR) == {here.pk}) is counts


def test_an_inactive_person_and_a_visitor_hold_no_role(here):
    user = make.person(is_active=False)
    make.grant(user, Role.ADMINISTRATOR)
    for nobody in (user, AnonymousUser()):
        assert not has_role(nobody, *Role)
        assert scope(nobody, *Role) == set()
    assert not user.is_staff


@pytest.mark.parametrize("role", list(Role))
def test_only_an_administrator_enters_the_administration(role):
    user = make.person()
    make.grant(user, role)
    entered = role == Role.ADMINISTRATOR
    assert user.is_staff is user.has_perm("courses.add_course") is entered
    assert user.has_module_perms("courses") is entered
    assert not user.is_superuser


def test_a_role_is_granted_once_per_scope_and_again_after_its_end(here, there):
    user = make.person()
    first = make.grant(user, Role.OFFICER, here)
    platform = make.grant(user, Role.OFFICER)
    make.grant(user, Role.OFFICER, there)
    for scope_of_role in (here, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            make.grant(user, Role.OFFICER, scope_of_role)
    RoleGrant.objects.filter(pk__in=[first.pk, platform.pk]).update(ended_at=clock.now())
    make.grant(user, Role.OFFICER, here)
    make.grant(user, Role.OFFICER)


def test_an_unknown_role_is_refused_by_the_database():
    user = make.person()
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role="emperor")


def test_roles_are_read_once_per_person_and_again_when_forgotten(django_assert_num_queries):
    user = make.person()
    with django_assert_num_queries(1):
        assert not has_role(user, Role.AUDITOR)
        assert scope(user, Role.AUDITOR) == set()
    RoleGrant.objects.create(user=user, role=Role.AUDITOR)
    assert not has_role(user, Role.AUDITOR)
    user.forget_roles()
    assert has_role(user, Role.AUDITOR)
