# SPDX-License-Identifier: Apache-2.0
"""A browser window and the person before it."""

import os

from nodes import PASSWORD, email
from shots import shots_folder

WIDE, TELEPHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class Window:
    """A window with a person before it, who has a keyboard only; it notes whatever the console complains of."""

    def __init__(self, browser, company, size, **options):
        self.company, self.size = company, size
        self.context = browser.new_context(viewport=size, **options)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on(
            "console", lambda message: self.complain(message.text) if message.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.complain(str(error)))
        self.press, self.type = self.page.keyboard.press, self.page.keyboard.type

    def complain(self, text):
        # Chromium says so of every page that is an answer to wrong input, as it should be.
        if "the server responded with a status of 422" not in text:
            self.complaints.append(f"{self.page.url}: {text}")

    def go(self, path):
        self.page.goto(self.company.node.origin + path)
        return self

    def shot(self, name):
        if os.environ.get("ENTENTE_SHOTS"):
            self.page.screenshot(path=shots_folder() / f"{name}-{self.size['width']}.png")

    def sees(self, selector, text=None):
        """Waits until it is on the page."""
        found = self.page.locator(selector, has_text=text) if text else self.page.locator(selector)
        found.first.wait_for(timeout=20_000)
        return found.first

    def focus(self, selector):
        """Presses Tab until the keyboard is there."""
        for _ in range(150):
            if self.page.evaluate("one => document.activeElement?.matches(one)", selector):
                return self
            self.press("Tab")
        raise AssertionError(f"Tab never reaches {selector} on {self.page.url}")

    def fill(self, selector, text):
        self.focus(selector)
        self.press("Control+a")
        self.type(text)
        return self

    def choose(self, name, value):
        """Goes to a group of radio buttons and walks it with the arrows."""
        self.focus(f"input[type=radio][name={name}]")
        self.press("Space")
        for _ in range(12):
            if self.page.evaluate(
                "([name, value]) => document.activeElement.matches(`[name=${name}][value='${value}']:checked`)",
                [name, value],
            ):
                return self
            self.press("ArrowDown")
        raise AssertionError(f"the arrows never reach {value} of {name}")

    def attach(self, selector, file):
        """Tab reaches the field; the chooser that it opens is the browser's own."""
        self.focus(selector)
        self.page.set_input_files(selector, {"name": file[0], "mimeType": file[1], "buffer": file[2]})
        return self

    def follow(self, key="Enter"):
        """Presses the key and waits for the page that it leads to."""
        with self.page.expect_navigation():
            self.press(key)
        return self

    def mark(self):
        """A reload would wash this away."""
        self.page.evaluate("window.isStillHere = true")

    def has_not_reloaded(self):
        return self.page.evaluate("window.isStillHere === true")

    def fits(self):
        """Nothing sticks out sideways."""
        return self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def sign_in(self):
        self.go(f"/{self.company.slug}/sign-in")
        self.fill("#email", email(self.company.slug)).fill("#password", PASSWORD).follow()
        assert self.page.url.endswith(f"/{self.company.slug}/today")
        return self
