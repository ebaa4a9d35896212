# SPDX-License-Identifier: Apache-2.0
"""The journey of the product's main job: a rider's question crosses three companies and the answer comes back."""

import json
import struct
import time
import uuid
import zlib
from types import SimpleNamespace

from api import Api, Refused
from waiting import wait_for


def picture(width=480, height=320):
    """A PNG of a battery's display (RFC 2083): a dark screen with a frame."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    def shade(x, y):
        return 200 if min(x, y, width - 1 - x, height - 1 - y) < 12 else 40 + (x * y) % 23

    rows = b"".join(b"\0" + bytes(shade(x, y) for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PHOTO = ("display.png", "image/png", picture())
DOCUMENT = ("charging-below-zero.pdf", "application/pdf", b"%PDF-1.7\n" + b"charge between 0 and 40 degrees\n" * 900)


def soon(seconds):
    """A time from now as the API takes it (RFC 3339)."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def cases(company, mark):
    """All cases of a company that tell of this mark, with their conversations."""
    lines = company.get("/cases?open=all")["cases"]
    return [company.get(f"/cases/{line['number']}") for line in lines if mark in line["title"]]


def handover(case, direction, link=None):
    found = [one for one in case["handovers"] if one["direction"] == direction and link in (None, one["link"])]
    return found[-1] if found else None


def named(case, name):
    """The files of this name in a case."""
    return [file for message in case["messages"] for file in message["files"] if file["name"] == name]


