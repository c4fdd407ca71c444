"""Shapes of the JSON columns."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")


def validate_elements(value: Any) -> None:
    """A list of at most 20 non-empty sentences of at most 300 characters."""
    if (
        not isinstance(value, list)
        or len(value) > 20
        or not all(isinstance(item, str) and 0 < len(item.strip()) <= 300 for item in value)
    ):
        raise ValidationError(_("Please give a list of sentences, at most 20."))


def validate_grounds(value: Any) -> None:
    """A list of `{"code", "title"}` with distinct codes."""
    good = isinstance(value, list) and len(value) <= 20
    codes: list[str] = []
    for item in value if good else []:
        if not isinstance(item, dict) or set(item) != {"code", "title"}:
            good = False
            break
        code, title = item["code"], item["title"]
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            good = False
            break
        if not isinstance(title, str) or not 0 < len(title.strip()) <= 300:
            good = False
            break
        codes.append(code)
    if not good or len(codes) != len(set(codes)):
        raise ValidationError(_("Please give a list of grounds, each with a code and a title."))
