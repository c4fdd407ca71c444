"""Somebody to look at pages with."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from integrity.accounts.models import User

PASSWORD = "a long enough passphrase"


@pytest.fixture
def amara(db: Any) -> User:
    user = User.objects.create_user(
        "amara@example.edu", PASSWORD, display_name="Amara Okonjo", time_zone="America/Bogota"
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def signed_in(client: Client, amara: User) -> Client:
    client.force_login(amara)
    return client


def flat(html: str | bytes) -> str:
    """Markup with every run of white space as one space, none beside tags' edges."""
    text = html.decode() if isinstance(html, bytes) else html
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"> | <", lambda edge: edge[0].strip(), text)
