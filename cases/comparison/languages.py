"""The languages a comparison knows: prose, and programs by the ending of their file."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PROSE = "text"

_PROGRAMS: dict[str, tuple[str, str]] = {
    "python": ("Python", "py pyw pyi"),
    "java": ("Java", "java"),
    "c": ("C", "c h"),
    "cpp": ("C++", "cc cpp cxx hh hpp hxx ino"),
    "csharp": ("C#", "cs"),
    "javascript": ("JavaScript", "js jsx mjs cjs"),
    "typescript": ("TypeScript", "ts tsx mts"),
    "go": ("Go", "go"),
    "rust": ("Rust", "rs"),
    "kotlin": ("Kotlin", "kt kts"),
    "swift": ("Swift", "swift"),
    "scala": ("Scala", "scala sc"),
    "php": ("PHP", "php"),
    "ruby": ("Ruby", "rb"),
    "r": ("R", "r"),
    "matlab": ("MATLAB", "m"),
    "sql": ("SQL", "sql"),
}
_BY_ENDING = {
    ending: name for name, (_label, endings) in _PROGRAMS.items() for ending in endings.split()
}


def languages() -> dict[str, str | Promise]:
    """What may be compared: the name `compare` takes and the label for people, prose first."""
    return {PROSE: _("Text"), **{name: label for name, (label, _e) in _PROGRAMS.items()}}


def guess_language(filename: str, text: str) -> str:
    """The language of a file by its ending; prose where the ending says nothing."""
    _stem, dot, ending = filename.rpartition(".")
    return _BY_ENDING.get(ending.lower(), PROSE) if dot else PROSE
