"""One person in a browser, and the pictures of what they see."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from cases.demo.people import PASSWORD

SIZES = (1280, 390)
SCHEMES = ("light", "dark")


class Visit:
    """One person in a browser of their own."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.shots = 0

    def sign_in(self) -> None:
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email address").fill(f"{self.name}@example.edu")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def heading(self, name: str) -> None:
        expect(self.page.get_by_role("heading", name=name).first).to_be_visible()

    def shot(self, name: str) -> None:
        """Pictures of the page as it stands, where they are wanted."""
        folder = os.environ.get("SCREENSHOTS")
        if not folder:
            return
        self.shots += 1
        for scheme in SCHEMES:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for width in SIZES:
                self.page.set_viewport_size({"width": width, "height": 900})
                file = f"{self.name}-{self.shots:02d}-{name}-{width}-{scheme}.png"
                self.page.screenshot(path=Path(folder) / file, full_page=True)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": SIZES[0], "height": 900})
