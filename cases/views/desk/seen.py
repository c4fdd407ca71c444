"""What a page of the desk has shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from cases.selectors.case_head import Head
from cases.selectors.case_page import ReportLine
from cases.services import dialogue


def see_messages(request: HttpRequest, top: Head, shown: Iterable[ReportLine]) -> None:
    """What whoever reported wrote was shown to this reader, who works on the case or only reads."""
    user: Any = request.user
    if request.method == "GET" and top.works:
        messages = [row.message for line in shown for row in line.said]
        dialogue.seen_by_desk(actor=user, case=top.case, messages=messages)
