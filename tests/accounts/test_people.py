"""People: the email address is the login, whatever its case."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from integrity.accounts import selectors
from integrity.accounts.models import User
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


def test_an_address_is_kept_in_lower_case():
    assert make.person(email="  Amara.OKONJO@Example.EDU ").email == "amara.okonjo@example.edu"


@pytest.mark.parametrize("typed", ["Amara@Example.edu", " amara@example.edu ", "AMARA@EXAMPLE.EDU"])
def test_a_person_is_found_whatever_the_case(typed):
    user = make.person(email="amara@example.edu")
    assert selectors.find_by_email(typed) == user
    assert User.objects.get_by_natural_key(typed) == user


def test_an_address_belongs_to_one_person():
    make.person(email="amara@example.edu")
    with pytest.raises(IntegrityError):
        make.person(email="Amara@EXAMPLE.edu")


def test_the_database_refuses_capitals_that_bypass_the_manager():
    user = make.person()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(email="Amara@example.edu")
    user.email = "Amara@example.edu"
    with pytest.raises(ValidationError, match="lower case"):
        user.validate_constraints()


def test_an_inactive_person_is_not_found():
    make.person(email="gone@example.edu", is_active=False)
    assert selectors.find_by_email("gone@example.edu") is None


def test_a_person_without_a_password_cannot_sign_in_with_an_empty_one():
    user = User.objects.create_user(email="new@example.edu", display_name="New")
    assert not user.has_usable_password()
    assert not user.check_password("")


def test_a_long_name_in_another_script_is_kept_whole():
    name = "أحمد بن عبد الرحمن " * 7
    user = make.person(name.strip())
    user.refresh_from_db()
    assert user.get_full_name() == name.strip()
