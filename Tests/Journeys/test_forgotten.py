# SPDX-License-Identifier: Apache-2.0
"""What is erased is in no file any more, once a company has said so."""

import pathlib
import re
import tempfile
import uuid

import pytest

from nodes import Network
from postgres import Postgres
from story import Story
from waiting import wait_for


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, folder):
    """A network of its own, and all the bytes that its databases keep."""
    if request.param == "sqlite":
        network = Network(folder / "forgotten")
        yield network, lambda: b"".join(node.raw() for node in network.nodes)
        network.stop()
        return
    with tempfile.TemporaryDirectory(prefix="entente-forgotten-") as home:
        # Segments of the log that are not needed any more are removed, not kept to be written over.
        server = Postgres(pathlib.Path(home) / "postgres", "wal_recycle=off")
        network = Network(folder / "forgotten-on-postgres", server.create)

        def kept():
            # What Entente cannot do while others wait, an administrator does.
            network.stop()
            for node in network.nodes:
                assert node.command("purge") == "The database is written anew."
            files = [path for path in (server.folder / "data").rglob("*") if path.is_file()]
            return b"".join(path.read_bytes() for path in files)

        yield network, kept
        network.stop()
        server.stop()


def test_no_byte_of_a_rider_is_left_where_they_are_forgotten(place):
    network, kept = place
    spoke, velora, kraft = network.spoke, network.velora, network.kraft
    words = {name: f"canary{uuid.uuid4().hex}" for name in ("name", "contact", "text", "serial", "file", "bytes", "note")}
    story = Story(
        spoke,
        velora,
        kraft,
        kind="report",
        name=words["name"].capitalize(),
        contact=f"{words['contact']}@rider.example",
        text=f"It does not start: {words['text']}",
        serial=words["serial"],
        photos=(f"{words['file']}.png", "image/png", b"\x89PNG\r\n\x1a\n" + words["bytes"].encode() * 50),
    )
    spoke.post(f"/cases/{story.number}/messages", text=f"{words['name'].upper()} called. Tell nobody.")
    story.public.post(f"{story.follow}/messages", text=f"And again: {words['note']}")
    for step in story.steps[:5]:
        if step.act != story.add:
            step.act()
            wait_for(step.arrived, step.name)
    numbers = {company: story.case(company)["number"] for company in (spoke, velora, kraft)}

    def wish(company):
        return [one for one in company.get(f"/cases/{numbers[company]}")["sections"]["erasures"] if one["state"] == "asked"]

    customers = {company: story.case(company)["customer"].get("id") for company in (spoke, velora)}
    story.public.post(f"{story.follow}/erasure")
    spoke.post(f"/customers/{customers[spoke]}/erasure", decision="erase", sure=True)
    wait_for(lambda: wish(velora), "the wish is at Velora")
    velora.post(f"/customers/{customers[velora]}/erasure", decision="erase", sure=True)
    # What was not finished then is finished after the next start.
    velora.node.restart()
    wait_for(lambda: wish(kraft), "the wish is at Kraft Drives")
    kraft.post(f"/cases/{numbers[kraft]}/erasure", decision="erase", sure=True)

    def answered():
        one = story.public.get(f"{story.follow}/erasure")[0]
        return one.get("cleanedAt") and one["companies"][0].get("isErased") and one

    one = wait_for(answered, "the rider sees that it is done", 60)
    assert [at["isErased"] for at in one["companies"] + one["beyond"]] == [True, True]
    data = kept()
    assert b"Velora" in data
    left = [name for name, word in words.items() if re.search(word.encode(), data, re.IGNORECASE)]
    assert left == []
