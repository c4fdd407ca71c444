"""How well the comparison tells copied work from work of one's own, on labelled data."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.comparison import ENGINE, compare
from cases.comparison.extracting import decoded
from cases.comparison.result import SET_ASIDE

# From here on a pair is said to be one to look at. That of texts was chosen on task a alone, that
# of programs on case-02 alone; the others judge them. See docs/comparison.md.
TEXTS, PROGRAMS = 0.15, 0.88
OWN = ("non", "non-plagiarized")
_PER_MILLE = 3
_SENTENCE = 8


@dataclass(frozen=True)
class Pair:
    """One labelled pair: the group it belongs to, its label, and what the comparison said."""

    group: str
    name: str
    label: str
    similarity: float
    passages: list[dict[str, Any]]


class Command(BaseCommand):
    """Reads DIRECTORY/answers (labels.csv, orig_task*.txt) and DIRECTORY/programs (case-*)."""

    help = "Measures the comparison on labelled texts and programs; prints JSON or a table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", metavar="DIRECTORY")
        parser.add_argument("--table", action="store_true", help="a table instead of JSON")
        parser.add_argument("--pairs", action="store_true", help="each pair as well")
        parser.add_argument("--text-threshold", type=float, default=TEXTS, metavar="SHARE")
        parser.add_argument("--program-threshold", type=float, default=PROGRAMS, metavar="SHARE")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(options["directory"])
        texts, programs = list(_texts(root / "answers")), list(_programs(root / "programs"))
        if not texts and not programs:
            raise CommandError("There is no labelled data in this directory.", returncode=2)
        measured: dict[str, Any] = {
            "engine": ENGINE,
            "texts": _figures(texts, options["text_threshold"]),
            "programs": _figures(programs, options["program_threshold"]),
            "planted": _planted(root / "answers"),
        }
        if options["pairs"]:
            measured["pairs"] = [asdict(pair) for pair in (*texts, *programs)]
        if options["table"]:
            self._table(measured)
        else:
            self.stdout.write(json.dumps(measured))

    def _table(self, measured: dict[str, Any]) -> None:
        for kind in ("texts", "programs"):
            part = measured[kind]
            self.stdout.write(f"\n{kind}, from {part['threshold']} on\n")
            self.stdout.write(
                "| group | label | pairs | found | recall | mean | lowest | highest |"
            )
            self.stdout.write("|---|---|---|---|---|---|---|---|---|")
            for group, figures in part["groups"].items():
                for label, row in figures["labels"].items():
                    names = ("pairs", "found", "recall", "order", "mean", "min", "max")
                    cells: list[str] = [
                        "" if row[name] is None else str(row[name]) for name in names
                    ]
                    self.stdout.write(f"| {group} | {label} | {' | '.join(cells)} |")
            for group, figures in part["groups"].items():
                self.stdout.write(
                    f"{group}: precision {figures['precision']}, recall {figures['recall']},"
                    f" order {figures['order']}"
                )
        self.stdout.write(f"\nplanted sentences: {json.dumps(measured['planted'])}")


def _texts(folder: Path) -> Iterable[Pair]:
    labels = folder / "labels.csv"
    if not labels.is_file():
        return
    with labels.open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["File"])
    for row in rows:
        if row["Category"] == "orig":
            continue
        answer = decoded((folder / row["File"]).read_bytes())
        source = decoded((folder / f"orig_task{row['Task']}.txt").read_bytes())
        yield _pair(f"task {row['Task']}", row["File"], row["Category"], answer, source, "text")


def _planted(folder: Path) -> dict[str, Any]:
    """Two sentences of the source put into each answer of somebody's own: are they marked?

    The labels say nothing of places, so these are made. `marked`: of the characters put in, those
    in a passage. `right`: of the characters in passages, those that were put in.
    """
    put, marked, both = 0, 0, 0
    rows = [pair for pair in _texts(folder) if pair.label in OWN]
    for number, pair in enumerate(rows):
        answer = decoded((folder / pair.name).read_bytes())
        source = decoded((folder / f"orig_task{pair.group[-1]}.txt").read_bytes())
        sentences = [text for text in source.split(". ") if len(text.split()) > _SENTENCE]
        first = number % (len(sentences) - 1)
        theirs = ". ".join(sentences[first : first + 2])
        at = answer.find(". ") + 2
        mixed = f"{answer[:at]}{theirs}. {answer[at:]}"
        found = {
            place
            for passage in compare(mixed, source).passages
            if passage.kind not in SET_ASIDE
            for place in range(*passage.a)
        }
        planted = set(range(at, at + len(theirs)))
        put, marked, both = put + len(planted), marked + len(found), both + len(planted & found)
    return {"texts": len(rows), "marked": _share(both, put), "right": _share(both, marked)}


def _programs(folder: Path) -> Iterable[Pair]:
    for case in sorted(folder.glob("case-*")):
        source = _joined(case / "original")
        places = [*case.glob("plagiarized/L*/*"), *case.glob("non-plagiarized/*")]
        for place in sorted(path for path in places if path.is_dir()):
            own = place.parent.name in OWN
            label = "non" if own else place.parent.name
            name = str(place.relative_to(folder))
            yield _pair(case.name, name, label, _joined(place), source, "java")


def _joined(folder: Path) -> str:
    return "\n".join(decoded(path.read_bytes()) for path in sorted(folder.rglob("*.java")))


def _pair(group: str, name: str, label: str, a: str, b: str, language: str) -> Pair:
    found = compare(a, b, language=language)
    return Pair(group, name, label, found.similarity, found.to_json()["passages"])


def _figures(pairs: list[Pair], threshold: float) -> dict[str, Any]:
    groups: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[pair.group].append(pair)
    if len(groups) > 1:
        groups["all"] = pairs
    return {
        "threshold": threshold,
        "groups": {group: _group(rows, threshold) for group, rows in groups.items()},
    }


def _group(pairs: list[Pair], threshold: float) -> dict[str, Any]:
    """Precision and recall of "from the threshold on" for "not one's own work".

    `order` is the chance that a copied one is more similar than one's own (area under the curve).
    """
    copied = [pair.similarity for pair in pairs if pair.label not in OWN]
    own = [pair.similarity for pair in pairs if pair.label in OWN]
    hit = sum(value >= threshold for value in copied)
    wrong = sum(value >= threshold for value in own)
    by_label: defaultdict[str, list[float]] = defaultdict(list)
    for pair in pairs:
        by_label[pair.label].append(pair.similarity)
    return {
        "precision": _share(hit, hit + wrong),
        "recall": _share(hit, len(copied)),
        "order": _order(copied, own),
        "labels": {
            label: {
                "pairs": len(values),
                "found": sum(value >= threshold for value in values),
                # Of one's own work every one that is found is a mistake, so it has no recall.
                "recall": None
                if label in OWN
                else _share(sum(value >= threshold for value in values), len(values)),
                "order": None if label in OWN else _order(values, own),
                "mean": round(sum(values) / len(values), _PER_MILLE),
                "min": min(values),
                "max": max(values),
            }
            for label, values in sorted(by_label.items())
        },
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, _PER_MILLE) if whole else None


def _order(above: list[float], below: list[float]) -> float | None:
    if not above or not below:
        return None
    won = sum((x > y) + (x == y) / 2 for x in above for y in below)
    return round(won / (len(above) * len(below)), _PER_MILLE)
