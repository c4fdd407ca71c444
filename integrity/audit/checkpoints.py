"""Signed checkpoints of the history, and the verification of what the database holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from integrity.audit import canonical, chain, services, verifier
from integrity.audit.errors import ChainBroken
from integrity.audit.models import Checkpoint, Event
from integrity.audit.reader import Snapshot
from integrity.core import clock


@lru_cache(maxsize=4)
def _signing_key(seed: str) -> Ed25519PrivateKey:
    return chain.private_key(seed)


def signing_key() -> Ed25519PrivateKey:
    """The key of `AUDIT_SIGNING_KEY`. Raises ValueError when that is no seed of 32 bytes."""
    return _signing_key(settings.AUDIT_SIGNING_KEY)


def trusted_keys() -> dict[str, Ed25519PublicKey]:
    """Public keys whose checkpoints are believed without options, by id: the present and former."""
    keys = [signing_key().public_key()]
    keys += [chain.public_key(text) for text in settings.AUDIT_FORMER_PUBLIC_KEYS]
    return {chain.key_id(key): key for key in keys}


def make_checkpoint() -> Checkpoint | None:
    """Sign the end of the history; None when there is nothing new since the last checkpoint.

    Only what verifies is signed: every event since the last checkpoint is checked first, and that
    one's own signature and event. Raises `ChainBroken` otherwise, so that a rewritten history does
    not get a good signature from us.
    """
    last = Checkpoint.objects.order_by("-id").first()
    tail = Event.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    if tail is None and last is None:
        return None
    if last and tail == last.sequence:
        return None
    report = _verify_since(last)
    if report.first_bad:
        raise ChainBroken(report.first_bad)
    with services.transaction():
        services.lock_chain()
        # Another worker may have been faster; its checkpoint is as good as ours.
        if Checkpoint.objects.order_by("-id").first() != last:
            return None
        key = signing_key()
        now = clock.now()
        row = chain.CheckpointRow(
            id=last.id + 1 if last else 1,
            version=chain.VERSION,
            sequence=report.last_sequence,
            event_hash=report.last_hash,
            previous_hash=chain.checkpoint_hash(last.row()) if last else chain.GENESIS,
            created_at=canonical.instant(now),
            key_id=chain.key_id(key.public_key()),
            signature="",
        )
        signed = chain.sign(row, key)
        return Checkpoint.objects.create(**{**signed._asdict(), "created_at": now})


def _verify_since(last: Checkpoint | None) -> verifier.Report:
    snapshot = Snapshot()
    if last is None:
        return verifier.verify(snapshot.events(), keys=trusted_keys())
    # From the signed event itself on, which must still be the one that was signed.
    earlier = Checkpoint.objects.filter(id__lt=last.id).order_by("-id").first()
    return verifier.verify(
        snapshot.events(after=last.sequence - 1),
        keys=trusted_keys(),
        checkpoints=[last.row()],
        start=(last.sequence - 1, _hash_before(last)),
        last_checkpoint=earlier.row() if earlier else None,
    )


def _hash_before(last: Checkpoint) -> str:
    found = Event.objects.filter(sequence=last.sequence).values_list("previous_hash", flat=True)
    return found.first() or chain.GENESIS


def document(checkpoint: Checkpoint) -> dict[str, Any]:
    """The JSON object to keep elsewhere. It holds nothing personal.

    Raises KeyError when the key that signed it is not among the trusted ones.
    """
    return chain.checkpoint_document(checkpoint.row(), trusted_keys()[checkpoint.key_id])


def file_text(checkpoint: Checkpoint) -> str:
    """`document` as the text of a file."""
    return json.dumps(document(checkpoint), indent=2, sort_keys=True) + "\n"


def checkpoint_file(path: Path) -> Checkpoint | None:
    """Write the last checkpoint to `path` for keeping elsewhere; None when there is none yet."""
    last = Checkpoint.objects.order_by("-id").first()
    if last:
        path.write_text(file_text(last), encoding="utf-8")
    return last


def verify_database(
    *,
    kept: Iterable[chain.CheckpointRow] = (),
    keys: Mapping[str, Ed25519PublicKey] | None = None,
) -> verifier.Report:
    """Verify every event, value and checkpoint of the database, also while it is written to.

    `kept` are checkpoints from elsewhere; `keys` replace the keys of the settings.
    """
    snapshot = Snapshot()
    return verifier.verify(
        snapshot.events(),
        keys=trusted_keys() if keys is None else keys,
        values=snapshot.values(),
        checkpoints=snapshot.checkpoints(),
        kept=kept,
    )
