# SPDX-License-Identifier: Apache-2.0
"""Bytes that are hardly HTTP: every answer is a refusal, a page or the end of the connection; never a fault of ours."""

import random
import re
import socket

from budget import TooDear

CRLF = b"\r\n"
SLUG = b"/velora"
# Each is sent as it is; then pieces of them are mixed.
REQUESTS = [
    b"GET /velora HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /velora HTTP/1.0\r\n\r\n",
    b"GET /velora HTTP/1.1\r\n\r\n",
    b"GET /velora HTTP/2.0\r\nHost: x\r\n\r\n",
    b"GET /velora HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET  /velora  HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET\r\n\r\n",
    b"\r\n\r\nGET /velora HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT velora:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"BREW /velora HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://elsewhere.example/velora HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET //velora HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /velora/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /%2e%2e/%00/%ff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /velora?" + b"a=1&" * 4000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"y" * 100_000 + b"\r\n\r\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % one for one in range(3000)) + b"\r\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\nA\x00B: y\r\n\r\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\nX: \xff\xfe\r\n\r\n",
    b"GET /velora HTTP/1.1\nHost: x\n\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\nAccept-Language: " + b"en;q=0.1," * 5000 + b"\r\n\r\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\nAccept: " + b"text/html;q=0.1," * 3000 + b"\r\n\r\n",
    b"GET /velora/cases HTTP/1.1\r\nHost: x\r\nCookie: " + b"a=b; " * 5000 + b"\r\n\r\n",
    b"GET /velora/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + b"x" * 9000 + b"\r\n\r\n",
    b"GET /velora/ask HTTP/1.1\r\nHost: x\r\nReferer: //elsewhere.example/\r\nSec-Fetch-Site: none\r\n\r\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\nRange: bytes=0-,1-,2-\r\nIf-None-Match: \"\r\n\r\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"GET /velora HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 9" + b"9" * 30 + b"\r\n\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nshort",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;" + b"x" * 70_000 + b"\r\nabc\r\n0\r\n\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
    + b"1\r\n[\r\n" * 5000
    + b"0\r\n\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=" + b"b" * 5000
    + b"\r\nContent-Length: 4\r\n\r\n--b\n",
    b"POST /velora/exchange/inbox HTTP/1.1\r\nHost: x\r\nSignature-Input: " + b"ent=(" * 2000
    + b"\r\nSignature: ent=:x:\r\nContent-Length: 2\r\n\r\n[]",
    b"POST /velora/exchange/inbox HTTP/1.1\r\nHost: x\r\nContent-Digest: sha-256=:" + b"A" * 9000
    + b":\r\nContent-Length: 2\r\n\r\n[]",
    b"GET /velora HTTP/1.1\r\nHost: x\r\n\r\n" * 60,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
    b"\x00" * 2000,
]
PIECES = [piece for one in REQUESTS if len(one) < 4000 for piece in re.split(rb"(?<=\r\n)|(?<= )", one) if piece]
ODD = [b"\x00", b"\r", b"\n", b"\r\n", b":", b" ", b"\xff", b"%", b"%00", b"\x80" * 40, b"-1", b"9" * 25, b";", b"=", b"\"" * 30]


class HttpFuzz:
    def __init__(self, node, budget, seed):
        self.node, self.budget, self.random = node, budget, random.Random(seed)
        self.requests, self.faults = 0, {}

    def run(self, count):
        for one in REQUESTS:
            self.try_out(one)
        for _ in range(count):
            self.try_out(self.mutated())
        return self.faults

    def mutated(self):
        chance = self.random
        if chance.random() < 0.4:
            return b"".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 12))) + CRLF * chance.randrange(3)
        data = bytearray(chance.choice([one for one in REQUESTS if len(one) < 20_000]))
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(data) + 1)
            if chance.random() < 0.5:
                data[place:place] = chance.choice(ODD)
            else:
                del data[place : place + chance.randrange(1, 20)]
        return bytes(data)

    def try_out(self, data):
        self.requests += 1
        what = repr(data[:300]) + f" ({len(data)} bytes)"
        try:
            answer = self.budget.watch(what, lambda: self.exchange(data))
        except TooDear as dear:
            return self.faults.setdefault(what, str(dear))
        except TimeoutError:
            return self.faults.setdefault(what, "the connection was neither answered nor ended within a minute")
        for status in re.findall(rb"^HTTP/1\.[01] (\d{3})", answer, re.MULTILINE):
            if status >= b"500" and status not in (b"501", b"505"):
                self.faults.setdefault(what, answer[:1000].decode("latin-1"))

    def exchange(self, data):
        """Sends it, in pieces or at once, says that no more comes, and reads to the end."""
        chance = self.random
        source = "127." + ".".join(str(chance.randrange(1, 255)) for _ in range(3))
        answer = b""
        with socket.create_connection(("127.0.0.1", self.node.port), timeout=60, source_address=(source, 0)) as connection:
            try:
                if chance.random() < 0.3:
                    cut = chance.randrange(len(data) + 1)
                    connection.sendall(data[:cut])
                    connection.sendall(data[cut:])
                else:
                    connection.sendall(data)
                if chance.random() < 0.1:
                    return answer  # gone without waiting
                connection.shutdown(socket.SHUT_WR)
                while piece := connection.recv(65_536):
                    answer += piece
            except (ConnectionError, BrokenPipeError):
                pass  # it had heard enough
        return answer
