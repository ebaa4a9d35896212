# SPDX-License-Identifier: Apache-2.0
"""Random work of many people at several companies, and a record of what each company's system answered them."""

import collections
import dataclasses
import http.client
import json
import random
import threading
import uuid

from api import Api, multipart, request
from story import picture, soon

ASKS = ["yesNo", "text", "date", "document", "free", "takeOver", "fulfil"]
# What a contract may come to share or withhold while the work goes on. Name and contact data stay as they were agreed.
FIELDS = ["place", "product", "serial", "journey", "messages", "attachments", "question", "details"]


# A node keeps the key of a request for a day: who was that far ahead has forgotten them all (seconds).
KEYS_LAST = 86_400


@dataclasses.dataclass
class Deed:
    """One thing that somebody told a company's system, marked with a word that stands nowhere else."""

    word: str
    company: object
    what: str
    # `accepted`, `refused`, or `unknown` if no answer came.
    outcome: str
    # The number of the case, once it is known.
    number: int = 0


@dataclasses.dataclass
class Rider:
    """A customer with the page of their case."""

    company: object
    number: str
    follow: str
    # Words that only those may know with whom the contract shares name and contact data.
    name: str
    contact: str
    # Everything they wrote.
    words: list


class Record:
    def __init__(self):
        self.lock = threading.Lock()
        self.deeds, self.riders = [], []
        self.cases = collections.defaultdict(list)
        # Words that nobody but this company may have.
        self.secrets = {}
        self.statuses = collections.Counter()
        # Answers that no fault excuses.
        self.wrong = []

    def count(self, outcome):
        return sum(deed.outcome == outcome for deed in self.deeds)


def encoded(fields):
    """Content type and body of fields, the same at every try."""
    values = [one for value in fields.values() for one in (value if isinstance(value, list) else [value])]
    if any(isinstance(one, tuple) for one in values):
        return multipart(fields)
    return "application/json", json.dumps(fields).encode()


def number_of(reference):
    """12 of `S-12`."""
    return int(reference.rsplit("-", 1)[1])


def word(prefix):
    """A word that nobody writes by accident."""
    return prefix + uuid.uuid4().hex


