# SPDX-License-Identifier: Apache-2.0
"""What strangers do to a node over real connections: it stays up, and small."""

import concurrent.futures
import json
import random
import re
import socket
import struct
import time

import pytest

from api import multipart, request
from nodes import Node
from waiting import together, wait_for

RESETS = 3_000
MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def company(folder):
    node = Node(folder / "strangers").start()
    yield node.add("velora", "Velora", 1, "Utrecht")
    node.stop()


def connect(node, source=None, small=False):
    """A connection from a loopback address of its own, as if from another household."""
    connection = socket.socket()
    connection.settimeout(20)
    if small:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.bind((source or "127." + ".".join(str(random.randrange(1, 255)) for _ in range(3)), 0))
    connection.connect(("127.0.0.1", node.port))
    return connection


def reset(connection):
    """Ends it with a reset instead of a farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def answered(connection):
    """The status of the answer, and what came with it until the end or a pause."""
    data = b""
    try:
        while chunk := connection.recv(65536):
            data += chunk
            head, _, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.I)
            if length and len(body) >= int(length[1]):
                break
    except ConnectionError:
        pass
    return int(data.split(b" ", 2)[1]) if data else None, data


def resident(node):
    """Bytes of memory that the node's process holds, and the most it ever held."""
    status = open(f"/proc/{node.process.pid}/status").read()
    return [int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) * 1024 for name in ("VmRSS", "VmHWM")]


def forget_peak(node):
    """Makes the most it ever held what it holds now (proc(5), clear_refs)."""
    with open(f"/proc/{node.process.pid}/clear_refs", "w") as file:
        file.write("5")


def open_streams(node):
    text = request(f"http://127.0.0.1:{node.port}/metrics").text
    return next((float(line.split()[1]) for line in text.splitlines() if line.startswith("entente_streams_open ")), 0.0)


def errors(node, since):
    """Lines of the log that are told as errors."""
    return [line for line in node.log.read_text(errors="replace")[since:].splitlines() if " error " in line]


def test_resets_before_the_first_byte_leave_no_live_page_open(company):
    node = company.node
    head = (
        f"GET /velora/links/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {company.token}\r\n\r\n".encode()
    )

    def leave(number):
        connection = connect(node, "127.9.9.9")
        connection.sendall(head)
        reset(connection)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(leave, range(RESETS)))
    wait_for(lambda: open_streams(node) == 0, "no live page is open")
    status = None
    connection = connect(node, "127.9.9.9")
    connection.sendall(head)
    status = connection.recv(100)
    assert status.startswith(b"HTTP/1.1 200"), status
    connection.close()
    wait_for(lambda: open_streams(node) == 0, "the one that was open is closed")


def test_an_open_live_page_does_not_hold_up_the_end(folder):
    node = Node(folder / "ending").start()
    company = node.add("velora", "Velora", 1, "Utrecht")
    connection = connect(node)
    connection.sendall(
        f"GET /velora/links/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {company.token}\r\n\r\n".encode()
    )
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    began = time.monotonic()
    node.stop()
    assert time.monotonic() - began < 5
    connection.close()


def head(path, length, *fields):
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", "Accept: application/json", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_who_may_not_is_told_before_the_body_is_read_and_does_not_hold_the_connection(company):
    digest = "0" * 64
    for path, length, fields, expected in [
        ("/velora/cases", 900_000, ["Content-Type: application/json"], 401),
        ("/velora/cases", 900_000, ["Content-Type: application/json", "Authorization: Bearer wrong"], 401),
        (f"/velora/exchange/attachments/{digest}?link=x", 25 * MEBIBYTE, ["Content-Type: application/octet-stream"], 401),
        ("/velora/exchange/inbox", 500_000, ["Content-Type: application/cloudevents-batch+json"], 401),
        ("/nowhere/exchange/inbox", 500_000, ["Content-Type: application/cloudevents-batch+json"], 421),
        ("/velora/ask", 200 * MEBIBYTE, ["Content-Type: multipart/form-data; boundary=x"], 413),
        ("/velora/nothing", 900_000, [], 404),
    ]:
        connection = connect(company.node)
        connection.sendall(head(path, length, *fields))
        status, data = answered(connection)
        assert status == expected, (path, data[:500])
        # Nothing more comes, and the connection ends by itself soon.
        began = time.monotonic()
        assert connection.recv(1) == b"", path
        assert time.monotonic() - began < 10, path


def test_a_small_body_that_was_in_vain_leaves_the_connection_as_it_was(company):
    connection = connect(company.node)
    for _ in range(3):
        connection.sendall(head("/velora/cases", 2, "Content-Type: application/json") + b"{}")
        assert answered(connection)[0] == 401


