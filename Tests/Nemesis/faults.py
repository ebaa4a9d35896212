# SPDX-License-Identifier: Apache-2.0
"""What is done to the nodes. Each fault is a context: it begins, it is undone. `calm` ends every waiting."""

import contextlib

from nodes import Node
from waiting import wait_for

DAY = 86_400


@contextlib.contextmanager
def kill(world, node, random):
    """kill -9 of one process; another starts a while later."""
    process = random.choice(node.processes)
    Node.kill(process)
    try:
        yield
    finally:
        Node.start(process)


@contextlib.contextmanager
def pause(world, node, random):
    """A process stands still (SIGSTOP), with its connections open, and then goes on as if nothing had been."""
    process = random.choice(node.processes)
    node.pause(process)
    try:
        yield
    finally:
        node.go_on(process)


@contextlib.contextmanager
def isolate(world, node, random):
    """Nobody reaches the node from outside; it reaches the others."""
    node.proxy.isolated = True
    try:
        yield
    finally:
        node.proxy.isolated = False


@contextlib.contextmanager
def seconds(world, node, random):
    """The clock is wrong by some seconds or minutes."""
    node.turn_clock(random.choice([-1, 1]) * random.choice([2, 45, 200, 290, 310, 900]))
    try:
        yield
    finally:
        node.turn_clock(0)


@contextlib.contextmanager
def years(world, node, random):
    """The clock is wrong by months or years, as after an empty battery or a mistyped date."""
    node.turn_clock(random.choice([-3 * 365, -400, -40, 8, 100, 400, 3 * 365]) * DAY)
    try:
        yield
    finally:
        node.turn_clock(0)


@contextlib.contextmanager
def full_disk(world, node, random):
    """Not one more byte fits on the disk of the node."""
    node.disk.fill()
    try:
        yield
    finally:
        node.disk.free()
        wait_for(node.is_ready, f"{node.name} is ready after its disk was full", world.patience)


@contextlib.contextmanager
def stop_postgres(world, node, random):
    """PostgreSQL crashes (SIGQUIT) or shuts down, and is started again: all nodes lose their database."""
    random.choice([world.postgres.crash, world.postgres.stop])()
    try:
        yield
    finally:
        world.postgres.start()
        for one in world.nodes:
            for process in one.processes:
                wait_for(process.is_ready, f"{process.folder.name} has its database again", world.patience)


NAMES = {
    kill: "kill -9",
    pause: "pause",
    isolate: "isolate",
    seconds: "clock by seconds",
    years: "clock by years",
    full_disk: "full disk",
    stop_postgres: "restart PostgreSQL",
}
