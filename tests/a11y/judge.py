"""One page in the browser, judged by axe-core (WCAG 2.2 A and AA) and by its width."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.a11y.places import Reader, client_of

AXE = (
    Path(__file__).resolve().parent.parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
).read_text()
# `target-size` (24 pixels, WCAG 2.5.8) is one of the last group.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Only what is wrong is put into words: for the rest axe would name every piece of the page.
JUDGE = """rules => axe.run(document, {
        runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']
    }).then(result => result.violations.map(v => `${v.id}: ${v.help} – ` +
        v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')))"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
NARROW, WIDE = 320, 1280


@contextmanager
def browser_of(new_context: Any, origin: str, reader: Reader, **options: Any) -> Iterator[Any]:
    """A page of a browser of its own, in the session of `reader`."""
    context = new_context(**options)
    if reader is not None:
        context.add_cookies(
            [
                {"name": name, "value": morsel.value, "url": origin}
                for name, morsel in client_of(reader).cookies.items()
            ]
        )
    page = context.new_page()
    page.spoken = []
    page.on("console", lambda message: page.spoken.append(message))
    try:
        yield page
    finally:
        context.close()


def look(page: Any, address: str, *, scheme: str = "light", width: int = WIDE) -> list[str]:
    """Open the address and say what is wrong with it: status, axe, errors in the console.

    The page is left as it was judged, `width` pixels wide.
    """
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.spoken.clear()
    answer = page.goto(address)
    if answer.status != 200:
        return [f"answers {answer.status}"]
    page.evaluate(AXE)
    found = [f"{scheme}, {width}: {problem}" for problem in page.evaluate(JUDGE, RULES)]
    found += [f"console: {said.text}" for said in page.spoken if said.type == "error"]
    return found


def too_wide(page: Any, width: int = NARROW) -> list[str]:
    """Whether the page in front of us has to be read sideways at that width (WCAG 1.4.10)."""
    page.set_viewport_size({"width": width, "height": 900})
    excess = page.evaluate(TOO_WIDE)
    return [f"{excess} pixels too wide at {width}"] if excess > 0 else []