class Worker:
    """Takes the part of everybody, one after the other: riders, staff, administrators."""

    def __init__(self, record, companies, seed, excuses):
        """`excuses` says whether the faults of the moment excuse a status of 500 or more at a company."""
        self.record, self.companies, self.random, self.excuses = record, companies, random.Random(seed), excuses
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.stopped.is_set():
            try:
                self.act()
            except (OSError, http.client.HTTPException):
                self.stopped.wait(0.2)  # it is down at the moment
            except Exception as error:  # reported in the end: a mistake of the nemesis or an answer nobody foresaw
                self.record.wrong.append(f"{type(error).__name__} while working: {error}")
                raise

    def act(self):
        company = self.random.choice(self.companies)
        turn = self.random.random()
        if turn < 0.12 or not self.record.cases[company]:
            self.ask(company)
        elif turn < 0.16:
            self.open(company)
        elif turn < 0.28 and self.record.riders:
            self.visit(self.random.choice(self.record.riders))
        elif turn < 0.30:
            self.negotiate(company)
        else:
            self.look_around(company) if self.random.random() < 0.2 else self.go_on(company)

    # Speaking to a company's system.

    def api(self, company, is_public=False):
        return Api(self.random.choice(company.node.bases), company.slug, None if is_public else company.token)

    def see(self, company, path, is_public=False):
        answer = self.api(company, is_public).call("GET", path)
        self.judge(company, answer, f"GET {path}")
        return json.loads(answer.body) if answer.status == 200 else None

    def judge(self, company, answer, what):
        self.record.statuses[answer.status] += 1
        if answer.status >= 500 and not self.excuses(company, answer):
            self.record.wrong.append(f"{company.name}: {what} answered {answer.status}: {answer.text[:300]}")

    def tell(self, company, what, marked, path, is_public=False, case=None, **fields):
        """Sends something that carries the word, and writes down what became of it; returns the answer if it was taken.

        `case` is the reference of the case that it is about, if the path does not say it.
        """
        if path.startswith("/cases/"):
            case = path.split("/")[2]
        deed = Deed(marked, company, what, "unknown", number=number_of(case) if case else 0)
        with self.record.lock:
            self.record.deeds.append(deed)
        answer = self.post(company, path, is_public, fields)
        if answer is None:
            return None  # whether it took effect, nobody was told
        deed.outcome = "accepted" if answer.status < 400 else "refused"
        if answer.status >= 400:
            return None
        given = json.loads(answer.body) if answer.body else {}
        if not case and "number" in given:
            deed.number = number_of(given["number"])
        return given or {"done": True}

    def post(self, company, path, is_public, fields):
        """Sends it until there is an answer, under one key, so that it takes effect once."""
        kind, body = encoded(fields)
        headers = {"Accept": "application/json", "Content-Type": kind, "Idempotency-Key": uuid.uuid4().hex}
        if not is_public:
            headers["Authorization"] = f"Bearer {company.token}"
        for _ in range(60):
            try:
                base = self.random.choice(company.node.bases)
                answer = request(f"{base}/{company.slug}{path}", "POST", headers, body)
                self.judge(company, answer, f"POST {path}")
                if answer.status < 500:
                    return answer
            except (OSError, http.client.HTTPException):
                pass
            threading.Event().wait(0.5)
            if company.node.was_off > KEYS_LAST:
                return None
        return None

    def file(self, marked):
        if self.random.random() < 0.5:
            return (f"{marked}.png", "image/png", picture(32, 32) + marked.encode())
        return (f"{marked}.txt", "text/plain", marked.encode() * self.random.randrange(1, 400))

    # Riders.

    def ask(self, company):
        mark, name, contact = word("q"), word("name"), word("contact")
        is_incident = self.random.random() < 0.4
        fields = {
            "name": f"Rider {name}",
            "channel": "email",
            "contact": f"{contact}@rider.example",
            "product": self.random.choice(["City 3", "Trail 5", "Cargo"]),
            "serial": f"KD-{self.random.randrange(1000)}",
        }
        if self.random.random() < 0.4:
            fields["photos"] = self.file(word("photo"))
        if is_incident:
            fields |= {"subject": f"{mark} rattles", "text": "Since yesterday.", "severity": "major"}
        else:
            fields |= {"question": f"May {mark} be charged below zero?"}
        answer = self.tell(company, "case", mark, "/report" if is_incident else "/ask", is_public=True, **fields)
        if answer:
            follow = answer["follow"].removeprefix(f"/{company.slug}")
            with self.record.lock:
                self.record.riders.append(Rider(company, answer["number"], follow, name, contact, [mark]))
                self.record.cases[company].append(answer["number"])

    def visit(self, rider):
        turn = self.random.random()
        if turn < 0.8:
            mark = word("r")
            more = {"files": self.file(word("photo"))} if self.random.random() < 0.2 else {}
            rider.words.append(mark)
            self.tell(
                rider.company,
                "message",
                mark,
                f"{rider.follow}/messages",
                is_public=True,
                case=rider.number,
                text=f"And {mark}.",
                **more,
            )
        elif turn < 0.9:
            sharing = self.see(rider.company, f"{rider.follow}/sharing", is_public=True)
            if sharing and (shared := sharing["companies"]):
                link = self.links(rider.company)
                name = self.random.choice(shared)["company"]
                if name in link:
                    self.tell(
                        rider.company, "take back", word("t"), f"{rider.follow}/sharing", is_public=True, link=link[name]
                    )
        else:
            self.tell(rider.company, "wish", word("e"), f"{rider.follow}/erasure", is_public=True)

    # Staff.

    def open(self, company):
        mark = word("q")
        answer = self.tell(
            company,
            "case",
            mark,
            "/cases",
            kind="enquiry",
            subject=f"{mark} on the phone",
            text="They called.",
            name=f"Caller {word('name')}",
            contact="+32470123456",
        )
        if answer:
            with self.record.lock:
                self.record.cases[company].append(answer["number"])

    def look_around(self, company):
        """Finds the cases that came from others."""
        page = self.see(company, "/cases?open=all")
        with self.record.lock:
            known = set(self.record.cases[company])
            for line in page["cases"] if page else []:
                if line["number"] not in known:
                    self.record.cases[company].append(line["number"])

    def links(self, company):
        found = self.see(company, "/links")
        return {link["name"]: link["id"] for link in found["links"] if link["state"] == "active"} if found else {}

    def go_on(self, company):
        # Mostly with what is new: old cases come to rest.
        numbers = self.record.cases[company][-12:]
        number = self.random.choice(numbers)
        case = self.see(company, f"/cases/{number}")
        if not case or len(case["messages"]) > 25:
            return
        if any(one["state"] == "asked" for one in case["sections"]["erasures"]) and self.random.random() < 0.5:
            return self.decide(company, case)
        handovers = [one for one in case["handovers"] if one["state"] in ("offered", "accepted")]
        turn = self.random.random()
        if turn < 0.2:
            self.note(company, number)
        elif turn < 0.3:
            self.write(company, case)
        elif handovers and turn < 0.8:
            self.move(company, number, self.random.choice(handovers))
        else:
            self.hand_over(company, number)

    def note(self, company, number):
        """What stays in the house."""
        secret = word("secret")
        self.record.secrets[secret] = company
        path = f"/cases/{number}"
        turn = self.random.random()
        if turn < 0.6:
            self.tell(company, "message", secret, f"{path}/messages", text=f"Only for us: {secret}")
        elif turn < 0.8:
            file = (f"{secret}.txt", "text/plain", secret.encode() * 20)
            self.tell(company, "file", secret, f"{path}/messages", files=file, text="See the file.")
        else:
            self.tell(company, "tag", secret, f"{path}/triage", tags=secret)

    def write(self, company, case):
        others = sorted({one["link"] for one in case["handovers"]})
        to = [one for one in [*others, "customer"] if self.random.random() < 0.6]
        mark = word("m")
        more = {"files": self.file(word("file"))} if self.random.random() < 0.25 else {}
        if to:
            path = f"/cases/{case['number']}/messages"
            self.tell(company, "message", mark, path, text=f"Please note {mark}.", to=to, **more)

    def hand_over(self, company, number):
        links = self.links(company)
        if links:
            mark = word("h")
            more = {"acceptBy": soon(self.random.choice([2, 5, 3600])), "answerBy": soon(86_400)}
            self.tell(
                company,
                "handover",
                mark,
                f"/cases/{number}/handovers",
                link=self.random.choice(sorted(links.values())),
                form=self.random.choice(ASKS),
                text=f"What of {mark}?",
                **(more if self.random.random() < 0.5 else {}),
            )

    def move(self, company, number, handover):
        path = f"/cases/{number}/handovers/{handover['id']}"
        mark, turn = word("w"), self.random.random()
        if handover["direction"] == "outgoing":
            if turn < 0.15:
                self.tell(company, "move", mark, f"{path}/withdrawal", reason=f"Found out {mark}.")
        elif handover["state"] == "offered":
            if turn < 0.85:
                self.tell(company, "move", mark, f"{path}/acceptance")
            else:
                self.tell(company, "move", mark, f"{path}/refusal", reason=f"Not ours: {mark}.")
        elif turn < 0.15:
            self.tell(company, "move", mark, f"{path}/return", reason=f"Cannot find it: {mark}.")
        elif turn < 0.4:
            self.hand_over(company, number)
        else:
            more = {"yesNo": {"verdict": "yes"}, "date": {"date": "2027-03-01"}, "document": {"files": self.file(word("file"))}}
            given = {"text": f"It is {mark}.", **more.get(handover["form"], {})}
            self.tell(company, "answer", mark, f"{path}/answer", **given)

    def decide(self, company, case):
        decision = (
            {"decision": "erase", "sure": True}
            if self.random.random() < 0.7
            else {"decision": "refuse", "ground": "legalClaims", "reason": "A recall."}
        )
        who = (case["customer"] or {}).get("id")
        path = f"/customers/{who}/erasure" if who else f"/cases/{case['number']}/erasure"
        self.tell(company, "erasure", word("d"), path, **decision)

    def negotiate(self, company):
        """Two administrators change what a contract shares."""
        found = self.see(company, "/links")
        links = [link for link in (found or {"links": []})["links"] if link["state"] == "active"]
        if not links:
            return
        link = self.random.choice(links)
        path = f"/links/{link['id']}/contract"
        if link.get("proposal") and not link["isProposalOurs"]:
            verb = "agreement" if self.random.random() < 0.6 else "refusal"
            self.tell(company, "contract", word("c"), f"{path}/{verb}")
        else:
            shared = self.random.choice(["before", "after", "after", "never"])
            self.tell(company, "contract", word("c"), path, field=self.random.choice(FIELDS), shared=shared)
