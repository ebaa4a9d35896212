# SPDX-License-Identifier: Apache-2.0
"""A clock for one node, which the nemesis turns while the node runs."""

import mmap
import pathlib
import struct
import subprocess

SOURCE = pathlib.Path(__file__).with_name("turned_clock.c")


class TurnedClock:
    def __init__(self, file):
        """`file` says by how many nanoseconds the clock is turned; every process of the node reads it."""
        self.file = pathlib.Path(file)
        self.file.write_bytes(struct.pack("q", 0))
        with open(self.file, "r+b") as opened:
            self.page = mmap.mmap(opened.fileno(), 8)
        self.seconds = 0
        # One for all nodes of a folder.
        self.library = self.file.with_name("turned_clock.so")
        if not self.library.exists():
            subprocess.run(["clang", "-shared", "-fPIC", "-O2", "-o", str(self.library), str(SOURCE)], check=True)

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self.library), "NEMESIS_CLOCK": str(self.file)}

    def turn(self, seconds):
        """So far from the true time, from now on."""
        self.seconds = seconds
        self.page[:8] = struct.pack("q", int(seconds * 1_000_000_000))
