# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import tempfile

import pytest

import nodes
from api import listeners, request
from description import Description
from postgres import Postgres
from routes import Route
from shots import shots_folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("nodes")


@pytest.fixture(scope="session")
def postgres():
    """Its socket's path must be short, so it has a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="entente-journeys-") as folder:
        server = Postgres(pathlib.Path(folder) / "postgres")
        yield server
        server.stop()


@pytest.fixture(scope="session")
def on_sqlite(folder):
    network = nodes.Network(folder / "sqlite").extend()
    yield network
    network.stop()


@pytest.fixture(scope="session")
def on_postgres(folder, postgres):
    network = nodes.Network(folder / "on-postgres", postgres.create).extend()
    yield network
    network.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def network(request):
    """Linked companies on either engine, shared by all tests: each test brings cases of its own."""
    return request.getfixturevalue(f"on_{request.param}")


@pytest.fixture(scope="session", autouse=True)
def nothing_left_running():
    yield
    for node in list(nodes.running):
        node.kill()


# How long each node's log was when the test began.
logged = {}


def news(node):
    """What a node has logged since the test began, the end of it."""
    return node.log.read_bytes()[logged.get(node.log, 0) :].decode(errors="replace")[-3000:]


@pytest.fixture(autouse=True)
def no_surprises():
    """A node that logs an unexpected error fails the test, whatever the test saw."""
    logged.clear()
    logged.update({node.log: node.log.stat().st_size for node in list(nodes.running)})
    yield
    for node in list(nodes.running):
        assert "Unexpected error" not in news(node), news(node)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for node in sorted(list(nodes.running), key=lambda node: str(node.log)):
            if news(node):
                report.sections.append((f"log of {node.folder}", news(node)))
    return report


def pytest_terminal_summary(terminalreporter):
    if os.environ.get("ENTENTE_SHOTS"):
        terminalreporter.write_line(f"Screenshots: {shots_folder()}")


@pytest.fixture(scope="session")
def described(on_sqlite):
    return json.loads(request(f"{on_sqlite.velora.base}/api/openapi.json").body)


@pytest.fixture(scope="session")
def description(described):
    return Description(described)


@pytest.fixture
def held(description):
    """While a test runs, every answer it gets must be one that the API description names."""
    listeners.append(description.check)
    yield description
    listeners.remove(description.check)


@pytest.fixture(scope="session")
def routes(described):
    return [
        Route(method, path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
