"""The format of the history, version 1: what is hashed, what is committed to, what is signed.

No Django here. `docs/history.md` describes the same for somebody who writes a verifier in another
language.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from integrity.audit import canonical

VERSION = 1
EVENTS, VALUES, CHECKPOINTS = "audit_event", "audit_value", "audit_checkpoint"
CHECKPOINT_TYPE = "integrity.audit.checkpoint"
# What stands in the place of the previous hash where there is none.
GENESIS = "0" * 64
# Under this name the value behind a user's `actor` commitment is kept.
ACTOR = "actor"


def number(value: object) -> int | None:
    """`value` when it is a whole number: a database can be made to hold anything in a column."""
    return value if isinstance(value, int) else None


class EventRow(NamedTuple):
    """One row of `audit_event` as it is hashed; `occurred_at` is text of `canonical.instant`."""

    sequence: int
    version: int
    occurred_at: str
    action: str
    actor_kind: str
    actor: str
    actor_role: str
    subject_type: str
    subject_id: str
    case_number: str
    institution: str
    payload: str
    previous_hash: str
    hash: str


class ValueRow(NamedTuple):
    """One row of `audit_value`; `lookup` repeats short values for the index."""

    sequence: int
    name: str
    salt: str
    value: str
    lookup: str


class CheckpointRow(NamedTuple):
    """One row of `audit_checkpoint`. `created_at` is the text of `canonical.instant`."""

    id: int
    version: int
    sequence: int
    event_hash: str
    previous_hash: str
    created_at: str
    key_id: str
    signature: str


def event_text(row: EventRow) -> str:
    """The canonical JSON of every column but `hash`. Written out, for speed: the keys are fixed.

    Raises TypeError or ValueError when a column holds something that is no text or number.
    """
    (
        sequence,
        version,
        occurred_at,
        action,
        actor_kind,
        actor,
        actor_role,
        subject_type,
        subject_id,
        case_number,
        institution,
        payload,
        previous_hash,
        _,
    ) = row
    return (
        f'{{"action":{quoted(action)},"actor":{quoted(actor)},"actor_kind":{quoted(actor_kind)}'
        f',"actor_role":{quoted(actor_role)},"case_number":{quoted(case_number)}'
        f',"institution":{quoted(institution)},"occurred_at":{quoted(occurred_at)}'
        f',"payload":{quoted(payload)},"previous_hash":{quoted(previous_hash)}'
        f',"sequence":{sequence:d},"subject_id":{quoted(subject_id)}'
        f',"subject_type":{quoted(subject_type)},"version":{version:d}}}'
    )


def event_hash(row: EventRow) -> str:
    """SHA-256 of the event's canonical JSON, 64 hex digits. The `hash` column is not read."""
    return hashlib.sha256(event_text(row).encode()).hexdigest()


def new_salt() -> str:
    """128 random bits as hex: a commitment cannot be guessed from a list of likely values."""
    return secrets.token_hex(16)


def commitment(name: str, salt: str, value: str) -> str:
    """SHA-256 of the canonical JSON of name, salt and value, 64 hex digits."""
    document = f'{{"name":{quoted(name)},"salt":{quoted(salt)},"value":{quoted(value)}}}'
    return hashlib.sha256(document.encode()).hexdigest()


def lookup(value: str) -> str:
    """What the index holds of a value: itself up to 64 characters, nothing of a longer one."""
    return value if len(value) <= 64 else ""


def signed_text(row: CheckpointRow) -> str:
    """The canonical JSON that a checkpoint's signature covers: every column but `signature`."""
    document = {**row._asdict(), "type": CHECKPOINT_TYPE}
    del document["signature"]
    return canonical.dumps(document)


def checkpoint_hash(row: CheckpointRow) -> str:
    """SHA-256 of the whole checkpoint, signature included; the next one names it."""
    document = {**row._asdict(), "type": CHECKPOINT_TYPE}
    return hashlib.sha256(canonical.dumps(document).encode()).hexdigest()


def sign(row: CheckpointRow, key: Ed25519PrivateKey) -> CheckpointRow:
    """`row` with its Ed25519 signature, 128 hex digits."""
    return row._replace(signature=key.sign(signed_text(row).encode()).hex())


def signature_holds(row: CheckpointRow, key: Ed25519PublicKey) -> bool:
    """Whether `key` signed exactly this checkpoint. Never raises for a malformed row."""
    try:
        key.verify(bytes.fromhex(row.signature), signed_text(row).encode())
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def checkpoint_document(row: CheckpointRow, key: Ed25519PublicKey) -> dict[str, Any]:
    """The JSON object of a checkpoint that is kept elsewhere.

    The public key is in it for convenience; a verifier must know from somewhere else whether to
    trust it.
    """
    return {**row._asdict(), "type": CHECKPOINT_TYPE, "public_key": public_text(key)}


def read_checkpoint(document: Any) -> CheckpointRow:
    """The checkpoint of a JSON document made by `checkpoint_document`. Raises ValueError."""
    if not isinstance(document, dict) or document.get("type") != CHECKPOINT_TYPE:
        raise ValueError("This is no checkpoint.")
    values: list[Any] = []
    for name in CheckpointRow._fields:
        value = document.get(name)
        wanted = int if name in {"id", "version", "sequence"} else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise ValueError(f"The checkpoint has no proper {name}.")
        values.append(value)
    row = CheckpointRow(*values)
    if row.version != VERSION:
        raise ValueError(f"This is a checkpoint of version {row.version}, not {VERSION}.")
    return row


def private_key(seed: str) -> Ed25519PrivateKey:
    """The key of a base64 seed of 32 bytes. Raises ValueError."""
    return Ed25519PrivateKey.from_private_bytes(_raw(seed))


def public_key(encoded: str) -> Ed25519PublicKey:
    """The key of a base64 public key of 32 bytes. Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(_raw(encoded))


def public_text(key: Ed25519PublicKey) -> str:
    """A public key in base64, as `public_key` reads it."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def key_id(key: Ed25519PublicKey) -> str:
    """The first 32 hex digits of the SHA-256 of the raw public key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:32]


def _raw(encoded: str) -> bytes:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError("A key is written in base64.") from error
    if len(raw) != 32:
        raise ValueError("A key has 32 bytes.")
    return raw
