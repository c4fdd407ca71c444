"""Asks clamd whether a file is harmful (HOSTILE 40, 41).

`CLAMD_URL` says where it listens: `tcp://host:3310` or `unix:///path/to/socket`. Empty: there is no
scanner, and files are `ScanState.UNSCANNED`. Only a plain "OK" passes a file. Whatever else happens
(nobody listens, no answer in time, an answer that is none) the file is `ScanState.HELD`.

The protocol is INSTREAM of clamd(8): the command, then chunks with their length in four bytes, most
significant first, an empty one last, then one line in answer.
"""

from __future__ import annotations

import logging
import re
import socket
import struct
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cases.enums import ScanState
from cases.evidence import limits

logger = logging.getLogger(__name__)

_COMMAND = b"zINSTREAM\0"
_FOUND = re.compile(rb"stream: [^\0\r\n]+ FOUND")
_PORT = 3310


class Unreachable(Exception):
    """There is no answer to be had at the moment, for this file or any other."""


def set_up() -> bool:
    """Whether there is a scanner to ask."""
    return bool(settings.CLAMD_URL)


def scan(content: bytes) -> ScanState:
    """What is known of `content`; never raises for a scanner that fails: then it is HELD."""
    if not set_up():
        return ScanState.UNSCANNED
    try:
        return ask(content)
    except Unreachable:
        return ScanState.HELD


def ask(content: bytes) -> ScanState:
    """CLEAN, INFECTED, or HELD when the answer is neither. Raises `Unreachable`.

    Takes at most `limits.SCAN_SECONDS`, and reads at most `limits.SCAN_ANSWER_BYTES`.
    """
    deadline = time.monotonic() + limits.SCAN_SECONDS
    try:
        with _connection() as line:
            answer = _exchange(line, content, deadline)
    except OSError as error:
        # The kind of error only: an answer may quote the file.
        logger.warning("virus scanner not reached: %s", type(error).__name__)
        raise Unreachable from error
    answer = answer.rstrip(b"\0\r\n")
    if answer == b"stream: OK":
        return ScanState.CLEAN
    if _FOUND.fullmatch(answer):
        return ScanState.INFECTED
    logger.warning("virus scanner gave no verdict: %s bytes", len(answer))
    return ScanState.HELD


def address() -> tuple[str, int] | str:
    """Host and port, or the path of a socket. Raises `ImproperlyConfigured`."""
    url = urlsplit(settings.CLAMD_URL)
    try:
        if url.scheme == "tcp" and url.hostname and not url.path.strip("/"):
            return url.hostname, url.port or _PORT
    except ValueError:
        pass
    if url.scheme == "unix" and not url.netloc and url.path.startswith("/"):
        return url.path
    raise ImproperlyConfigured("CLAMD_URL is tcp://host:3310 or unix:///path/to/socket, or empty.")


def _connection() -> socket.socket:
    where = address()
    if isinstance(where, tuple):
        return socket.create_connection(where, timeout=limits.SCAN_CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(limits.SCAN_CONNECT_SECONDS)
    try:
        line.connect(where)
    except BaseException:
        line.close()
        raise
    return line


def _exchange(line: socket.socket, content: bytes, deadline: float) -> bytes:
    _send(line, _COMMAND, deadline)
    for start in range(0, len(content), limits.SCAN_CHUNK_BYTES):
        chunk = content[start : start + limits.SCAN_CHUNK_BYTES]
        _send(line, struct.pack("!I", len(chunk)) + chunk, deadline)
    _send(line, struct.pack("!I", 0), deadline)
    answer = b""
    while len(answer) < limits.SCAN_ANSWER_BYTES and not answer.endswith((b"\0", b"\n")):
        line.settimeout(_left(deadline))
        more = line.recv(limits.SCAN_ANSWER_BYTES - len(answer))
        if not more:
            break
        answer += more
    return answer


def _send(line: socket.socket, content: bytes, deadline: float) -> None:
    line.settimeout(_left(deadline))
    line.sendall(content)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
