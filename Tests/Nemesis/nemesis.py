# SPDX-License-Identifier: Apache-2.0
"""Runs real nodes, does harm to them while people work, and looks whether all promises were kept.

`bin/nemesis --seed 7 --minutes 20 --engine both`. The seed fixes what is chosen, not how threads and processes
interleave: the same seed does the same sorts of harm in the same order, and may find something else.
"""

import argparse
import pathlib
import sys
import tempfile
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "Journeys")]

from world import World  # noqa: E402


def main():
    words = argparse.ArgumentParser(prog="bin/nemesis", description=__doc__.split("\n")[0])
    words.add_argument("--seed", type=int, default=int(time.time()), help="default: another each time; it is printed")
    words.add_argument("--rounds", type=int, help="rounds for each engine; default: 20")
    words.add_argument("--minutes", type=float, help="go on for so long with each engine, instead of counting rounds")
    words.add_argument("--engine", choices=["sqlite", "postgres", "both"], default="both")
    words.add_argument("--nodes", type=int, choices=[3, 4, 5], default=3, help="default: 3")
    words.add_argument(
        "--clocks", action=argparse.BooleanOptionalAction, default=True, help="turn clocks too, by seconds and by years; default: yes"
    )
    words.add_argument("--check-every", type=int, default=10, metavar="ROUNDS", help="default: 10, and at the end")
    words.add_argument("--patience", type=int, default=240, metavar="SECONDS", help="for all to arrive; default: 240")
    words.add_argument("--verbose", action="store_true", help="tell each fault")
    chosen = words.parse_args()
    engines = ["sqlite", "postgres"] if chosen.engine == "both" else [chosen.engine]
    wrong = [text for engine in engines for text in run(engine, chosen)]
    sys.exit(1 if wrong else 0)


def run(engine, chosen):
    began = time.monotonic()
    # A short path: PostgreSQL's socket lies in it.
    with tempfile.TemporaryDirectory(prefix="nemesis-", ignore_cleanup_errors=True) as folder:
        world = World(
            pathlib.Path(folder),
            engine,
            chosen.seed,
            chosen.nodes,
            patience=chosen.patience,
            has_clocks=chosen.clocks,
        )
        try:
            rounds, checks = play(world, chosen)
            wrong = world.record.wrong + checks.wrong
            report(world, engine, chosen, rounds, checks.figures, wrong, time.monotonic() - began)
            if wrong:
                keep_logs(world)
            return wrong
        finally:
            world.close()


def play(world, chosen):
    """Rounds of harm, with all promises checked every now and then; stops where one is broken."""
    ends = time.monotonic() + 60 * chosen.minutes if chosen.minutes else None
    rounds = 0

    def log(text):
        if chosen.verbose:
            print(f"  round {rounds}: {text}", flush=True)

    while True:
        world.work()
        for _ in range(chosen.check_every):
            rounds += 1
            world.round(log)
            if time.monotonic() >= ends if ends else rounds >= (chosen.rounds or 20):
                break
        world.settle()
        checks = world.check()
        if chosen.verbose:
            print(f"  checked after round {rounds}: {checks.figures.events} events", flush=True)
        is_over = time.monotonic() >= ends if ends else rounds >= (chosen.rounds or 20)
        if is_over or checks.wrong or world.record.wrong:
            world.compare()
            return rounds, checks


def report(world, engine, chosen, rounds, figures, wrong, seconds):
    wire = sum((node.proxy.counts for node in world.nodes), start=type(world.counts)())

    def listed(counter):
        return ", ".join(f"{name} {count:,}" for name, count in sorted(counter.items())) or "none"

    record = world.record
    print(f"nemesis: seed {chosen.seed}, {engine}, {len(world.nodes)} nodes with {len(world.companies)} companies,")
    print(f"  {rounds} rounds in {seconds:,.0f} s")
    print(f"  faults      {listed(world.counts)}")
    if engine == "sqlite" and not world.has_disks:
        print("              no disk was filled: this needs root, who may mount one")
    print(f"  on the wire {listed(wire)}; of {sum(node.proxy.requests for node in world.nodes):,} requests")
    print(
        f"  work        {record.count('accepted'):,} accepted, {record.count('refused'):,} refused,"
        f" {record.count('unknown'):,} without an answer"
    )
    print(f"  events      {figures.events:,} in {figures.conversations:,} conversations, {figures.lost:,} lost")
    print(f"  refused     {listed(figures.refused)}")
    print(
        f"  checked     {figures.marked:,} words there once, {figures.handovers:,} handovers on both sides,"
        f" {figures.receipts:,} receipts, {figures.secrets:,} secrets nowhere else, {figures.erased:,} erased"
    )
    print(f"  broken      {len(wrong):,}")
    for text in wrong[:40]:
        print(f"  ✗ {text}")
    sys.stdout.flush()


def keep_logs(world):
    """The nodes' logs, beside the tests' own output, since their folder goes with the run."""
    target = pathlib.Path(tempfile.mkdtemp(prefix="nemesis-logs-"))
    for node in world.nodes:
        (target / f"{node.name}.log").write_text(node.logged())
    print(f"  logs in {target}")


if __name__ == "__main__":
    main()
