# SPDX-License-Identifier: Apache-2.0
"""Events of a linked company that are not what they should be, under signatures that are: they get behind the door."""

import copy
import json
import random
import uuid

from budget import TooDear

STATUSES = {200, 202, 400, 409, 413, 415, 401, 403, 404, 410, 421, 429, 503}
CODES = {
    "gap", "malformed", "id-reuse", "unsupported-type", "not-agreed", "unknown-subject", "stale", "expired", "loop",
    "hops-exhausted", "too-large", "closing",
}  # fmt: skip
# Values that are wrong nearly everywhere.
JUNK = [
    None, True, False, 0, -1, 1, 1.5, 10**30, 1e308, "", " ", "x", "\0", "\u202e", "\ud7ff", "é" * 300, "y" * 70_000, [],
    {}, [[]], [None] * 200, {"a": {"b": {"c": []}}}, "2026-02-30", "2026-13-45T99:00:00Z", "9999-12-31T23:59:59.999Z",
    "0000-00-00T00:00:00Z", "2026-01-01T00:00:00+99:99", "00000000-0000-0000-0000-000000000000", "../../etc/passwd",
    "' OR 1=1 --", "<script>alert(1)</script>", "AAAA.BBBB.CCCC",
]  # fmt: skip


def templates(ask, link, now):
    """A right event of each type (docs/exchange.md, section 6), about a handover that is there or one that is not."""
    file = {"digest": "0" * 64, "name": "a.png", "type": "image/png", "size": 12}
    step = {"id": "s1", "company": "Kraft", "stage": "accepted", "since": now, "colour": 3, "ask": "text", "sees": ["title"]}
    offer = {
        "handover": None, "kind": "enquiry", "title": "A question", "ask": {"form": "text", "text": "What?"},
        "customer": "a customer of Kraft", "question": "Does it?", "product": "City 3", "serial": "KD-1", "place": "Ghent",
        "language": "en", "details": {}, "journey": [step], "attachments": [file], "acceptBy": "2035-01-01T00:00:00.000Z",
        "answerBy": "2035-01-02T00:00:00.000Z",
    }  # fmt: skip
    message = {
        "message": str(uuid.uuid4()), "handover": ask, "author": "Kim", "company": "Kraft Drives", "text": "Hello",
        "writtenAt": now, "audience": ["Velora"], "forCustomer": False, "attachments": [file],
    }  # fmt: skip
    contact = {
        "handover": ask, "customer": "c1", "name": "Noor", "place": "Ghent", "language": "nl",
        "points": [{"kind": "email", "value": "a@b.example", "preferred": True, "note": "evening"}],
    }  # fmt: skip
    return {
        "handover.offered": offer,
        "handover.accepted": {"handover": ask, "answerBy": "2035-01-02T00:00:00.000Z", "reference": "K-1"},
        "handover.declined": {"handover": ask, "reason": "No."},
        "handover.withdrawn": {"handover": ask, "reason": "No."},
        "handover.returned": {"handover": ask, "reason": "No."},
        "handover.expired": {"handover": ask, "clock": "accept", "at": now},
        "handover.answered": {"handover": ask, "form": "yesNo", "yes": True, "text": "Yes", "attachments": [file]},
        "handover.completed": {"handover": ask, "text": "Done", "attachments": []},
        "handover.shared": {"handover": ask, "title": "T", "details": {}, "attachments": [file]},
        "progress": {"handover": ask, "steps": [step]},
        "contact.shared": contact,
        "contact.revoked": {"handover": ask, "customer": "c1", "reason": "Taken back."},
        "message.added": message,
        "erasure.requested": {"request": str(uuid.uuid4()), "customer": "c1", "handover": ask},
        "erasure.answered": {"request": str(uuid.uuid4()), "result": "done", "beyond": []},
        "contract.proposed": {"contract": "e30.e30.AAAA", "note": "Better so."},
        "contract.agreed": {"contract": "e30.e30.AAAA"},
        "contract.declined": {"proposal": str(uuid.uuid4()), "version": 2, "reason": "No."},
        "receipt.applied": {"event": str(uuid.uuid4())},
        "receipt.failed": {"event": str(uuid.uuid4()), "code": "stale", "detail": "x"},
    }