class Story:
    """One rider's matter. Each step is taken by the company whose turn it is, and is over once the next one has it."""

    def __init__(self, dealer, maker, supplier, kind="ask", form="document", **more):
        """The supplier is asked for a document, or, where no files are shared with it, for a text."""
        self.dealer, self.maker, self.supplier, self.kind, self.form = dealer, maker, supplier, kind, form
        self.mark = "q" + uuid.uuid4().hex[:10]
        mine = {"name": f"Noor {self.mark}", "contact": f"{self.mark}@rider.example", "photos": PHOTO, **more}
        self.rider, self.contact, self.photo = mine["name"], mine["contact"], mine["photos"]
        public = Api(dealer.base, dealer.slug)
        words = f"May {self.mark} be charged below zero? It stood outside."
        fields = (
            {"question": words}
            if kind == "ask"
            else {"subject": f"{self.mark} does not start", "text": words, "severity": "major"}
        )
        asked = public.post(
            f"/{kind}", **{**fields, "product": "City 3", "serial": "KD-77", "channel": "email", **mine}
        )
        self.public, self.number = public, asked["number"]
        self.follow = asked["follow"].removeprefix(f"/{dealer.slug}")
        self.steps = [
            SimpleNamespace(
                name="the dealer hands it over",
                sender=dealer,
                receiver=maker,
                act=self.hand_over,
                arrived=self.is_offered,
            ),
            SimpleNamespace(
                name="the maker accepts", sender=maker, receiver=dealer, act=self.accept, arrived=self.is_accepted
            ),
            SimpleNamespace(
                name="the rider adds something", sender=dealer, receiver=maker, act=self.add, arrived=self.is_added
            ),
            SimpleNamespace(
                name="the maker hands it on",
                sender=maker,
                receiver=supplier,
                act=self.hand_on,
                arrived=self.is_offered_on,
            ),
            SimpleNamespace(
                name="the supplier accepts",
                sender=supplier,
                receiver=maker,
                act=self.accept_on,
                arrived=self.is_accepted_on,
            ),
            SimpleNamespace(
                name="the supplier answers", sender=supplier, receiver=maker, act=self.answer, arrived=self.is_answered
            ),
            SimpleNamespace(
                name="the maker passes it on",
                sender=maker,
                receiver=dealer,
                act=self.pass_on,
                arrived=self.is_passed_on,
            ),
        ]

    def run(self, steps=None, seconds=30):
        for step in self.steps if steps is None else self.steps[:steps]:
            step.act()
            wait_for(step.arrived, step.name, seconds)
        return self

    def case(self, company):
        """The company's one case of this matter; none until it has come."""
        found = cases(company, self.mark)
        assert len(found) < 2, f"{company.name} has it twice: {[case['number'] for case in found]}"
        return found[0] if found else None

    def do(self, company, direction, verb, **fields):
        case = self.case(company)
        one = handover(case, direction)
        return company.post(f"/cases/{case['number']}/handovers/{one['id']}/{verb}", **fields)

    def state(self, company, direction):
        case = self.case(company)
        one = case and handover(case, direction)
        return one and one["state"]

    def has_file(self, company, file):
        """Whether the company's own node serves the file's bytes, once."""
        case = self.case(company)
        found = case and named(case, file[0])
        if not found:
            return False
        assert len(found) == 1, f"{company.name} has {file[0]} {len(found)} times"
        try:
            return company.download(f"/cases/{case['number']}/files/{found[0]['id']}") == file[2]
        except Refused as refused:
            assert refused.status == 404, refused
            return False

    def page(self):
        return self.public.get(self.follow)

    def hand_over(self, form="yesNo", accept_by=3600, **more):
        return self.dealer.post(
            f"/cases/{self.number}/handovers",
            **{
                "link": self.dealer.link(self.maker),
                "form": form,
                "text": f"Is {self.mark} safe?",
                "acceptBy": soon(accept_by),
                "answerBy": soon(2 * 86_400),
                **more,
            },
        )

    def is_offered(self):
        return self.state(self.maker, "incoming") == "offered" and self.has_file(self.maker, self.photo)

    def accept(self):
        self.do(self.maker, "incoming", "acceptance")

    def is_accepted(self):
        return self.state(self.dealer, "outgoing") == "accepted" and self.rider in json.dumps(self.case(self.maker))

    def add(self):
        self.public.post(f"{self.follow}/messages", text=f"It is {self.mark} again: it was minus two.")

    def is_added(self):
        return "minus two" in json.dumps(self.case(self.maker))

    def hand_on(self):
        number = self.case(self.maker)["number"]
        self.maker.post(
            f"/cases/{number}/handovers",
            link=self.maker.link(self.supplier),
            form=self.form,
            text="Please send the charging sheet.",
            acceptBy=soon(3600),
            answerBy=soon(86_400),
        )

    def is_offered_on(self):
        return self.state(self.supplier, "incoming") == "offered" and self.has_file(self.supplier, self.photo)

    def accept_on(self):
        self.do(self.supplier, "incoming", "acceptance")

    def is_accepted_on(self):
        return self.state(self.maker, "outgoing") == "accepted"

    def answer(self):
        files = {"files": DOCUMENT} if self.form == "document" else {}
        self.do(self.supplier, "incoming", "answer", text=f"See the sheet for {self.mark}.", **files)

    def is_answered(self):
        has_come = self.form != "document" or self.has_file(self.maker, DOCUMENT)
        return self.state(self.maker, "outgoing") == "answered" and has_come

    def pass_on(self):
        case = self.case(self.maker)
        self.do(
            self.maker,
            "incoming",
            "answer",
            verdict="no",
            wording="asIs",
            source=handover(case, "outgoing")["id"],
            forward=[file["id"] for file in named(case, DOCUMENT[0])],
        )

    def is_passed_on(self):
        return self.state(self.dealer, "outgoing") == "answered" and self.has_file(self.dealer, DOCUMENT)

    def reply(self):
        """The dealer tells the rider what came back, with its document."""
        case = self.case(self.dealer)
        back = handover(case, "outgoing")
        self.dealer.post(
            f"/cases/{self.number}/messages",
            to="customer",
            text=back["answer"]["text"],
            reply=back["id"],
            forward=[named(case, DOCUMENT[0])[0]["id"]],
        )

    def shape(self):
        """What each company ended up with, without ids and times: equal for stories that went equally well."""
        return {
            company.name: {
                "messages": sorted(
                    (message["text"].replace(self.mark, "…"), [file["name"] for file in message["files"]])
                    for message in self.case(company)["messages"]
                ),
                "handovers": sorted(
                    (one["direction"], one["form"], one["state"]) for one in self.case(company)["handovers"]
                ),
                "journey": [stop["company"] for stop in self.case(company)["journey"]],
            }
            for company in (self.dealer, self.maker, self.supplier)
        }
