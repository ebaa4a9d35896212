# SPDX-License-Identifier: Apache-2.0
"""A disk that is full and a database that has gone: people are told, nothing that was typed is lost, and all is well once
it is back."""

import contextlib
import os
import subprocess
import urllib.parse

import pytest

from api import request
from nodes import Node
from waiting import wait_for

FORM = {
    "name": "Noor Jansen",
    "contact": "noor@rider.example",
    "channel": "email",
    "question": "Do not lose these words. " * 40,
    "product": "City 3",
}


@pytest.fixture
def small_disk(folder):
    """A node on a disk of its own with little room."""
    node = Node(folder / "small-disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(node.folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a disk of little room can only be mounted by root here: {mounted.stderr.strip()}")
    try:
        yield node.start()
    finally:
        with contextlib.suppress(ProcessLookupError):
            node.kill()
        subprocess.run(["umount", "-l", str(node.folder)], check=True)


def fill(node):
    """Takes all the room there is."""
    filler = node.folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (1 << 16, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)
    assert os.statvfs(node.folder).f_bavail == 0
    return filler


def send_form(company, fields=FORM):
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "text/html",
        "Sec-Fetch-Site": "same-origin",
        "Referer": f"{company.node.origin}/velora/ask",
    }
    return request(f"{company.base}/velora/ask", "POST", headers, urllib.parse.urlencode(fields))


def readiness(node):
    answer = request(f"http://127.0.0.1:{node.port}/readyz")
    return answer.status, answer.text


def send_until_refused(company):
    for _ in range(400):
        answer = send_form(company)
        if answer.status != 303:
            return answer
    raise AssertionError("there was always room")


def test_a_full_disk_is_told_and_nothing_typed_is_lost(small_disk):
    node = small_disk
    company = node.add("velora", "Velora", 1, "Utrecht")
    assert send_form(company).status == 303
    number = company.get("/cases?open=all")["cases"][0]["number"]

    filler = fill(node)
    answer = send_until_refused(company)
    assert answer.status in (503, 507), answer.text[:1000]
    assert FORM["question"].strip()[:500] in answer.text
    assert FORM["name"] in answer.text
    assert "has not been saved" in answer.text
    asked = company.call("POST", "/cases", {"kind": "enquiry", "subject": "x", "text": "x" * 9000, "name": "N"})
    assert asked.status in (422, 503, 507), asked.text
    wait_for(lambda: readiness(node)[0] == 503, "it says that it is not ready")
    assert "full" in readiness(node)[1]
    # Reading goes on.
    assert company.get(f"/cases/{number}")["number"] == number
    assert request(f"{company.base}/velora/ask", headers={"Accept": "text/html"}).status == 200

    filler.unlink()
    wait_for(lambda: readiness(node)[0] == 200, "it is ready again")
    assert send_form(company).status == 303


def test_a_database_that_has_gone_takes_nothing_until_it_is_back(folder):
    node = Node(folder / "gone").start()
    try:
        company = node.add("velora", "Velora", 1, "Utrecht")
        assert send_form(company).status == 303
        away = node.file.with_suffix(".away")
        node.file.rename(away)
        answer = send_form(company)
        assert answer.status == 503, answer.text[:1000]
        assert FORM["question"].strip()[:500] in answer.text
        wait_for(lambda: readiness(node)[0] == 503, "it says that it is not ready")
        assert "gone" in readiness(node)[1]
        away.rename(node.file)
        wait_for(lambda: readiness(node)[0] == 200, "it is ready again")
        assert send_form(company).status == 303
        assert len(company.get("/cases?open=all")["cases"]) == 2
    finally:
        node.stop()


def test_a_server_that_has_gone_is_told_and_nothing_typed_is_lost(folder, postgres):
    """A stranger's own database, so that other tests' server may stay."""
    database = postgres.create("vanishing")
    node = Node(folder / "vanishing", database).start()
    try:
        company = node.add("velora", "Velora", 1, "Utrecht")
        assert send_form(company).status == 303
        postgres.refuse("vanishing")
        answer = send_form(company)
        assert answer.status == 503, answer.text[:1000]
        assert FORM["question"].strip()[:500] in answer.text
        wait_for(lambda: readiness(node)[0] == 503, "it says that it is not ready")
        postgres.welcome("vanishing")
        wait_for(lambda: readiness(node)[0] == 200, "it is ready again")
        assert send_form(company).status == 303
    finally:
        node.stop()
