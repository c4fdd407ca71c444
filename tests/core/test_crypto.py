"""Sealing with rotating keys."""

from __future__ import annotations

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.core import crypto


def _key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@given(st.text(max_size=300), st.text(min_size=1, max_size=20))
def test_what_was_sealed_opens_for_its_purpose_only(text, purpose):
    blob = crypto.seal(text, purpose=purpose)
    assert crypto.unseal(blob, purpose=purpose) == text
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(blob, purpose=purpose + "x")


def test_the_same_value_never_looks_the_same():
    assert len({crypto.seal("same", purpose="p") for _ in range(50)}) == 50


@given(st.data())
def test_a_changed_byte_is_noticed(data):
    blob = bytearray(crypto.seal("a reporter", purpose="p"))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(bytes(blob), purpose="p")


@given(st.binary(max_size=60))
def test_what_was_never_sealed_does_not_open(blob):
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal_bytes(blob, purpose="p")


def test_keys_rotate(settings):
    old, new = _key(), _key()
    settings.FIELD_KEYS = [old]
    sealed, reference = crypto.seal("x", purpose="p"), crypto.reference("x", purpose="p")
    settings.FIELD_KEYS = [new, old]
    assert crypto.unseal(sealed, purpose="p") == "x"
    assert reference in crypto.references("x", purpose="p")
    assert crypto.reference("x", purpose="p") != reference
    settings.FIELD_KEYS = [new]
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(sealed, purpose="p")


@given(st.text(max_size=50), st.text(max_size=50))
def test_references_tell_values_and_purposes_apart(one, other):
    assert crypto.reference(one, purpose="p") == crypto.reference(one, purpose="p")
    assert crypto.reference(one, purpose="p") != crypto.reference(one, purpose="q")
    same = crypto.reference(one, purpose="p") == crypto.reference(other, purpose="p")
    assert same == (one == other)


def test_a_key_of_another_length_is_refused(settings):
    settings.FIELD_KEYS = [base64.b64encode(b"short").decode()]
    with pytest.raises(ValueError, match="32"):
        crypto.seal("x", purpose="p")
