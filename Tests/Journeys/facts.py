# SPDX-License-Identifier: Apache-2.0
"""What a page says and what its JSON says, so that the two can be held against each other.

A page's words are the texts of its templates (the keys of the translations), facts of its JSON, and times. Whatever else stands
on it is a fact that the JSON lacks. A JSON's facts are its texts, but for ids and the names that programs have for things;
whichever of them is not on the page, the page lacks.
"""

import html.parser
import json
import pathlib
import re

SOURCES = pathlib.Path(__file__).parents[2] / "Sources"

# Names that programs have for things: on pages they are words, pictures, colours and addresses.
NAMES = set(
    """
    arrival authorKind actorKind cause channel code conversation direction field fields form from ground id kind link
    linkId message object owner parent path priority proposal role slug stage state team theme timeZone type why withheld
    language never withOffer onceAccepted passedOn kinds digest contract differing deed means
    """.split()
)

# What surrounds a page's facts: ways to other pages, forms with what can be chosen, pictures.
AROUND = {"nav", "script", "style", "form", "dialog", "select", "option", "button", "svg", "title", "template", "summary"}

VOID = {"input", "link", "meta", "img", "br", "hr", "rect", "path", "circle", "source"}

TIME = re.compile(
    r"(\d{1,2} [A-Z][a-z]{2} )?\d\d:\d\d|\d{1,2} [A-Z][a-z]{2} \d{4}|< 1 min|\d+ (min|h|d)( \d\d min)?|\d+ (B|KB|MB)"
    r"|[A-Z][a-z]+day,? \d{1,2} [A-Z][a-z]+ \d{4}"
)


class Page(html.parser.HTMLParser):
    """The texts of a page, those that are facts, and the moments that its times stand for."""

    def __init__(self, source, around=()):
        super().__init__()
        self.around = set(around)
        self.open, self.hidden, self.texts, self.moments, self.everything = [], 0, [], set(), []
        self.feed(source)
        self.all = " ".join(" ".join(self.everything).split())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.everything += [value for value in attributes.values() if value]
        if tag in VOID:
            return
        classes = set((attributes.get("class") or "").split())
        skips = (
            tag in AROUND
            or attributes.get("aria-hidden") == "true"
            or "visually-hidden" in classes
            or classes & self.around
            or attributes.get("id") in self.around
        )
        self.open.append((tag, bool(skips)))
        self.hidden += bool(skips)
        if not self.hidden and attributes.get("datetime"):
            self.moments.add(attributes["datetime"])

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        while self.open:
            last, skipped = self.open.pop()
            self.hidden -= skipped
            if last == tag:
                break

    def handle_data(self, data):
        text = " ".join(data.split())
        if not text:
            return
        self.everything.append(text)
        if not self.hidden:
            self.texts.append(text)


def leaves(value, path=""):
    """Each text, number and so on of a JSON value, with its path: `messages.author`."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one, path)
    elif value is not None:
        yield path, value


def words():
    """The texts of pages that need no fact, and patterns of those that do."""
    fixed, patterns = set(), []
    for file in SOURCES.rglob("*.nl.json"):
        for text in json.loads(file.read_text()):
            parts = re.split(r"\{\{[^}]*\}\}|\{\d\}", text)
            if len(parts) == 1:
                fixed.add(text.casefold())
            elif any(part.strip() for part in parts):
                patterns.append(re.compile("(.+?)".join(map(re.escape, parts)), re.IGNORECASE))
    return fixed, patterns


class Facts:
    """The facts of a JSON, and of what surrounds every page: the company and who looks at it."""

    FIXED, PATTERNS = words()

    def __init__(self, value, *around):
        self.leaves = list(leaves(value))
        self.texts = {" ".join(str(one).split()) for _, one in self.leaves if isinstance(one, str)} | set(around)
        self.moments = {one for _, one in self.leaves if isinstance(one, str) and is_moment(one)}
        self.numbers = {str(one) for _, one in self.leaves if isinstance(one, (int, float))} | set(lengths(value))
        self.known = {}

    def missing_from(self, page, but=()):
        """Facts that are not on the page."""
        return [
            (path, one)
            for path, one in self.leaves
            if isinstance(one, str)
            and one
            and path.rsplit(".", 1)[-1] not in NAMES
            and not any(path == other or path.endswith("." + other) or path.startswith(other + ".") for other in but)
            and not is_moment(one)
            and " ".join(one.split())[:100] not in page.all
        ]

    def unknown_on(self, page):
        """Texts and moments of the page that are nowhere in the JSON."""
        return [text for text in page.texts if not self.covers(text)] + sorted(
            moment for moment in page.moments if not self.has_moment(moment)
        )

    def has_moment(self, moment):
        # A page's times are exact to the second.
        return any(one[:19] == moment[:19] for one in self.moments)

    def covers(self, text):
        """Whether a text is made of words of pages and of facts."""
        if self.explains(text):
            return True
        parts = text.split(" ")
        if len(parts) > 80:
            return False
        reached = [True] + [False] * len(parts)
        for end in range(1, len(parts) + 1):
            reached[end] = any(
                reached[start] and self.explains(" ".join(parts[start:end])) for start in range(end - 1, -1, -1)
            )
        return reached[-1]

    def explains(self, piece):
        if piece not in self.known:
            self.known[piece] = False
            self.known[piece] = self.find(piece)
        return self.known[piece]

    def find(self, piece):
        bare = piece.strip(" ·,.:;“”()…‹–?!")
        if not bare or bare.casefold() in self.FIXED or piece.casefold() in self.FIXED:
            return True
        if TIME.fullmatch(bare) or bare in self.numbers or self.is_fact(bare) or self.is_fact(piece):
            return True
        return any(
            (match := pattern.fullmatch(candidate)) and all(self.covers(group) for group in match.groups())
            for candidate in {piece, bare}
            for pattern in self.PATTERNS
        )

    def is_fact(self, piece):
        return any(piece == one or (len(piece) > 2 and piece in one) for one in self.texts)


def is_moment(text):
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text))


def lengths(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from lengths(one)
    elif isinstance(value, list):
        yield str(len(value))
        for one in value:
            yield from lengths(one)
