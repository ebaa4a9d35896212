# SPDX-License-Identifier: Apache-2.0
"""Starts Debian's PostgreSQL for the tests alone."""

import itertools
import os
import pathlib
import signal
import subprocess
import urllib.parse

from waiting import wait_for


class Postgres:
    """A private PostgreSQL server: a temporary folder, a Unix socket, no network."""

    def __init__(self, folder, *settings):
        self.folder, self.settings = pathlib.Path(folder), settings
        versions = sorted(
            pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
        )
        assert versions, "these tests need a PostgreSQL server to run: apt-get install postgresql"
        self.programs = versions[-1].parent
        self.folder.mkdir()
        # PostgreSQL refuses to run as root.
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        if self.user:
            for parent in itertools.takewhile(lambda path: path != path.parent, self.folder.parents):
                parent.chmod(parent.stat().st_mode | 0o011) if not parent.stat().st_mode & 0o001 else None
            subprocess.run(["chown", "postgres:postgres", self.folder], check=True)
        self.run(
            "initdb",
            "-D",
            self.folder / "data",
            "-U",
            "entente",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
        )
        self.start()

    def start(self):
        self.server = subprocess.Popen(
            [
                *self.user,
                str(self.programs / "postgres"),
                "-D",
                str(self.folder / "data"),
                "-k",
                str(self.folder),
                "-c",
                "listen_addresses=",
                "-c",
                "fsync=off",
                "-c",
                "max_connections=200",
                *(word for setting in self.settings for word in ("-c", setting)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=open(self.folder.parent / "postgres.log", "ab"),
            cwd="/",
        )
        wait_for(
            lambda: subprocess.run([str(self.programs / "pg_isready"), "-q", "-h", str(self.folder)]).returncode == 0,
            "PostgreSQL answers",
        )

    def run(self, program, *words):
        subprocess.run(
            [*self.user, str(self.programs / program), *map(str, words)], check=True, stdout=subprocess.DEVNULL, cwd="/"
        )

    def create(self, name):
        """An empty database; returns its address."""
        self.run("createdb", "-h", self.folder, "-U", "entente", name)
        return f"postgresql:///{name}?user=entente&host={urllib.parse.quote(str(self.folder), safe='/')}"

    def refuse(self, name):
        """Ends every connection to a database and takes no new ones."""
        self.tell(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        self.tell(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def welcome(self, name):
        self.tell(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    def tell(self, statement):
        self.run("psql", "-q", "-h", self.folder, "-U", "entente", "-d", "postgres", "-c", statement)

    def stop(self):
        # SIGINT is PostgreSQL's fast shutdown.
        self.end(signal.SIGINT)

    def crash(self):
        """As after a crash: without a checkpoint, so that it recovers when it starts (SIGQUIT)."""
        self.end(signal.SIGQUIT)

    def end(self, how):
        self.server.send_signal(how)
        self.server.wait(60)
