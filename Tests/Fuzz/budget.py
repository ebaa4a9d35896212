# SPDX-License-Identifier: Apache-2.0
"""What one request may cost the node that answers it, read from /proc."""

import os
import pathlib

TICKS = os.sysconf("SC_CLK_TCK")
# Seconds of processor, and bytes by which the memory may have grown: far above what any request needs, in a debug build too.
SECONDS, BYTES = 1.0, 100 << 20


class Budget:
    def __init__(self, node):
        self.node = node
        # The dearest request so far, for the report.
        self.most_seconds, self.most_bytes = (0.0, ""), (0, "")

    def usage(self):
        folder = pathlib.Path("/proc") / str(self.node.process.pid)
        fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        resident = int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return (int(fields[11]) + int(fields[12])) / TICKS, resident

    def watch(self, what, act, is_meant_to_be_dear=False):
        """Does it and returns its result; says what is wrong if it was too dear."""
        seconds, resident = self.usage()
        result = act()
        seconds, resident = (now - before for now, before in zip(self.usage(), (seconds, resident)))
        if is_meant_to_be_dear:
            return result
        self.most_seconds = max(self.most_seconds, (seconds, what))
        self.most_bytes = max(self.most_bytes, (resident, what))
        if seconds > SECONDS:
            raise TooDear(f"{what}: {seconds:.2f} s of processor for one request")
        if resident > BYTES:
            raise TooDear(f"{what}: {resident >> 20} MiB of memory for one request")
        return result


class TooDear(AssertionError):
    pass