class ExchangeFuzz:
    def __init__(self, peer, other, link, ask, budget, seed):
        """`peer` signs; `ask` is a handover on the link, or any id."""
        self.peer, self.other, self.link, self.ask = peer, other, link, ask
        self.budget, self.random = budget, random.Random(seed)
        self.requests, self.faults = 0, {}
        # The next place of each conversation that has begun.
        self.places = {}

    def run(self, count):
        for number in range(count):
            kind, data = self.random.choice(sorted(templates(self.ask, self.link, "2026-11-27T12:00:00.000Z").items()))
            event = self.peer.event(self.link, f"net.entente.{kind}.v1", data=copy.deepcopy(data), subject="x")
            if kind == "handover.offered":
                data["handover"] = event["data"]["handover"] = str(uuid.uuid4())
            conversation = self.link if kind.startswith("contract.") else data.get("handover") or event["conversation"]
            event["conversation"], event["convseq"] = conversation, self.places.get(conversation, 1)
            # Every third is right as it is: what is wrong must not hide behind what is always wrong.
            changes = 0 if number % 3 == 0 else self.random.randrange(1, 4)
            for _ in range(changes):
                self.spoil(event)
            events = [event] * self.random.choice([1, 1, 1, 2]) + [self.peer.event(self.link)] * self.random.choice([0, 0, 1])
            self.try_out(kind, self.text(events), conversation)
        return self.faults

    def spoil(self, event):
        """Takes away, changes or adds one member somewhere within."""
        place = event
        while True:
            inner = [value for value in (place.values() if isinstance(place, dict) else place) if isinstance(value, (dict, list)) and value]
            if not inner or self.random.random() < 0.4:
                break
            place = self.random.choice(inner)
        turn, junk = self.random.random(), copy.deepcopy(self.random.choice(JUNK))
        if isinstance(place, list):
            place[self.random.randrange(len(place))] = junk
        elif turn < 0.2:
            del place[self.random.choice(sorted(place))]
        elif turn < 0.9:
            place[self.random.choice(sorted(place))] = junk
        else:
            place[self.random.choice(["extra", "", "\0", "x" * 500])] = junk

    def text(self, events):
        text = json.dumps(events, ensure_ascii=self.random.random() < 0.5).encode("utf-8", "surrogatepass")
        turn = self.random.random()
        if turn < 0.04:
            return text[: self.random.randrange(len(text))]
        if turn < 0.08:
            place = self.random.randrange(len(text))
            return text[:place] + self.random.choice([b"\xff", b"\x00", b"[" * 300, b'{"a":' * 300, b'"id":"x",']) + text[place:]
        return text

    def try_out(self, kind, body, conversation):
        self.requests += 1
        what = f"{kind}: {body[:2500].decode('utf-8', 'replace')}"
        try:
            answer = self.budget.watch(kind, lambda: self.peer.call(self.other, "POST", "/inbox", body))
        except TooDear as dear:
            return self.faults.setdefault(what, str(dear))
        if answer.status not in STATUSES or answer.status >= 500:
            return self.faults.setdefault(what, f"{answer.status} {answer.text[:1000]}")
        if answer.status in (202, 409):
            receipts = json.loads(answer.body)["receipts"]
            self.places[conversation] = receipts[0].get("expected") or self.places.get(conversation, 1) + 1
            for receipt in receipts:
                if receipt.get("code") and receipt["code"] not in CODES:
                    self.faults.setdefault(what, answer.text[:1000])
        if not self.peer.verify(answer, self.other):
            self.faults.setdefault(what, "the answer is not signed")
