"""The worked example of docs/schemes.md is true."""

from __future__ import annotations

import json
import re

from policies.enums import ConsequenceCode
from policies.schemes import evaluate, parse_text
from policies.schemes.params import NEEDED, PARAMS
from tests.policies.conftest import ROOT

PAGE = (ROOT / "docs" / "schemes.md").read_text()
BLOCKS = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
FACTS = json.loads(re.search(r"With the facts `(\{.*?\})`", PAGE).group(1))


def test_the_example_says_what_the_page_says():
    scheme, _data = parse_text(BLOCKS[0])
    assert evaluate(scheme, FACTS, version=1).as_json() == json.loads(BLOCKS[1])


def test_every_parameter_is_on_the_page():
    table = PAGE.split("### Consequences", 1)[1].split("## Facts", 1)[0]
    for code, params in PARAMS.items():
        row = next((line for line in table.split("\n") if f"`{code}`" in line), "")
        assert row, f"docs/schemes.md, Consequences, has no row for {code}"
        assert all(f"`{name}`" in row for name in params), code
    assert set(NEEDED) <= set(PARAMS) <= set(ConsequenceCode.values)
