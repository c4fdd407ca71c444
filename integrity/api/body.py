"""What comes in: JSON of a bounded size and depth, and only fields that are known."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.fields import empty
from rest_framework.parsers import BaseParser

from integrity.api.problems import TooLarge
from integrity.core.text import clean_text

MAX_BYTES = 256 * 1024
MAX_DEPTH = 8


def _constant(name: str) -> Any:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _depth(value: Any, level: int = 1) -> int:
    if level > MAX_DEPTH:
        return level
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max((_depth(item, level + 1) for item in inner), default=level)


class StrictJSONParser(BaseParser):
    """One JSON object of at most 256 KiB and eight levels, in UTF-8; no NaN, no name twice."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        return _read(stream.read(MAX_BYTES + 1))


def _read(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise TooLarge
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise ParseError(_("The body is not a JSON object that can be read.")) from error
    if not isinstance(value, dict):
        raise ParseError(_("The body must be one JSON object."))
    if _depth(value) > MAX_DEPTH:
        raise ParseError(_("The body is nested too deeply."))
    return value


class StrictPartsParser(BaseParser):
    """As `StrictJSONParser`, with files: `multipart/form-data` with the parts `json` and `files`.

    The part `json` is the object, once; `files` may come several times, at most ten. Other parts
    are refused. Larger files are kept on disk while they are read.
    """

    media_type = "multipart/form-data"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        request: HttpRequest = (parser_context or {})["request"]._request  # noqa: SLF001
        meta = {**request.META, "CONTENT_TYPE": media_type}
        try:
            fields, files = MultiPartParser(meta, stream, request.upload_handlers, "utf-8").parse()
        except RequestDataTooBig as error:
            raise TooLarge from error
        except (MultiPartParserError, SuspiciousOperation, UnicodeDecodeError) as error:
            raise ParseError(_("The parts of the body cannot be read.")) from error
        if set(fields) != {"json"} or len(fields.getlist("json")) != 1 or set(files) - {"files"}:
            raise ParseError(_("Send one part “json” and the files as parts “files”."))
        try:
            raw = str(fields["json"]).encode("utf-8")
        except UnicodeEncodeError as error:
            raise ParseError(_("The body is not a JSON object that can be read.")) from error
        value = _read(raw)
        if "files" in value:
            raise ParseError(_("Send files as parts of their own, not within “json”."))
        return {**value, "files": files.getlist("files")}


class Strict(serializers.Serializer[Any]):
    """Refuses every name it does not know, so that nothing is assigned or filtered by accident."""

    def to_internal_value(self, data: Any) -> Any:
        known = {name for name, field in self.fields.items() if not field.read_only}
        unknown = sorted(set(data) - known) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError(
                {name: [_("There is no such field.")] for name in unknown[:20]}
            )
        return super().to_internal_value(data)


class CleanText(serializers.CharField):
    """Text as pages take it: composed, without invisible controls, of at most so many characters.

    `length` counts after cleaning. What cannot be stored is refused at the field.
    """

    def __init__(self, *, length: int, single_line: bool = False, **options: Any) -> None:
        self.length, self.single_line = length, single_line
        super().__init__(max_length=4 * length, **options)

    def run_validation(self, data: Any = empty) -> Any:
        value = super().run_validation(data)
        if not isinstance(value, str):
            return value
        try:
            text = clean_text(value, max_length=self.length, single_line=self.single_line)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        if not text and not self.allow_blank:
            self.fail("blank")
        return text


class NoQuery(Strict):
    """For addresses that take no parameters."""


class PageQuery(Strict):
    """Where to go on in a list."""

    cursor = serializers.CharField(
        required=False, max_length=60, help_text="`next` of the page before."
    )
    limit = serializers.IntegerField(
        required=False, default=50, min_value=1, max_value=100, help_text="Rows in a page."
    )
