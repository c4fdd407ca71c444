"""Programs as tokens, with their places.

One scanner for all languages, driven by what tells them apart: how comments and strings begin and
end, and which words are keywords. It takes time in proportion to the text, whatever the text is;
the lexers of Pygments do not (decision 32).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

# What stands for a token whose name or value does not matter.
NAME, TYPE, VALUE, NUMBER = "name", "type", '""', "0"

_C_TYPES = """
    auto bool boolean byte char char16_t char32_t decimal double dynamic float int int8 int16 int32
    int64 integer let long nint object short signed size_t string String u8 u16 u32 u64 uint uint8
    uint16 uint32 uint64 ulong unsigned ushort usize isize i8 i16 i32 i64 f32 f64 str var val const
    wchar_t Integer Double Float Boolean Character Long Int Char Bool any number bigint rune uintptr
"""
_MODIFIERS = """
    public private protected internal static final abstract sealed override virtual readonly extern
    volatile transient synchronized native strictfp open data companion lateinit inline explicit
    constexpr mutable register export declare fileprivate unsafe pub mut async partial
"""
_FLOW = """
    if else for while do switch case default break continue return try catch finally throw goto
    class interface enum struct union new this super null true false instanceof import package
"""
_KEYWORDS = {
    "python": """
        and as assert async await break class continue def del elif else except finally for from
        global if import in is lambda nonlocal not or pass raise return try while with yield match
        case None True False self print input len range""",
    "java": _FLOW + "extends implements throws void assert yield record permits",
    "c": _FLOW + "sizeof typedef void NULL define include ifdef ifndef endif",
    "cpp": _FLOW
    + """sizeof typedef void NULL nullptr namespace using template typename operator friend delete
        virtual noexcept define include ifdef ifndef endif cout cin endl""",
    "csharp": _FLOW
    + """namespace using foreach in out ref params base is as void typeof lock yield await get set
        where select from delegate event record""",
    "javascript": _FLOW
    + """function of in typeof void delete yield await async undefined extends from as with static
        get set debugger""",
    "typescript": _FLOW
    + """function of in typeof void delete yield await undefined extends implements from as type
        namespace keyof infer is get set""",
    "go": _FLOW + "func type map chan go defer select range fallthrough nil make append len",
    "rust": _FLOW
    + """fn impl trait match loop in use mod crate self Self where move ref dyn as await type Some
        None Ok Err""",
    "kotlin": _FLOW + "fun object when is in as by constructor init where typealias it",
    "swift": _FLOW
    + """func protocol extension guard in where repeat init deinit self nil as is typealias defer
        fallthrough""",
    "scala": _FLOW + "def object trait extends with match yield lazy implicit given using then end",
    "php": _FLOW
    + """function echo print foreach as elseif endif endfor endforeach endwhile use namespace array
        list isset unset empty require require_once include include_once extends implements""",
    "ruby": """
        alias and begin break case class def defined do else elsif end ensure false for if in module
        next nil not or redo rescue retry return self super then true undef unless until when while
        yield puts print require attr_accessor attr_reader""",
    "r": "if else repeat while function for in next break TRUE FALSE NULL NA Inf NaN library",
    "matlab": """
        break case catch classdef continue else elseif end for function global if otherwise parfor
        persistent return switch try while""",
    "sql": """
        select from where group by having order limit offset insert into values update set delete
        create table view index drop alter add join inner left right full outer on as and or not in
        is null like between exists union all distinct case when then else end primary key foreign
        references default check unique constraint with over partition""",
}
_HASH, _SLASHES, _DASHES, _PERCENT = r"\#", "//", "--", "%"
_BLOCK = r"/\*[\s\S]*?(?:\*/|\Z)"
_DOUBLE = r'"(?:[^"\\\n]|\\[\s\S])*+"?'
_SINGLE = r"'(?:[^'\\\n]|\\[\s\S])*+'?"
_BACK = r"`(?:[^`\\]|\\[\s\S])*+`?"
_RAW_BACK = r"`[^`]*+`?"
_TRIPLE = r'"""[\s\S]*?(?:"""|\Z)'
_TRIPLES = rf"(?:{_TRIPLE}|'''[\s\S]*?(?:'''|\Z))"
_DOUBLED = r"'(?:[^']|'')*+'?"
# A letter in single marks; in Rust and Kotlin one mark alone may be something else.
_LETTER = r"'(?:[^'\\\n]|\\[^\n]{1,9}?)'"
_SYNTAX: dict[str, tuple[list[str], list[str]]] = {
    # Comments; strings. The order is that in which they are tried.
    "python": (
        [_HASH],
        [rf"[A-Za-z]{{0,2}}{_TRIPLES}", rf"[rRbBuUfF]{{0,2}}(?:{_DOUBLE}|{_SINGLE})"],
    ),
    "java": ([_SLASHES, _BLOCK], [_TRIPLE, _DOUBLE, _SINGLE]),
    "c": ([_SLASHES, _BLOCK], [_DOUBLE, _SINGLE]),
    "cpp": ([_SLASHES, _BLOCK], [_DOUBLE, _SINGLE]),
    "csharp": ([_SLASHES, _BLOCK], [r'[$@]{0,2}"(?:[^"\\\n]|\\[\s\S])*+"?', _SINGLE]),
    "javascript": ([_SLASHES, _BLOCK], [_DOUBLE, _SINGLE, _BACK]),
    "typescript": ([_SLASHES, _BLOCK], [_DOUBLE, _SINGLE, _BACK]),
    "go": ([_SLASHES, _BLOCK], [_DOUBLE, _SINGLE, _RAW_BACK]),
    "rust": ([_SLASHES, _BLOCK], [_DOUBLE, _LETTER]),
    "kotlin": ([_SLASHES, _BLOCK], [_TRIPLE, _DOUBLE, _LETTER]),
    "swift": ([_SLASHES, _BLOCK], [_TRIPLE, _DOUBLE]),
    "scala": ([_SLASHES, _BLOCK], [_TRIPLE, _DOUBLE, _LETTER]),
    "php": ([_SLASHES, _HASH, _BLOCK], [_DOUBLE, _SINGLE]),
    "ruby": ([_HASH], [_DOUBLE, _SINGLE]),
    "r": ([_HASH], [_DOUBLE, _SINGLE]),
    "matlab": ([_PERCENT], [_DOUBLE, r"(?<![\w\])'.])'(?:[^'\n]|'')*+'?"]),
    "sql": ([_DASHES, _BLOCK], [_DOUBLED, _DOUBLE]),
}
_REST = (
    r"(?P<number>\d(?:[\w.]|(?<=[eE])[-+])*+)|(?P<word>[^\W\d]\w*+)"
    r"|(?P<sign>\+\+|--|&&|\|\||<<|>>|=>|->|::|:=|\*\*|//|[-+*/%=<>!&|^]=|\S)"
)
# What every program of a language has: whoever wrote it, it says nothing.
_USUAL: dict[str, str] = {
    "python": r"^[ \t]*(?:import|from)\b[^\n]*|^if __name__ ?== ?['\"]__main__['\"]:",
    "java": r"^[ \t]*(?:import|package)\b[^;\n]*;"
    r"|public\s+static\s+void\s+main\s*\(\s*(?:final\s+)?String\b[^()\n]{0,40}\)",
    "c": r"^[ \t]*\#[ \t]*include\b[^\n]*|int\s+main\s*\([^()]{0,60}\)",
    "cpp": r"^[ \t]*\#[ \t]*include\b[^\n]*|using\s+namespace\s+std\s*;"
    r"|int\s+main\s*\([^()]{0,60}\)",
    "csharp": r"^[ \t]*using\b[^;(\n]*;|static\s+void\s+Main\s*\([^()]{0,60}\)",
    "javascript": r"^[ \t]*import\b[^\n]*|^[ \t]*['\"]use strict['\"];?",
    "typescript": r"^[ \t]*import\b[^\n]*",
    "go": r"^package\s+\w+|^import\s+(?:\([^()]*\)|[^\n]*)|func\s+main\s*\(\s*\)",
    "rust": r"^[ \t]*use\b[^;\n]*;|fn\s+main\s*\(\s*\)",
    "kotlin": r"^[ \t]*(?:import|package)\b[^\n]*|fun\s+main\s*\([^()]{0,60}\)",
    "swift": r"^[ \t]*import\b[^\n]*",
    "scala": r"^[ \t]*(?:import|package)\b[^\n]*",
    "php": r"<\?php|\?>|^[ \t]*(?:use|namespace)\b[^;\n]*;",
    "ruby": r"^[ \t]*require\b[^\n]*",
    "r": r"^[ \t]*library\s*\([^()\n]*\)",
}


@dataclass(frozen=True)
class Tokens:
    """The tokens of one program: what they are compared as, what they say, where they stand.

    `values` holds the places of literals in `kinds`.
    """

    kinds: list[str]
    said: list[str]
    starts: list[int]
    ends: list[int]
    values: list[int]

    def __len__(self) -> int:
        return len(self.kinds)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The characters from token `first` to before token `last`."""
        return self.starts[first], self.ends[last - 1]


def tokens_of(text: str, language: str) -> Tokens:
    """The tokens of `text`, without comments, layout and words like `public` and `static`."""
    scanner, keywords, types, skipped, folded = _scanner(language)
    kinds: list[str] = []
    said: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    values: list[int] = []
    for match in scanner.finditer(text):
        group = match.lastgroup
        if group == "comment":
            continue
        word = match.group()
        if group == "word":
            known = word.lower() if folded else word
            if known in skipped:
                continue
            kind = TYPE if known in types else known if known in keywords else NAME
        elif group == "string":
            values.append(len(kinds))
            kind = VALUE
        elif group == "number":
            values.append(len(kinds))
            kind = NUMBER
        else:
            kind = word
        kinds.append(kind)
        said.append(word)
        starts.append(match.start())
        ends.append(match.end())
    return Tokens(kinds, said, starts, ends, values)


def usual_places(text: str, language: str) -> Iterable[tuple[int, int]]:
    """Where a program says what every program of its language says: imports, the entry point."""
    pattern = _usual(language)
    return [match.span() for match in pattern.finditer(text)] if pattern else []


@cache
def _usual(language: str) -> re.Pattern[str] | None:
    source = _USUAL.get(language)
    return re.compile(source, re.MULTILINE) if source else None


@cache
def _scanner(
    language: str,
) -> tuple[re.Pattern[str], frozenset[str], frozenset[str], frozenset[str], bool]:
    comments, strings = _SYNTAX[language]
    lines = [c for c in comments if c != _BLOCK]
    found = [rf"(?:{'|'.join(lines)})[^\n]*+", *([_BLOCK] if _BLOCK in comments else [])]
    source = rf"(?P<comment>{'|'.join(found)})|(?P<string>{'|'.join(strings)})|{_REST}"
    keywords = frozenset(_KEYWORDS[language].split())
    braces = language not in ("python", "ruby", "r", "matlab", "sql")
    return (
        re.compile(source),
        keywords,
        frozenset(_C_TYPES.split()) - keywords if braces else frozenset(),
        frozenset(_MODIFIERS.split()) if braces else frozenset(),
        language == "sql",
    )
