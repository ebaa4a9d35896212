# SPDX-License-Identifier: Apache-2.0
"""A real node that harm can be done to: one or more processes behind a fault proxy, with a clock and a disk of their own."""

import os
import signal
import subprocess

from fault_proxy import FaultProxy
from nodes import Node, running
from turned_clock import TurnedClock


class Disk:
    """A small file system in memory for one node's folder, filled by a ballast file and freed again."""

    megabytes = 192

    def __init__(self, folder):
        self.folder, self.ballast = folder, folder / "ballast"
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m", "nemesis", str(folder)], check=True)

    @staticmethod
    def is_possible():
        """Mounting is for root alone."""
        return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode == 0

    def fill(self):
        with open(self.ballast, "ab", buffering=0) as ballast:
            for size in (1 << 20, 4096, 1):
                try:
                    while ballast.write(b"\0" * size):
                        pass
                except OSError:
                    continue

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def unmount(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


class Twin(Node):
    """Another process on the same database, at the same public address."""

    def __init__(self, first, number):
        super().__init__(first.folder.parent / f"{first.folder.name}-{number}", first.database)
        self.log, self.environment = first.folder.parent / f"{first.folder.name}-{number}.log", first.environment


class FaultNode(Node):
    def __init__(self, folder, database=None, processes=1, seed="", has_disk=False):
        super().__init__(folder, database)
        self.name, self.is_sqlite = self.folder.name, database is None
        self.disk = Disk(self.folder) if has_disk and self.is_sqlite else None
        self.log = self.folder.parent / f"{self.name}.log"
        self.clock = TurnedClock(self.folder.parent / f"{self.name}.clock")
        self.environment = {**self.environment, **self.clock.environment}
        self.processes = [self, *(Twin(self, number) for number in range(2, processes + 1))]
        self.proxy = FaultProxy([process.port for process in self.processes], f"{seed} {self.name}")
        for process in self.processes:
            process.origin = f"http://127.0.0.1:{self.proxy.port}"
        # How far ahead its clock has ever been, in seconds: what a node forgets after 90 days, it has then forgotten.
        self.was_ahead = 0
        # How far off it has been to either side: an answer kept under one clock is too old under another.
        self.was_off = 0

    @property
    def bases(self):
        return [f"http://127.0.0.1:{process.port}" for process in self.processes]

    def start(self):
        """All processes that do not run."""
        for process in self.processes:
            if process not in running:
                Node.start(process)
        return self

    def kill(self):
        for process in self.processes:
            Node.kill(process)

    def stop(self):
        for process in self.processes:
            if process in running:
                Node.stop(process)
        if self.disk:
            self.disk.unmount()

    def pause(self, process):
        process.process.send_signal(signal.SIGSTOP)

    def go_on(self, process):
        process.process.send_signal(signal.SIGCONT)

    def turn_clock(self, seconds):
        self.clock.turn(seconds)
        self.was_ahead = max(self.was_ahead, seconds)
        self.was_off = max(self.was_off, abs(seconds))

    def logged(self):
        return "".join(process.log.read_text(errors="replace") for process in self.processes)
