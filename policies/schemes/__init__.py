"""Schemes: one file format for ladders, points tariffs and rule tables (see `docs/schemes.md`).

`parse` reads and checks a file, `recommend` applies it to the facts of a case. Both are pure.
"""

from policies.schemes.errors import BadFacts, MissingFacts, Problem, SchemeError
from policies.schemes.format import Action, Condition, Factor, Option, Outcome, SchemeFile
from policies.schemes.parse import parse, parse_text
from policies.schemes.recommend import Line, Recommendation, Wanted, evaluate, recommend, wanted

__all__ = [
    "Action",
    "BadFacts",
    "Condition",
    "Factor",
    "Line",
    "MissingFacts",
    "Option",
    "Outcome",
    "Problem",
    "Recommendation",
    "SchemeError",
    "SchemeFile",
    "Wanted",
    "evaluate",
    "parse",
    "parse_text",
    "recommend",
    "wanted",
]
