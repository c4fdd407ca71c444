"""A POST with an `Idempotency-Key` is done once, however often and whenever it is sent.

The answer is stored in the transaction of the work: killed in between, neither is there, and the
next try does it. The same key at the same time waits for the first. Refusals are not stored, for
they changed nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

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
_PURPOSE = "idempotency"
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
        owner=crypto.reference(user.public_id, purpose=_PURPOSE),
        key=crypto.reference(given, purpose=_PURPOSE),
        target=f"{request.method} {request.path.rstrip('/')}"[:200],
        body_digest=_digest(request.data),
    )
    with audit.transaction():
        known = _claimed(record)
        if known is not None:
            return _again(known, record)
        response = work()
        answer = JSONRenderer().render(response.data)
        record.status = response.status_code
        record.answer_sealed = crypto.seal_bytes(answer, purpose=_PURPOSE)
        record.save(update_fields=["status", "answer_sealed"])
    return response


def forget(*, before: timedelta = KEPT) -> int:
    """Delete what is older than `before`. Returns how many rows are gone."""
    count, _rows = IdempotencyRecord.objects.filter(created_at__lte=clock.now() - before).delete()
    return count


def _digest(data: Any) -> str:
    # Escaped, so that a lone surrogate, refused later, is no error here.
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode("ascii")).hexdigest()


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


def _again(known: IdempotencyRecord, record: IdempotencyRecord) -> Response:
    if (known.target, known.body_digest) != (record.target, record.body_digest):
        raise Unprocessable(_("This idempotency key came with another request before."))
    answer = crypto.unseal_bytes(known.answer_sealed, purpose=_PURPOSE)
    return Response(json.loads(answer), status=known.status, headers={REPLAYED: "true"})
