# SPDX-License-Identifier: Apache-2.0
"""What must be true whenever the faults have stopped and everything has arrived. Each check returns what is wrong."""

import collections
import dataclasses
import json
import re

from evidence import why_not_verified
from rows import everything, rows

# A node forgets the ids of events, and the proofs of delivery, after this time (seconds).
MEMORY = 90 * 86_400
# Codes by which one side rightly refuses what the other could not know better when it said it.
BY_RULE = {"stale", "not-agreed", "unknown-subject", "expired", "loop", "hops-exhausted", "closing", "undelivered"}
# Whatever is looked for in bytes is a word of the work's own. Its first letter is no hexadecimal digit, so that none is
# overlooked because another word seems to begin within it.
MARK = re.compile(rb"(?:secret|name|contact|[qrmhw])[0-9a-f]{32}")


def marks(found):
    return set(MARK.findall(found.lower()))


@dataclasses.dataclass
class Figures:
    events: int = 0
    conversations: int = 0
    lost: int = 0
    refused: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    receipts: int = 0
    marked: int = 0
    handovers: int = 0
    secrets: int = 0
    erased: int = 0


def answer_of(handover):
    """What was answered, without the message that carries it, which is another on each side."""
    answer = handover["answer"]
    if isinstance(answer, str):
        answer = json.loads(answer)
    return answer and {name: value for name, value in answer.items() if name != "message"}


