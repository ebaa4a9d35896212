# SPDX-License-Identifier: Apache-2.0
"""Real nodes: one process, one port and one database each, set up by the command line and killed at will."""

import concurrent.futures
import ctypes
import os
import pathlib
import random
import signal
import socket
import subprocess

from api import Api, request
from proxy import RecordingProxy
from waiting import together, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ENTENTE_BINARY", str(ROOT / ".build/debug/entente"))
PASSWORD = "correct horse battery staple"
# No setting of whoever runs the tests reaches a node.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_")}
running = set()


def email(slug):
    """The administrator's address."""
    return f"ada@{slug}.example"


# The kernel ends a child when the thread that started it ends: this one stays as long as the tests run.
starter = concurrent.futures.ThreadPoolExecutor(1)


def dies_with_us():
    """No node outlives the tests, however they end (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def free_port():
    """A port below those that outgoing connections take, so that a node finds it free again after a restart."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


class Node:
    def __init__(self, folder, database=None, proxied=False, hidden=False):
        """A hidden node has an address at which nobody answers: it asks the others each second."""
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.file = self.folder / "entente.sqlite"
        self.database = database or f"sqlite:{self.file}"
        self.log = self.folder / "log"
        self.port = free_port()
        self.proxy = RecordingProxy(self.port) if proxied else None
        self.hidden = hidden
        self.environment = ENVIRONMENT
        self.origin = f"http://127.0.0.1:{self.proxy.port if proxied else free_port() if hidden else self.port}"
        self.process = None

    def command(self, *words, given=None):
        """Runs one `entente` command on this node's database and returns what it prints."""
        result = subprocess.run(
            [BINARY, *words, "--database", self.database],
            capture_output=True,
            text=True,
            timeout=300,
            cwd=self.folder,
            env=self.environment,
            input=given,
        )
        assert result.returncode == 0, f"entente {' '.join(words)}: {result.stderr or result.stdout}"
        return result.stdout.strip()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = starter.submit(
                subprocess.Popen,
                [
                    BINARY,
                    "serve",
                    "--database",
                    self.database,
                    "--listen",
                    f"127.0.0.1:{self.port}",
                    "--origin",
                    self.origin,
                    "--allow-private-peers",
                    *(["--pull-every", "1"] if self.hidden else []),
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self.environment,
                preexec_fn=dies_with_us,
            ).result()
        running.add(self)
        wait_for(self.is_ready, f"{self.folder.name} answers", 180)
        return self

    def is_ready(self):
        assert self.process.poll() is None, f"the node ended by itself:\n{self.log.read_text()[-4000:]}"
        try:
            return request(f"http://127.0.0.1:{self.port}/readyz").status == 200
        except OSError:
            return False

    def kill(self):
        """kill -9: no farewell, nothing flushed."""
        self.end(signal.SIGKILL)

    def stop(self):
        self.end(signal.SIGTERM)

    def end(self, how):
        self.process.send_signal(how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.folder.name} did not end within 20 s")
        finally:
            running.discard(self)

    def restart(self):
        self.kill()
        self.start()

    def add(self, slug, name, colour, place=""):
        """Sets up an enterprise with an administrator, by the command line, and returns its API."""
        self.command("enterprise", "add", "--slug", slug, "--name", name, "--colour", str(colour), "--place", place)
        self.command(
            "member",
            "add",
            "--enterprise",
            slug,
            "--name",
            f"Ada of {name}",
            "--email",
            email(slug),
            "--role",
            "administrator",
            "--password-stdin",
            given=PASSWORD + "\n",
        )
        return Company(self, slug, name, self.token(slug, "administrator"))

    def token(self, slug, role):
        return self.command(
            "token",
            "create",
            "--enterprise",
            slug,
            "--label",
            f"Tests as {role}",
            "--role",
            role,
            "--member",
            email(slug),
        )

    def raw(self):
        """Every byte that SQLite keeps, with what is still in its write-ahead log."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob("entente.sqlite*")))


class Company(Api):
    """One enterprise, spoken to as its administrator."""

    def __init__(self, node, slug, name, token):
        super().__init__(f"http://127.0.0.1:{node.port}", slug, token)
        self.node, self.name = node, name

    def reader(self):
        return Api(self.base, self.slug, self.node.token(self.slug, "reader"))

    def link(self, other):
        """The id of the active link with another company."""
        return next(
            link["id"]
            for link in self.get("/links")["links"]
            if link["name"] == other.name and link["state"] == "active"
        )

    def invite(self, other, role):
        """Links the two as their administrators would: invitation, acceptance, the same code, confirmation."""
        url = self.post("/invitations", label=other.name, role=role)["url"]
        seen = other.post("/links/open", url=url)
        assert seen["name"] == self.name and seen.get("code") is None
        accepted = other.post("/links", url=url)
        pending = next(link for link in self.get("/links")["links"] if link["name"] == other.name)
        assert pending["code"] == accepted["code"]
        self.post(f"/links/{pending['id']}/confirmation")
        wait_for(
            lambda: {link["id"]: link["state"] for link in other.get("/links")["links"]}.get(pending["id"]) == "active",
            f"{other.name} is linked with {self.name}",
        )
        return pending["id"]


class Network:
    """The companies of the demo's story: three nodes, linked; Dekker Fietsen lives on Velora's node."""

    def __init__(self, folder, database=lambda name: None, proxied=False, make=None):
        """`make` makes a node of another sort from its folder and its database."""
        self.make = lambda name: make(folder / name, database(name)) if make else Node(folder / name, database(name), proxied)
        self.nodes = [self.make(name) for name in ("velora", "spoke", "kraft")]
        velora, spoke, kraft = self.nodes
        together(velora.start, spoke.start, kraft.start)
        self.velora, self.dekker, self.spoke, self.kraft = together(
            lambda: velora.add("velora", "Velora", 1, "Utrecht"),
            lambda: velora.add("dekker", "Dekker Fietsen", 4, "Zwolle"),
            lambda: spoke.add("spoke", "Spoke & Co", 2, "Ghent"),
            lambda: kraft.add("kraft-drives", "Kraft Drives", 3, "Stuttgart"),
        )
        self.velora.invite(self.spoke, "partner")
        self.velora.invite(self.dekker, "partner")
        self.velora.invite(self.kraft, "supplier")

    def extend(self, apart=()):
        """Two companies further up, one that makes cells, one that digs: on the nodes that there are, or apart."""
        homes = dict(zip(("lithium", "cells"), self.nodes))
        for slug in apart:
            homes[slug] = self.make(slug).start()
            self.nodes.append(homes[slug])
        self.cells, self.lithium = together(
            lambda: homes["cells"].add("cells", "Cell Works", 5),
            lambda: homes["lithium"].add("lithium", "Lithium Mining", 6),
        )
        self.kraft.invite(self.cells, "supplier")
        self.cells.invite(self.lithium, "supplier")
        self.velora.invite(self.cells, "supplier")
        return self

    def stop(self):
        for node in self.nodes:
            if node in running:
                node.stop()
            if node.proxy:
                node.proxy.close()
