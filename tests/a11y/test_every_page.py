"""Every page there is, once, judged by axe-core in light colours at 1280 pixels and by its width.

The rest of the matrix (dark, narrow, every account of the demo) is in `test_matrix.py`, which
`make a11y` runs too.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.a11y.judge import browser_of, look, too_wide
from tests.a11y.places import every_page, readers


@pytest.mark.a11y
@pytest.mark.django_db(transaction=True)
def test_every_page_is_accessible(live_server: Any, new_context: Any) -> None:
    pages = every_page()
    problems: list[str] = []
    for reader, addresses in readers(pages):
        with browser_of(new_context, live_server.url, reader) as browser:
            for route, address in addresses:
                found = look(browser, address) + too_wide(browser)
                problems += [f"{route} {address} {problem}" for problem in found]
    print(f"{len(pages)} kinds of pages, {sum(map(len, pages.values()))} addresses")
    assert not problems, "\n".join(problems)