class Checks:
    def __init__(self, companies, nodes, record):
        self.companies, self.nodes, self.record = companies, nodes, record
        self.figures, self.wrong = Figures(), []
        self.ids = {
            company: next(
                row["id"]
                for row in rows(company.node, "SELECT id, slug FROM enterprises")
                if row["slug"] == company.slug
            )
            for company in companies
        }

    def under_way(self):
        """What must be true even while faults are about: whatever has come is the beginning of what was sent."""
        for link, (one, other) in self.links().items():
            self.beginning(link, one, other)
            self.beginning(link, other, one)
        return self

    def run(self):
        links = self.links()
        for link, (one, other) in links.items():
            self.direction(link, one, other)
            self.direction(link, other, one)
            self.handovers(link, one, other)
        self.once()
        # Asked before the files are read: what is said to be erased only meanwhile may still have been there.
        told = [(rider, answer) for rider in self.record.riders if (answer := self.said_to_be_erased(rider))]
        self.secrets()
        self.contacts()
        self.erased(told)
        self.logs()
        return self

    def fault(self, text):
        self.wrong.append(text)

    def table(self, company, columns, table, condition=""):
        """A company's own rows of a table."""
        scope = self.ids[company].replace("-", "")
        literal = f"X'{scope}'" if company.node.is_sqlite else f"'{self.ids[company]}'"
        return rows(company.node, f"SELECT {columns} FROM {table} WHERE enterprise = {literal} {condition}")

    def links(self):
        """Both sides of each link."""
        sides = collections.defaultdict(list)
        for company in self.companies:
            for row in self.table(company, "id", "links"):
                sides[row["id"]].append(company)
        return {link: tuple(both) for link, both in sides.items()}

    def of_link(self, company, columns, table, link):
        return [row for row in self.table(company, f"link, {columns}", table) if row["link"] == link]

    # Events.

    def beginning(self, link, sender, receiver):
        # First what has come: what was sent can only have grown meanwhile.
        taken = self.of_link(receiver, "conversation, convseq, id", "inbox", link)
        sent = {
            (row["conversation"], row["convseq"]): row["id"]
            for row in self.of_link(sender, "conversation, convseq, id", "outbox", link)
        }
        places = collections.defaultdict(list)
        for row in taken:
            places[row["conversation"]].append(row["convseq"])
            if sent.get((row["conversation"], row["convseq"])) != row["id"]:
                self.fault(f"{sender.name} → {receiver.name}: {row['id']} came in a place where something else was sent")
        for conversation, found in places.items():
            if receiver.node.was_ahead < MEMORY and sorted(found) != list(range(1, len(found) + 1)):
                self.fault(f"{sender.name} → {receiver.name}: of {conversation} came {sorted(found)}")

    def direction(self, link, sender, receiver):
        """What one side sent is what the other took: all of it, once, in order, with the same outcome, and proven."""
        where = f"{sender.name} → {receiver.name}"
        sent = {
            (row["conversation"], row["convseq"]): row
            for row in self.of_link(sender, "conversation, convseq, id, type, hash, code, receipt", "outbox", link)
        }
        heads = self.of_link(sender, "id, last_out, settled_out", "conversations", link)
        taken = collections.defaultdict(dict)
        for row in self.of_link(receiver, "conversation, convseq, id, outcome", "inbox", link):
            taken[row["conversation"]][row["convseq"]] = row
        progress = {row["id"]: row for row in self.of_link(receiver, "id, last_in, hash_in", "incoming_conversations", link)}
        for head in heads:
            conversation, last = head["id"], head["last_out"]
            came = progress.get(conversation, {"last_in": 0, "hash_in": None})
            self.figures.conversations += 1
            self.figures.events += last
            self.figures.lost += last - came["last_in"]
            if came["last_in"] != last or head["settled_out"] != last:
                self.fault(
                    f"{where}: of conversation {conversation} {last} were sent, {came['last_in']} came,"
                    f" {head['settled_out']} are acknowledged"
                )
            newest = sent.get((conversation, came["last_in"]))
            if came["last_in"] and newest and newest["hash"] != came["hash_in"]:
                self.fault(f"{where}: conversation {conversation} is not in step at place {came['last_in']}")
            places = sorted(taken[conversation])
            if receiver.node.was_ahead < MEMORY and places != list(range(1, came["last_in"] + 1)):
                self.fault(f"{where}: conversation {conversation} has places {places} of {came['last_in']}")
            for place, row in taken[conversation].items():
                self.event(where, sent.get((conversation, place)), row)
        strangers = set(taken) - {head["id"] for head in heads}
        if any(taken[one] for one in strangers):
            self.fault(f"{where}: {receiver.name} has conversations that {sender.name} never began: {strangers}")
        self.proofs(where, link, sender, receiver, sent, {head["id"]: head["settled_out"] for head in heads})

    def event(self, where, sent, taken):
        if sent is None or sent["id"] != taken["id"]:
            return self.fault(f"{where}: {taken['id']} took effect, but {sent and sent['id']} was sent in its place")
        code = taken["outcome"]
        if code:
            self.figures.refused[code] += 1
        if code and code not in BY_RULE:
            self.fault(f"{where}: {sent['type']} {sent['id']} was refused as {code}")
        if (sent["code"] or "") != code:
            self.fault(f"{where}: {sent['type']} {sent['id']} is {sent['code'] or 'fine'} here and {code or 'fine'} there")

    def proofs(self, where, link, sender, receiver, sent, settled):
        """Every receipt verifies: our signed request, their signature over it and their answer."""
        kept = {row["id"]: row for row in self.of_link(sender, "id, request, response", "receipts", link)}
        keys = {
            row["thumbprint"]: bytes.fromhex(row["key"]) for row in self.of_link(sender, "thumbprint, key", "link_keys", link)
        }
        named = collections.defaultdict(list)
        for (conversation, place), row in sent.items():
            if place > settled.get(conversation, 0):
                continue
            if row["receipt"] in kept:
                named[row["receipt"]].append(row["id"])
            elif sender.node.was_ahead < MEMORY:
                self.fault(f"{where}: nothing proves that {row['type']} {row['id']} was acknowledged")
        for id, events in named.items():
            self.figures.receipts += 1
            if why := why_not_verified(kept[id]["request"], kept[id]["response"], keys, events):
                self.fault(f"{where}: the receipt {id} does not verify: {why}")

    # What people see.

    def handovers(self, link, one, other):
        """Both sides of a handover agree on where it stands."""
        columns = "id, direction, state, ask_form, answer, case_id"
        sides = {
            company: {row["id"]: row for row in self.of_link(company, columns, "handovers", link)}
            for company in (one, other)
        }
        erased = {company: self.erased_cases(company) for company in (one, other)}
        for giver, taker in ((one, other), (other, one)):
            codes = {
                row["conversation"]: row["code"] for row in self.of_link(giver, "conversation, type, code", "outbox", link)
                if row["type"] == "net.entente.handover.offered.v1"
            }
            for id, row in sides[giver].items():
                if row["direction"] != "outgoing":
                    continue
                self.figures.handovers += 1
                there = sides[taker].get(id)
                if there is None and codes.get(id):
                    continue  # the offer was refused
                if there is None or (there["state"], there["ask_form"]) != (row["state"], row["ask_form"]):
                    self.fault(
                        f"the handover {id} is {row['state']} at {giver.name} and {there and there['state']} at {taker.name}"
                    )
                elif row["case_id"] not in erased[giver] and there["case_id"] not in erased[taker]:
                    if answer_of(row) != answer_of(there):
                        self.fault(
                            f"the answer to {id} is not the same at {giver.name} and at {taker.name}:"
                            f" {answer_of(row)} and {answer_of(there)}"
                        )

    def once(self):
        """What a company's system accepted is there once, what it refused is not there, nothing is there twice anywhere."""
        marks = re.compile("(?:[qrmhw]|secret)[0-9a-f]{32}")
        seen = {}
        for company in self.companies:
            bodies = [row["body"] for row in self.table(company, "body", "messages")]
            titles = [row["title"] for row in self.table(company, "title", "cases")]
            asks = [row["ask_text"] for row in self.table(company, "ask_text", "handovers", "AND direction = 'outgoing'")]
            seen[company] = collections.Counter(marks.findall("\n".join([*bodies, *asks]))) | collections.Counter(
                marks.findall("\n".join(titles))
            )
        gone = {company: self.forgotten(company) for company in self.companies}
        for deed in self.record.deeds:
            if deed.what not in ("case", "message", "handover", "answer"):
                continue
            self.figures.marked += 1
            count = seen[deed.company][deed.word]
            expected = {"accepted": (1,), "refused": (0,), "unknown": (0, 1)}[deed.outcome]
            if count not in expected and not (count == 0 and deed.number in gone[deed.company]):
                self.fault(f"{deed.company.name}: the {deed.what} {deed.word} was {deed.outcome} and is there {count} times")
        for company, counter in seen.items():
            for marked, count in counter.items():
                # A question, or an ask that is handed on, may come to a company again, in another handover and so in another
                # case; that the asker has its ask once was checked above.
                if count > 1 and marked[0] not in "qh":
                    self.fault(f"{company.name}: {marked} is there {count} times")

    def forgotten(self, company):
        """The numbers of the cases in which somebody was erased, so that what was written there may rightly be gone."""
        erased = self.erased_cases(company)
        return {row["number"] for row in self.table(company, "id, number", "cases") if row["id"] in erased}

    def erased_cases(self, company):
        return {row["case_id"] for row in self.table(company, "case_id", "erasure_cases", "AND erased_at IS NOT NULL")}

    # Secrets.

    def secrets(self):
        """An internal note, file or tag is nowhere but in its own node: not on a wire, not in another node's files."""
        keeps = {node: marks(everything(node)) for node in self.nodes}
        wires = {node: marks(node.proxy.bytes()) for node in self.nodes}
        for secret, company in self.record.secrets.items():
            self.figures.secrets += 1
            needle = secret.encode()
            self.nowhere(f"the note {secret} of {company.name}", needle, wires, keeps, company.node)
        homes = [company.node for company in self.record.secrets.values()]
        if homes and not any(secret.encode() in keeps[home] for secret, home in zip(self.record.secrets, homes)):
            self.fault("no note is found even where it was written: the search is worth nothing")
        self.keeps, self.wires = keeps, wires

    def nowhere(self, what, needle, wires, keeps, home):
        for node, wire in wires.items():
            if needle in wire:
                self.fault(f"{what} went over the wire to {node.name}")
        for node, kept in keeps.items():
            if node is not home and needle in kept:
                self.fault(f"{what} is kept at {node.name}")

    def contacts(self):
        """A rider's name and contact data never reach those with whom no contract shares them: the suppliers."""
        homes = {company.slug: company.node for company in self.companies}
        suppliers = [node for node in self.nodes if node not in (homes["velora"], homes["spoke"])]
        for rider in self.record.riders:
            where = [node for node in suppliers if node is not rider.company.node]
            for needle in (rider.name.encode(), rider.contact.encode()):
                self.figures.secrets += 1
                self.nowhere(
                    f"{needle.decode()} of a rider of {rider.company.name}",
                    needle,
                    {node: self.wires[node] for node in where},
                    {node: self.keeps[node] for node in where},
                    None,
                )

    @staticmethod
    def said_to_be_erased(rider):
        """The case as the company shows it, if it says that the rider was erased."""
        answer = rider.company.call("GET", f"/cases/{rider.number}")
        return answer.text if answer.status == 200 and '"state":"erased"' in answer.text.replace(" ", "") else None

    def erased(self, told):
        """Of who was erased the company they wrote to shows nothing, and keeps nothing in any byte where it is alone on its node:
        a neighbour may rightly keep what it knows of them by itself."""
        for rider, shown in told:
            self.figures.erased += 1
            alone = [company.node for company in self.companies].count(rider.company.node) == 1
            for needle in (rider.name, rider.contact, *rider.words):
                if needle in shown:
                    self.fault(f"{rider.company.name}: {needle} of an erased rider is still shown in {rider.number}")
                if alone and needle.lower().encode() in self.keeps[rider.company.node]:
                    self.fault(f"{rider.company.name}: {needle} of an erased rider of {rider.number} is still in its files")

    def logs(self):
        for node in self.nodes:
            for line in node.logged().splitlines():
                if re.search("could not be applied|used an id or a place twice|Fatal error|crashed", line):
                    self.fault(f"{node.name} logged: {line[:400]}")
