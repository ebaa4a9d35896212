# SPDX-License-Identifier: Apache-2.0
"""Six companies on three to five nodes, people at work, and what happens to them."""

import collections
import contextlib
import random
import threading
import time

import faults
from checks import Checks
from fault_node import Disk, FaultNode
from nodes import Network, Node, running
from postgres import Postgres
from story import soon
from waiting import wait_for
from work import Record, Worker, word


class World:
    def __init__(self, folder, engine, seed, nodes=3, workers=3, patience=240, has_clocks=False):
        """`patience` is how many seconds anything may take at most, such as all to arrive after the faults."""
        self.engine, self.patience, self.has_clocks = engine, patience, has_clocks
        self.random = random.Random(f"{seed} {engine}")
        self.counts = collections.Counter()
        self.has_disks = engine == "sqlite" and Disk.is_possible()
        self.postgres = Postgres(folder / "postgres") if engine == "postgres" else None
        self.network = Network(
            folder / "nodes",
            database=self.postgres.create if self.postgres else lambda name: None,
            make=lambda place, database: FaultNode(
                place,
                database,
                # Two processes on one database are one node.
                processes=2 if database and place.name == "velora" else 1,
                seed=seed,
                has_disk=self.has_disks,
            ),
        ).extend(apart=["cells", "lithium"][: nodes - 3])
        self.nodes = self.network.nodes
        one = self.network
        self.companies = [one.velora, one.dekker, one.spoke, one.kraft, one.cells, one.lithium]
        self.record = Record()
        self.seed, self.worker_count, self.worker_rounds = seed, workers, 0
        self.workers = []
        self.links = Checks(self.companies, self.nodes, self.record).links()

    def close(self):
        self.quieten()
        for node in self.nodes:
            node.stop()
            node.proxy.close()
        if self.postgres:
            self.postgres.stop()

    # Work and harm.

    def excuses(self, company, answer):
        """A node whose disk is full or whose database is away says so: 503 or 507."""
        return answer.status in (503, 507)

    def work(self):
        self.worker_rounds += 1
        self.workers = [
            Worker(self.record, self.companies, f"{self.seed} {self.worker_rounds} {number}", self.excuses)
            for number in range(self.worker_count)
        ]
        for worker in self.workers:
            worker.thread.start()

    def quieten(self):
        """Everybody goes home."""
        for worker in self.workers:
            worker.stopped.set()
        for worker in self.workers:
            worker.thread.join(600)
            if worker.thread.is_alive():
                self.record.wrong.append("a request was not answered within ten minutes")
        self.workers = []

    def possible(self):
        """What can be done to a node here, and how often among the others."""
        harm = {faults.kill: 4, faults.pause: 3, faults.isolate: 2}
        if self.has_clocks:
            harm |= {faults.seconds: 2, faults.years: 1}
        if self.has_disks:
            harm[faults.full_disk] = 2
        if self.postgres:
            harm[faults.stop_postgres] = 2
        return harm

    def round(self, log):
        """One to three faults at once, each on a node of its own, while the wire does harm as well."""
        for node in self.nodes:
            node.proxy.disturb(self.random.choice([0, 15, 40]))
        harm = self.possible()
        chosen = self.random.choices(list(harm), list(harm.values()), k=self.random.choice([1, 1, 2, 3]))
        victims = self.random.sample(self.nodes, len(self.nodes))
        if faults.stop_postgres in chosen:
            chosen = [faults.stop_postgres]
        with contextlib.ExitStack() as stack:
            for fault, node in zip(chosen, victims):
                self.counts[faults.NAMES[fault]] += 1
                log(f"{faults.NAMES[fault]} at {node.name}")
                stack.enter_context(fault(self, node, self.random))
                self.breathe(0.3, 1)
            self.breathe(0.5, 4)
        self.breathe(0.3, 2)
        self.record.wrong += Checks(self.companies, self.nodes, self.record).under_way().wrong

    def breathe(self, least, most):
        threading.Event().wait(self.random.uniform(least, most))

    # Quiet.

    def settle(self):
        """All faults stop; then everything arrives."""
        for node in self.nodes:
            node.proxy.heal()
        self.quieten()
        for node in self.nodes:
            # After a start each node tells its peers that it is there again, so that nobody waits any longer.
            node.kill()
            node.start()
        if self.is_quiet():
            for link, (one, other) in self.links.items():
                self.hand_over_afresh(link, one, other)
                self.hand_over_afresh(link, other, one)
            self.is_quiet()

    def is_quiet(self):
        """Waits until nothing is under way any more."""
        deadline = time.monotonic() + self.patience
        before = None
        while True:
            now = self.progress()
            coming = self.coming_files()
            if now == before and not coming and not any(waiting for _, _, waiting in now.values()):
                return True
            if time.monotonic() > deadline:
                self.record.wrong.append(f"not quiet within {self.patience} s: {self.troubles()}, {len(coming)} files coming")
                return False
            before = now
            self.send_again()
            for company, number, file in coming if time.monotonic() > deadline - self.patience / 2 else []:
                # Some were tried for a week, as a turned clock counts; then a person asks again.
                company.call("POST", f"/cases/{number}/files/{file}/fetches", {})
            threading.Event().wait(2)

    def progress(self):
        return {
            (company.slug, link["id"]): (link["sent"], link["received"], link["waiting"])
            for company in self.companies
            for link in company.get("/links")["links"]
        }

    def coming_files(self):
        """Files that were announced, may be had, and have not come: company, case, file.

        An offer that is over gives nothing any more, and neither does who has erased it.
        """
        checks = Checks(self.companies, self.nodes, self.record)
        alive, gone = "AND state IN ('accepted', 'answered', 'completed')", set()
        for company in self.companies:
            erased = checks.forgotten(company)
            numbers = {row["id"]: row["number"] for row in checks.table(company, "id, number", "cases")}
            asks = checks.table(company, "id, case_id", "handovers")
            gone |= {row["id"] for row in asks if numbers[row["case_id"]] in erased}
        found = []
        for company in self.companies:
            files = checks.table(company, "id, case_id, coming_over", "attachments", "AND coming_over IS NOT NULL")
            if not files:
                continue
            asks = checks.table(company, "id, case_id, link", "handovers", alive)
            open_ones = {(row["case_id"], row["link"]) for row in asks if row["id"] not in gone}
            numbers = {row["id"]: row["number"] for row in checks.table(company, "id, number", "cases")}
            prefix = company.get("/cases?open=all")["cases"][0]["number"].rsplit("-", 1)[0]
            for file in files:
                if (file["case_id"], file["coming_over"]) in open_ones:
                    found.append((company, f"{prefix}-{numbers[file['case_id']]}", file["id"]))
        return found

    def troubles(self):
        return [
            f"{company.name} → {link['name']}: {link['waiting']} waiting, {link.get('trouble')}, {link['state']}"
            for company in self.companies
            for link in company.get("/links")["links"]
            if link["waiting"]
        ]

    def send_again(self):
        """Somebody looks at what could not be delivered for a week (as a turned clock counts) and sends it again."""
        checks = Checks(self.companies, self.nodes, self.record)
        for company in self.companies:
            for row in checks.table(company, "id, link", "outbox", "AND failed_at IS NOT NULL AND code = 'undelivered'"):
                company.call("POST", f"/links/{row['link']}/dead-letters/{row['id']}", {})

    def hand_over_afresh(self, link, giver, taker):
        """A link is usable: something new goes over it, and the answer comes back."""
        mark = word("fresh")
        contract = next(one for one in giver.get("/links")["links"] if one["id"] == link)
        if contract["state"] != "active":
            return self.record.wrong.append(f"the link of {giver.name} with {taker.name} is {contract['state']}")
        case = giver.post("/cases", kind="enquiry", subject=mark, text="Is it well?", name="Nobody In Particular")
        ask = giver.post(f"/cases/{case['number']}/handovers", link=link, form="text", text=f"Are you there, {mark}?")

        def offered():
            # Not at the top of the list, where a clock that was ahead has put other cases.
            for line in taker.get(f"/cases?q={mark}")["cases"]:
                found = taker.get(f"/cases/{line['number']}")
                if any(one["id"] == ask["id"] for one in found["handovers"]):
                    return line["number"]

        try:
            number = wait_for(offered, f"{taker.name} has what {giver.name} asked", self.patience)
            path = f"/cases/{number}/handovers/{ask['id']}"
            taker.post(f"{path}/acceptance")
            taker.post(f"{path}/answer", text="Yes.")
            wait_for(
                lambda: any(
                    one["id"] == ask["id"] and one["state"] == "answered"
                    for one in giver.get(f"/cases/{case['number']}")["handovers"]
                ),
                f"{giver.name} has the answer of {taker.name}",
                self.patience,
            )
        except AssertionError as error:
            self.record.wrong.append(f"the link of {giver.name} with {taker.name} is not usable: {error}")

    def compare(self):
        """Each node compares its conversations with its peers, as it does after every start, and finds them in step."""
        for node in self.nodes:
            began = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
            node.kill()
            node.start()

            def not_in_step():
                return [
                    f"{company.name} with {link['name']}"
                    for company in self.companies
                    if company.node is node
                    for link in company.get("/links")["links"]
                    if (link.get("checkedAt") or "") < began or not link["isInStep"]
                ]

            try:
                wait_for(lambda: not not_in_step(), "every link is in step", self.patience)
            except AssertionError:
                self.record.wrong.append(f"not compared or not in step: {not_in_step()}")

    def check(self):
        return Checks(self.companies, self.nodes, self.record).run()