BROKEN = [
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: application/json\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: application/json\r\n\r\n2\r\n{}XX5\r\n",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}",
    b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"GET /velora HTTP/9.9\r\nHost: x\r\n\r\n",
    b"nonsense\r\n\r\n",
    b"GET /velora HTTP/1.1\r\nHo st: x\r\n\r\n",
    b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /%c3%28/ask HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /velora%00/ask HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /VEL_ORA!/ask HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /.well-known/entente/VEL_ORA! HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /VEL_ORA!/exchange/inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]",
    b"POST /VEL_ORA!/exchange/invitations HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
    b"Content-Type: application/vnd.entente.acceptance+json\r\n\r\n{}",
    b"GET /velora/ask HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 40_000 + b"\r\n\r\n",
]


@pytest.mark.parametrize("sent", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_http_is_told_so_and_is_no_error_of_ours(company, sent):
    since = len(company.node.log.read_text(errors="replace"))
    connection = connect(company.node)
    connection.sendall(sent)
    status, data = answered(connection)
    assert status and 400 <= status < 500, data[:500]
    connection.close()
    assert request(f"{company.base}/healthz").status == 200
    assert errors(company.node, since) == []


def test_clients_that_leave_in_the_middle_are_no_error_of_ours(company):
    since = len(company.node.log.read_text(errors="replace"))
    form = b"subject=half&question=hal"
    begun = head("/velora/ask", 500, "Content-Type: application/x-www-form-urlencoded") + form
    chunked = (
        b"POST /velora/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n19\r\n" + form + b"\r\n"
    )
    for sent in (begun, chunked, begun[:20]):
        for leave in (reset, socket.socket.close):
            for _ in range(20):
                connection = connect(company.node)
                connection.sendall(sent)
                leave(connection)
    assert request(f"{company.base}/healthz").status == 200
    assert company.get("/cases?open=all")["cases"] == []
    assert errors(company.node, since) == []


def test_numbers_in_json_do_not_stop_the_pages(company):
    body = b'{"a":[' + b"1," * 127_000 + b"1]}"
    began = time.monotonic()
    answers = together(
        *[
            lambda: request(f"{company.base}/velora/ask", "POST", {"Content-Type": "application/json"}, body)
            for _ in range(4)
        ]
    )
    assert request(f"{company.base}/healthz").status == 200
    assert {answer.status for answer in answers} == {400}
    # Each took more than ten seconds once.
    assert time.monotonic() - began < 10


def test_a_form_of_quotation_marks_costs_little_memory(company):
    content_type, body = multipart({"question": b'"'.decode() * (99 * MEBIBYTE), "channel": "email"})
    headers = {"Content-Type": content_type, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    before = resident(company.node)[0]
    forget_peak(company.node)
    answer = request(f"{company.base}/velora/ask", "POST", headers, body, timeout=120)
    grown = resident(company.node)[1] - before
    print(f"refused form of 99 MiB: answer {len(answer.body)} bytes, {grown / MEBIBYTE:.0f} MiB more resident")
    assert answer.status == 413
    assert grown < 30 * MEBIBYTE
    # As large as a form may be, and refused for what is missing.
    fields = {"question": '"' * 990_000, "channel": "email"}
    content_type, body = multipart(fields)
    answer = request(
        f"{company.base}/velora/ask", "POST", {**headers, "Content-Type": content_type}, body, timeout=60
    )
    assert answer.status == 422
    assert len(answer.body) < 200_000


def test_ten_large_uploads_at_once_cost_little_memory(company):
    # Once, so that what the program and the database keep anyway is there.
    upload(company, 1)
    before = resident(company.node)[0]
    forget_peak(company.node)
    cases = together(*[lambda number=number: upload(company, number) for number in range(10)])
    grown = resident(company.node)[1] - before
    print(f"ten uploads of 20 MiB: {grown / MEBIBYTE:.0f} MiB more resident, {before / MEBIBYTE:.0f} before")
    assert len(set(cases)) == 10
    assert grown < 160 * MEBIBYTE
    wait_for(lambda: len(company.get("/cases?open=all")["cases"]) >= 11, "all have come")


def upload(company, number):
    photo = random.Random(number).randbytes(20 * MEBIBYTE)
    content_type, body = multipart(
        {
            "name": f"Noor {number}",
            "contact": f"noor{number}@rider.example",
            "channel": "email",
            "question": "Why does it stand still?",
            "photos": ("bike.png", "image/png", photo),
        }
    )
    answer = request(
        f"{company.base}/velora/ask",
        "POST",
        {"Content-Type": content_type, "Accept": "application/json"},
        body,
        timeout=120,
    )
    assert answer.status == 201, answer.text[:500]
    return json.loads(answer.body)["number"]
