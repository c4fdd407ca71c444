"""A POST with an `Idempotency-Key` is done once, however often and whenever it is sent.

The answer is stored in the transaction of the work: killed in between, neither is there, and the
next try does it. The same key at the same time waits for the first. Refusals are not stored, for
they changed nothing.

An answer may hold what is told once: the receipt code of a report without a name. So a record does
not tell whose it is, and its answer opens only with the key that the program sent, which is kept
nowhere; the keys of this server alone do not open it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from integrity.api.models import IdempotencyRecord
from integrity.api.problems import Unprocessable
from integrity.audit import services as audit
from integrity.core import clock, crypto

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = timedelta(hours=24)
PURPOSE = "idempotency"
_NONCE = 12
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def once(request: Request, work: Callable[[], Response]) -> Response:
    """Do `work` unless the same request was answered in the last 24 hours; then answer the same.

    Without the header it is simply done. Raises `ValidationError` for a key that is none, and
    `Unprocessable` for one that came with another request.
    """
    given = request.headers.get(HEADER)
    if given is None:
        return work()
    if not _KEY.fullmatch(given):
        raise ValidationError({HEADER: [_("Send 1 to 200 visible ASCII characters.")]})
    user: Any = request.user
    record = IdempotencyRecord(
        # Both in one: without the key that was sent nobody can be looked up.
        owner=crypto.reference(f"{user.public_id}\0{given}", purpose=PURPOSE),
        key=crypto.reference(given, purpose=PURPOSE),
        target=f"{request.method} {request.path.rstrip('/')}"[:200],
        body_digest=_digest(request.data),
    )
    with audit.transaction():
        known = _claimed(record)
        if known is not None:
            return _again(known, record, given)
        response = work()
        answer = JSONRenderer().render(response.data)
        record.status = response.status_code
        record.answer_sealed = crypto.seal_bytes(_locked(answer, given), purpose=PURPOSE)
        record.save(update_fields=["status", "answer_sealed"])
    return response


def forget(*, before: timedelta = KEPT) -> int:
    """Delete what is older than `before`. Returns how many rows are gone."""
    count, _rows = IdempotencyRecord.objects.filter(created_at__lte=clock.now() - before).delete()
    return count


def _digest(data: Any) -> str:
    # Escaped, so that a lone surrogate, refused later, is no error here.
    text = json.dumps(data, sort_keys=True, default=_of_file)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _of_file(value: Any) -> list[str]:
    if not isinstance(value, UploadedFile):
        raise TypeError
    value.seek(0)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name or "", digest.hexdigest()]


def _lock(given: str) -> AESGCM:
    found = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE.encode())
    return AESGCM(found.derive(given.encode("ascii")))


def _locked(answer: bytes, given: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _lock(given).encrypt(nonce, answer, None)


def _unlocked(locked: bytes, given: str) -> bytes:
    return _lock(given).decrypt(locked[:_NONCE], locked[_NONCE:], None)


def _claimed(record: IdempotencyRecord) -> IdempotencyRecord | None:
    """None when the key is now ours; else the record that has it.

    On PostgreSQL the insert waits until the other transaction has ended; SQLite lets one write at
    a time.
    """
    same = IdempotencyRecord.objects.filter(owner=record.owner, key=record.key)
    same.filter(created_at__lte=clock.now() - KEPT).delete()
    try:
        with audit.transaction():
            record.save()
    except IntegrityError:
        known = same.first()
        if known is None:
            raise
        return known
    return None


def _again(known: IdempotencyRecord, record: IdempotencyRecord, given: str) -> Response:
    if (known.target, known.body_digest) != (record.target, record.body_digest):
        raise Unprocessable(_("This idempotency key came with another request before."))
    answer = _unlocked(crypto.unseal_bytes(known.answer_sealed, purpose=PURPOSE), given)
    return Response(json.loads(answer), status=known.status, headers={REPLAYED: "true"})
