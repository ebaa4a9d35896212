# SPDX-License-Identifier: Apache-2.0
"""Stands at a node's public address, keeps every byte that passes, and does harm to requests when it is told to."""

import collections
import contextlib
import random
import socket
import struct
import threading

# What can happen to one request, and how often each is chosen among them.
HARMS = {
    "cut request": 3,  # the connection ends in the middle of the request
    "cut answer": 3,  # the connection ends in the middle of the answer
    "drop answer": 4,  # the request took effect, and nobody is told
    "delay": 5,
    "duplicate": 4,  # the request arrives twice, at the same time
    "late copy": 2,  # it arrives once more, a while later
    "reorder": 4,  # it waits until another one has passed
    "throttle": 2,  # it trickles
}


class FaultProxy:
    def __init__(self, ports, seed):
        """`ports` are those of the node's processes; any of them may get a request."""
        self.ports = ports
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.server.getsockname()[1]
        self.recorded = []
        self.counts = collections.Counter()
        self.requests = 0
        # Of a hundred requests so many come to harm.
        self.harm = 0
        self.isolated = False
        self.calm = threading.Event()
        self.passed = threading.Condition()
        threading.Thread(target=self.accept, daemon=True).start()

    def disturb(self, percent):
        self.calm.clear()
        self.harm = percent

    def heal(self):
        """From now on everything passes; what is held back goes on at once."""
        self.harm = 0
        self.isolated = False
        self.calm.set()
        with self.passed:
            self.passed.notify_all()

    def bytes(self):
        return b"\n".join(list(self.recorded))

    def close(self):
        self.heal()
        self.server.close()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with contextlib.suppress(OSError), client:
            client.settimeout(120)
            reader = client.makefile("rb")
            while request := read_message(reader):
                self.recorded.append(request)
                harm = self.choose()
                if self.isolated or harm == "cut request":
                    return reset(client)
                if harm == "cut answer" or harm == "drop answer":
                    answer = self.forward(request)
                    if harm == "cut answer" and answer:
                        client.sendall(answer[: len(answer) // 2])
                    return reset(client)
                answer = self.forward_with(harm, request)
                if answer is None or self.isolated:
                    return reset(client)
                client.sendall(answer)

    def choose(self):
        with self.lock:
            self.requests += 1
            if self.random.random() * 100 >= self.harm:
                return None
            harm = self.random.choices(list(HARMS), list(HARMS.values()))[0]
            self.counts[harm] += 1
            return harm

    def forward_with(self, harm, request):
        if harm == "delay":
            self.calm.wait(self.random.uniform(0.05, 1.5))
        elif harm == "reorder":
            with self.passed:
                before = self.requests
                self.passed.wait_for(lambda: self.requests > before or self.calm.is_set(), 3)
        elif harm == "late copy":
            timer = threading.Timer(self.random.uniform(0.3, 4), self.forward, [request])
            timer.daemon = True
            timer.start()
        elif harm == "duplicate":
            copy = threading.Thread(target=self.forward, args=(request,), daemon=True)
            copy.start()
            answer = self.forward(request)
            copy.join(30)
            return answer
        return self.forward(request, trickles=harm == "throttle")

    def forward(self, request, trickles=False):
        """The node's whole answer; none if it gives none."""
        for port in self.random.sample(self.ports, len(self.ports)):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=60) as upstream:
                    if trickles:
                        for start in range(0, len(request), 700):
                            upstream.sendall(request[start : start + 700])
                            self.calm.wait(0.02)
                    else:
                        upstream.sendall(request)
                    answer = read_message(upstream.makefile("rb"), is_answer=True)
                    if answer:
                        self.recorded.append(answer)
                        with self.passed:
                            self.passed.notify_all()
                    return answer
            except ConnectionRefusedError:
                continue
            except OSError:
                return None
        return None


def reset(client):
    """Ends a connection without farewell (RST)."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def read_message(reader, is_answer=False):
    """One request or answer of HTTP/1.1 as it came (RFC 9112); none at the end of the connection."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = reader.readline(65_536)
        if not line:
            return None
        head += line
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    if is_answer and first.split()[1] in ("204", "304"):
        return head
    if "chunked" in fields.get("transfer-encoding", ""):
        return head + read_chunks(reader)
    length = int(fields.get("content-length", 0))
    body = reader.read(length)
    return head + body if len(body) == length else None


def read_chunks(reader):
    body = b""
    while True:
        line = reader.readline()
        size = int(line.split(b";")[0] or b"0", 16)
        body += line + reader.read(size + 2)
        if size == 0:
            return body
