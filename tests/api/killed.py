"""A process that sends a report and is killed when everything is written but not committed."""

from __future__ import annotations

import os
import signal
import sys

import django

django.setup()

from django.test import Client  # noqa: E402

from integrity.audit import services  # noqa: E402

append = services._append


def last_moment(pending: object) -> None:
    append(pending)
    os.kill(os.getpid(), signal.SIGKILL)


services._append = last_moment
Client(SERVER_NAME="127.0.0.1").post(
    "/api/v1/reports",
    {
        "kind": "violation",
        "mode": "confidential",
        "account": "Answers were sold in a chat.",
        "good_faith": True,
    },
    content_type="application/json",
    headers={"Authorization": f"Bearer {sys.argv[1]}", "Idempotency-Key": "one"},
)
print("It was not killed.")
