# SPDX-License-Identifier: Apache-2.0
"""Sends a node what nobody should send, and looks whether it stays calm.

`bin/fuzz --hours 3`: the API, the bare connection and the exchange in turn, with another seed each time round.
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "Journeys")]

from api import request  # noqa: E402
from api_fuzz import ApiFuzz  # noqa: E402
from budget import Budget  # noqa: E402
from exchange import Peer  # noqa: E402
from exchange_fuzz import ExchangeFuzz  # noqa: E402
from http_fuzz import HttpFuzz  # noqa: E402
from nodes import Network  # noqa: E402
from postgres import Postgres  # noqa: E402
from routes import places_of  # noqa: E402
from story import Story, handover  # noqa: E402


class Target:
    """Velora's node is the one that is tried; those of Spoke & Co and Kraft Drives, on SQLite, play with it."""

    def __init__(self, folder, engine):
        folder = pathlib.Path(folder)
        folder.mkdir(exist_ok=True)
        self.postgres = Postgres(folder / "postgres") if engine == "postgres" else None

        def database(name):
            return self.postgres.create(name) if self.postgres and name == "velora" else None

        self.network = Network(folder / "nodes", database)
        self.velora, self.kraft = self.network.velora, self.network.kraft
        self.budget = Budget(self.velora.node)
        self.described = json.loads(request(f"{self.velora.base}/api/openapi.json").body)

    def fuzz_api(self, seed, examples, half=None):
        """A company made for it, all of whose things may break: with a case that came in and one of its own."""
        node = self.velora.node
        company, partner = node.add(f"fuzzed-{seed}", "Fuzzed", 7), node.add(f"other-{seed}", "Other", 8)
        link = partner.invite(company, "partner")
        story = Story(partner, company, partner).run(2)
        own = Story(company, partner, partner)
        places = places_of(company, story, link) | {"key": own.follow.rsplit("/", 1)[1]}
        return self.done(ApiFuzz(self.described, company, places, self.budget, seed), examples, half)

    def fuzz_http(self, seed, count):
        return self.done(HttpFuzz(self.velora.node, self.budget, seed), count)

    def fuzz_exchange(self, seed, count):
        story = Story(self.network.spoke, self.velora, self.kraft).run(4)
        ask = handover(story.case(self.velora), "outgoing")["id"]
        link = self.velora.link(self.kraft)
        return self.done(ExchangeFuzz(Peer(self.kraft), self.velora, link, ask, self.budget, seed), count)

    def done(self, fuzz, *how):
        """Runs it; the node must be alive afterwards and may not have been surprised."""
        logged = self.velora.node.log.stat().st_size
        fuzz.run(*how)
        if not self.velora.node.is_ready():
            fuzz.faults["the node"] = "is not ready any more"
        news = self.velora.node.log.read_bytes()[logged:].decode(errors="replace")
        for line in news.splitlines():
            if "Unexpected error" in line or "could not be applied" in line or "Fatal error" in line:
                fuzz.faults.setdefault("the log: " + line.split("error=")[-1].split(" id=")[0][:200], line[:1000])
        return fuzz

    def stop(self):
        self.network.stop()
        if self.postgres:
            self.postgres.stop()


def main():
    words = argparse.ArgumentParser(prog="bin/fuzz", description=__doc__.split("\n")[0])
    words.add_argument("--seed", type=int, default=int(time.time()), help="default: another each time; it is printed")
    words.add_argument("--hours", type=float, default=1)
    words.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    words.add_argument("--only", choices=["api", "http", "exchange"])
    chosen = words.parse_args()
    ends, seed, found = time.monotonic() + chosen.hours * 3600, chosen.seed, {}
    print(f"fuzz: from seed {seed} on, {chosen.engine}", flush=True)
    while time.monotonic() < ends and not found:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            target = Target(folder, chosen.engine)
            try:
                parts = {
                    "api": lambda: target.fuzz_api(seed, 20),
                    "http": lambda: target.fuzz_http(seed, 3000),
                    "exchange": lambda: target.fuzz_exchange(seed, 3000),
                }
                for name, part in parts.items():
                    if chosen.only in (None, name):
                        began = time.monotonic()
                        fuzz = part()
                        found |= fuzz.faults
                        print(f"  seed {seed}, {name}: {fuzz.requests:,} requests in {time.monotonic() - began:.0f} s,"
                              f" {len(fuzz.faults)} faults", flush=True)
                dearest, what = target.budget.most_seconds
                print(f"  dearest: {dearest:.2f} s of processor ({what[:120]})", flush=True)
            finally:
                target.stop()
        seed += 1
    for title, text in found.items():
        print(f"✗ {title}\n{text}\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
