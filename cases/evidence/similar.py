"""Results of JPlag (versions 4 to 6) and Dolos, read for their pairs and percentages (IN10).

| tool | where the pairs stand |
|---|---|
| JPlag 4 | `overview.json`: `metrics`, the one called AVG, its `topComparisons` |
| JPlag 5 | `overview.json`: `top_comparisons` with `similarities` by metric |
| JPlag 6 | `topComparisons.json`; `submissionMappings.json` has names, `runInformation.json` more |
| Dolos | `pairs.csv`, alone or in an archive |

JPlag's average is what is kept, a share of 1 like that of Dolos. No Django here: the process that
opens files uses this.
"""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

from cases.evidence import limits
from cases.evidence.refusal import Refused
from cases.evidence.unzip import Archive

METRIC = "AVG"
_COLUMNS = {"leftFilePath", "rightFilePath", "similarity"}


def figures_of(content: bytes) -> dict[str, Any]:
    """`{"tool", "version", "total", "pairs": [{"a", "b", "similarity"}]}`, highest pairs first.

    At most `limits.MAX_PAIRS` of `total`. Raises `Refused` with `result` when it is no result of
    either tool, and what `unzip.Archive` raises.
    """
    if not content.startswith(b"PK"):
        return _answer("Dolos", "", _dolos(content))
    archive = Archive(content)
    if (top := archive.find("topComparisons.json")) is not None:
        return _jplag_6(archive, top)
    if (overview := archive.find("overview.json")) is not None:
        return _jplag_4_5(_json(archive, overview))
    if (pairs := archive.find("pairs.csv")) is not None:
        return _answer("Dolos", "", _dolos(_read(archive, pairs)))
    raise Refused("result")


def _read(archive: Archive, path: str) -> bytes:
    return archive.read(path, limit=limits.MAX_JSON_BYTES) or b""


def _json(archive: Archive, path: str) -> Any:
    try:
        return json.loads(_read(archive, path))
    except (ValueError, RecursionError):
        raise Refused("damaged") from None


def _beside(archive: Archive, path: str, name: str) -> dict[str, Any]:
    content = path.rsplit("/", 1)[0] + "/" + name if "/" in path else name
    found = _json(archive, content) if content in archive.names else {}
    return found if isinstance(found, dict) else {}


def _jplag_6(archive: Archive, path: str) -> dict[str, Any]:
    top = _json(archive, path)
    run = _beside(archive, path, "runInformation.json")
    names = _beside(archive, path, "submissionMappings.json").get("submission_id_to_display_name")
    return _answer(
        "JPlag",
        _version(run.get("version")),
        [
            (pair.get("firstSubmission"), pair.get("secondSubmission"), _average(pair))
            for pair in _rows(top)
        ],
        names,
    )


def _jplag_4_5(overview: Any) -> dict[str, Any]:
    if not isinstance(overview, dict):
        raise Refused("result")
    if "top_comparisons" in overview:
        rows = _rows(overview["top_comparisons"])
    elif "metrics" in overview:
        metrics = _rows(overview["metrics"])
        chosen = [metric for metric in metrics if metric.get("name") == METRIC] or metrics
        rows = _rows(chosen[0].get("topComparisons")) if chosen else []
    else:
        raise Refused("result")
    return _answer(
        "JPlag",
        _version(overview.get("jplag_version")),
        [
            (pair.get("first_submission"), pair.get("second_submission"), _average(pair))
            for pair in rows
        ],
        overview.get("submission_id_to_display_name"),
    )


def _rows(found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, list):
        raise Refused("result")
    return [row for row in found if isinstance(row, dict)]


def _average(pair: dict[str, Any]) -> Any:
    by_metric = pair.get("similarities")
    return by_metric.get(METRIC) if isinstance(by_metric, dict) else pair.get("similarity")


def _version(found: Any) -> str:
    if not isinstance(found, dict):
        return ""
    numbers = [found.get(name) for name in ("major", "minor", "patch")]
    known = [number for number in numbers if type(number) is int and 0 <= number < 10_000]
    # A version built from source calls itself 0.0.0.
    return ".".join(str(number) for number in known) if any(known) else ""


def _dolos(content: bytes) -> list[tuple[Any, Any, Any]]:
    try:
        table = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if not set(table.fieldnames or ()) >= _COLUMNS:
            raise Refused("result")
        return [
            (row["leftFilePath"], row["rightFilePath"], _share(row["similarity"])) for row in table
        ]
    except (UnicodeDecodeError, csv.Error):
        raise Refused("damaged") from None


def _share(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _answer(
    tool: str, version: str, rows: list[tuple[Any, Any, Any]], names: Any = None
) -> dict[str, Any]:
    called = names if isinstance(names, dict) else {}

    def name(found: Any) -> str:
        shown = called.get(found, found) if isinstance(found, str) else ""
        return str(shown)[: limits.MAX_PAIR_NAME].strip()

    pairs: list[dict[str, Any]] = []
    for first, second, share in rows:
        if type(share) not in (int, float) or not math.isfinite(share) or not 0 <= share <= 1:
            raise Refused("result")
        a, b = name(first), name(second)
        if not a or not b:
            raise Refused("result")
        pairs.append({"a": a, "b": b, "similarity": round(float(share), 4)})
    if not pairs:
        raise Refused("nothing")
    pairs.sort(key=lambda pair: -pair["similarity"])
    return {
        "tool": tool,
        "version": version,
        "total": len(pairs),
        "pairs": pairs[: limits.MAX_PAIRS],
    }
