"""The languages a comparison knows: prose, and programs by the ending of their file."""

from __future__ import annotations

import re
from functools import cache

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


# What nobody writes in an essay. Several different ones make a program.
_SIGNS: dict[str, tuple[str, ...]] = {
    "java": (
        r"^\s*import\s+java[\w.*]*;",
        r"\bpublic\s+(?:static\s+|final\s+)*(?:class|void|int)\b",
        r"\bSystem\.(?:out|in|err)\b",
        r"\bnew\s+Scanner\(",
    ),
    "csharp": (
        r"^\s*using\s+System[\w.]*;",
        r"\bConsole\.(?:Write|Read)",
        r"\bstatic\s+void\s+Main\(",
        r"\bnamespace\s+[\w.]+\s*[{;]",
    ),
    "cpp": (
        r"^\s*\#\s*include\s*<(?:iostream|vector|string|map|algorithm)>",
        r"\bstd::\w",
        r"\bcout\s*<<",
        r"\busing\s+namespace\s+std;",
    ),
    "c": (
        r"^\s*\#\s*include\s*[<'\"]\w+\.h[>'\"]",
        r"\b(?:printf|scanf|malloc|strlen)\(",
        r"\bint\s+main\(",
    ),
    "go": (
        r"^package\s+\w+$",
        r"^func\s+(?:\([^)\n]*\)\s*)?\w+\(",
        r"\bfmt\.Print",
        r"\w\s:=\s",
    ),
    "rust": (
        r"\bfn\s+\w+\([^)\n]*\)",
        r"\blet\s+mut\s",
        r"\bprintln!\(",
        r"^use\s+std::",
    ),
    "kotlin": (
        r"\bfun\s+\w+\([^)\n]*\)",
        r"\bval\s+\w+\s*[:=]",
        r"\bprintln\(",
    ),
    "php": (r"<\?php", r"\$\w+\s*=[^=]", r"\becho\s+['\"$]"),
    "javascript": (
        r"\bfunction\s*\w*\([^)\n]*\)\s*\{",
        r"\b(?:const|let|var)\s+\w+\s*=",
        r"\bconsole\.log\(",
        r"=>\s*\{",
        r"\bdocument\.\w+\(",
    ),
    "python": (
        r"^\s*def\s+\w+\([^)\n]*\)[^:\n]*:\s*$",
        r"^\s*(?:from\s+[\w.]+\s+)?import\s+[\w.]+(?:\s+as\s+\w+)?\s*$",
        r"^\s*(?:if|for|while|elif)\s[^\n]{1,100}:\s*$",
        r"\bprint\(",
        r"^\s*class\s+\w+[(:]",
    ),
    "sql": (
        r"(?i)^\s*select\s[^;]{1,400}?\sfrom\s",
        r"(?i)^\s*create\s+table\s+\w+\s*\(",
        r"(?i)^\s*insert\s+into\s+\w+\s*\(",
    ),
    "r": (r"^\s*library\(\w+\)", r"\w\s*<-\s*(?:function\(|c\(|read\.)", r"\bdata\.frame\("),
}
_LOOKED_AT = 20_000
_SIGNS_WANTED = 2
# A line of so many words is no line of a program.
_WORDY = 14


@cache
def _signs() -> dict[str, list[re.Pattern[str]]]:
    return {
        name: [re.compile(sign, re.MULTILINE) for sign in signs] for name, signs in _SIGNS.items()
    }


def guess_language(filename: str, text: str) -> str:
    """The language of a file by its ending, otherwise by what only programs say.

    Prose where neither tells; whoever compares may say better.
    """
    _stem, dot, ending = filename.strip().rpartition(".")
    if dot and ending.lower() in _BY_ENDING:
        return _BY_ENDING[ending.lower()]
    head = text[:_LOOKED_AT]
    scores = {
        name: sum(sign.search(head) is not None for sign in signs)
        for name, signs in _signs().items()
    }
    best = max(scores, key=lambda name: scores[name])
    if scores[best] < _SIGNS_WANTED:
        return PROSE
    # An essay may show an example: then most lines end as sentences do.
    lines = [line for line in head.splitlines() if line.strip()]
    wordy = sum(len(line.split()) > _WORDY for line in lines)
    return PROSE if wordy * 4 > len(lines) else best
