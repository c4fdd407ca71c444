"""A process whose threads all take a slot of one source at the same moment; prints what they got.

Arguments: how many threads, and the instant (seconds since 1970) at which they begin.
"""

from __future__ import annotations

import sys
import threading
import time

import django

django.setup()

from cases.services import floods  # noqa: E402
from integrity.core.errors import TooMany  # noqa: E402

COUNT, BEGIN = int(sys.argv[1]), float(sys.argv[2])
HERE = floods.Source.address("192.0.2.50")


def take() -> None:
    time.sleep(max(0.0, BEGIN - time.time()))
    try:
        floods.take(floods.REPORTS, HERE)
    except TooMany as refusal:
        print(f"refused {refusal.seconds}\n", end="")
    else:
        print("taken\n", end="")


threads = [threading.Thread(target=take) for _number in range(COUNT)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
