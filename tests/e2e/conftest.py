"""The demo's people, and a browser for each of them.

`SCREENSHOTS=folder` saves the pages on the way at 1280 and 390 pixels, light and dark.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from cases.demo import world
from integrity.accounts.models import User
from tests.e2e.visit import Visit
from tests.support.smtp import SmtpServer


@pytest.fixture
def people(live_server: Any, smtp: SmtpServer) -> dict[str, User]:
    return world.build()


@pytest.fixture
def visit(browser: Browser, browser_context_args: dict[str, Any], people: dict[str, User]) -> Any:
    @contextmanager
    def by(name: str) -> Iterator[Visit]:
        context: BrowserContext = browser.new_context(**browser_context_args)
        try:
            guest = Visit(context.new_page(), name)
            guest.sign_in()
            yield guest
        finally:
            context.close()

    return by
