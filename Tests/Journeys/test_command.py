# SPDX-License-Identifier: Apache-2.0
"""What an administrator does on the command line, with real databases."""

import base64
import os
import sqlite3
import subprocess

import pytest

from nodes import BINARY, ENVIRONMENT, Company, Node
from story import DOCUMENT, Story


def test_a_backup_of_a_running_node_restores_with_everything(network, folder, request):
    story = Story(network.spoke, network.velora, network.kraft).run()
    name = f"restored_{request.node.callspec.params['network']}"
    server = request.getfixturevalue("postgres") if "postgres" in name else None
    restored = Node(folder / name, server and server.create(name))
    backup = restored.folder / "backup"
    network.spoke.node.command("backup", str(backup))
    assert backup.stat().st_size > 0
    restored.command("restore", str(backup))
    restored.start()
    try:
        copy = Company(restored, network.spoke.slug, network.spoke.name, network.spoke.token)
        assert copy.get(f"/cases/{story.number}")["messages"] == network.spoke.get(f"/cases/{story.number}")["messages"]
        assert story.has_file(copy, DOCUMENT)
    finally:
        restored.stop()


def test_a_revoked_key_is_replaced_and_partners_go_on(on_sqlite):
    node, velora = on_sqlite.spoke.node, on_sqlite.velora
    (first,) = [line.split() for line in node.command("key", "list", "--enterprise", "spoke").splitlines()]
    assert first[1] == "signing"
    node.command("key", "rotate", "--enterprise", "spoke")
    assert node.command("key", "revoke", "--enterprise", "spoke", "--key", first[0]).startswith("Revoked.")
    states = [line.split()[1] for line in node.command("key", "list", "--enterprise", "spoke").splitlines()]
    assert sorted(states) == ["next", "revoked", "signing"]
    Story(on_sqlite.spoke, velora, on_sqlite.kraft).run(3)


def test_an_invitation_has_the_origin_that_the_server_has_or_none(on_sqlite):
    node = on_sqlite.spoke.node
    words = ["link", "invite", "--enterprise", "spoke", "--label", "Somebody", "--database", node.database]
    silent = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
    assert silent.returncode == 78 and "--origin" in silent.stderr and not silent.stdout
    said = subprocess.run([BINARY, *words, "--origin", node.origin], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
    assert said.returncode == 0 and said.stdout.startswith(f"{node.origin}/spoke/invitation#"), said.stderr


def test_a_server_that_cannot_listen_does_not_say_that_it_serves(on_sqlite, tmp_path):
    taken = on_sqlite.velora.node.port
    words = ["serve", "--database", f"sqlite:{tmp_path / 'a.sqlite'}", "--listen", f"127.0.0.1:{taken}"]
    result = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
    assert result.returncode != 0 and result.stdout == "" and result.stderr.strip()


def entente(folder, *words, umask=0o022):
    return subprocess.run(
        [BINARY, *words], capture_output=True, text=True, timeout=60, cwd=folder, env=ENVIRONMENT, umask=umask
    )


def mode(path):
    return oct(path.stat().st_mode & 0o777)


@pytest.fixture
def company(tmp_path):
    """A database with a company in it, in a folder that was not there before."""
    database = f"sqlite:{tmp_path}/data/entente.sqlite"
    made = entente(tmp_path, "enterprise", "add", "--slug", "velora", "--name", "Velora", "--database", database, umask=0)
    assert made.returncode == 0, made.stderr
    return database


def test_nobody_else_can_read_what_is_written_whatever_the_umask(company, tmp_path):
    backup = tmp_path / "data/backup"
    assert entente(tmp_path, "backup", backup, "--database", company, umask=0).returncode == 0
    assert mode(tmp_path / "data") == "0o700"
    modes = {path.name: mode(path) for path in (tmp_path / "data").iterdir()}
    assert {"entente.sqlite", "backup"} <= modes.keys() and set(modes.values()) == {"0o600"}


def test_check_names_what_others_can_read(company, tmp_path):
    told = entente(tmp_path, "check", "--database", company)
    assert told.returncode == 0, told.stdout + told.stderr
    key = tmp_path / "key"
    assert entente(tmp_path, "key", "file", key, umask=0).returncode == 0
    for path, wrong, right in [
        (tmp_path / "data/entente.sqlite", 0o644, 0o600),
        (tmp_path / "data", 0o750, 0o700),
        (key, 0o604, 0o600),
    ]:
        path.chmod(wrong)
        told = entente(tmp_path, "check", "--database", company, "--key-file", key)
        assert told.returncode == 1
        assert told.stdout.strip() == f"{path} is open to others (mode 0{wrong:o}): chmod {right:o} {path}"
        path.chmod(right)
    assert entente(tmp_path, "check", "--database", company, "--key-file", key).returncode == 0
    missing = entente(tmp_path, "check", "--database", f"sqlite:{tmp_path}/nowhere.sqlite")
    assert missing.returncode == 78 and "nowhere.sqlite" in missing.stderr
    assert not (tmp_path / "nowhere.sqlite").exists()


def test_keys_are_sealed_with_the_key_file_and_open_with_nothing_else(company, tmp_path):
    def secrets():
        with sqlite3.connect(company.removeprefix("sqlite:")) as database:
            return [secret for (secret,) in database.execute("SELECT secret FROM enterprise_keys")]

    def told(*words):
        return entente(tmp_path, "key", "list", "--enterprise", "velora", "--database", company, *words)

    plain, files = secrets(), [tmp_path / "one", tmp_path / "two"]
    for file in files:
        assert entente(tmp_path, "key", "file", file).returncode == 0
        assert mode(file) == "0o600" and len(base64.b64decode(file.read_text())) == 32
    listed = told("--key-file", files[0])
    assert listed.returncode == 0 and listed.stdout == told("--key-file", files[0]).stdout
    data = (tmp_path / "data/entente.sqlite").read_bytes()
    assert len(plain) == 3 and not [secret for secret in plain if secret in data]
    for words in ([], ["--key-file", files[1]], ["--key-file", tmp_path / "none"]):
        refused = told(*words)
        assert refused.returncode == 78 and refused.stderr.startswith("entente: "), refused
        served = entente(tmp_path, "serve", "--listen", "127.0.0.1:0", "--database", company, *words)
        assert served.returncode == 78 and served.stderr == refused.stderr
    again = entente(tmp_path, "key", "reseal", "--database", company, "--key-file", files[0], "--new-key-file", files[1])
    assert again.returncode == 0, again.stderr
    assert told("--key-file", files[0]).returncode == 78
    assert told("--key-file", files[1]).stdout == listed.stdout
    os.chmod(files[1], 0o640)
    assert "chmod 600" in told("--key-file", files[1]).stderr


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "--listen", "nonsense"],
        ["serve", "--listen", "0.0.0.0:8080"],
        ["serve", "--origin", "nowhere"],
        ["serve", "--origin", "http://crm.example.org"],
        ["serve", "--trusted-proxy", "everybody"],
        ["serve", "--pull-every", "0"],
        ["serve", "--log-level", "loud"],
        ["migrate", "--database", "mysql:here"],
        ["migrate", "--config", "/nowhere.json"],
        ["token", "create", "--enterprise", "nobody", "--label", "x", "--member", "a@b.example"],
        ["link", "invite", "--enterprise", "nobody", "--label", "x"],
        ["restore", "/nowhere"],
        ["key", "reseal"],
        ["migrate", "--key-file", "/nowhere.key"],
    ],
    ids=" ".join,
)
def test_a_wrong_setting_is_told_in_one_sentence(tmp_path, words):
    result = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, cwd=tmp_path, env=ENVIRONMENT)
    told = result.stderr.strip()
    assert result.returncode != 0 and told
    assert "Fatal error" not in told and "StorageError" not in told and "(" not in told.split(":")[0]


def test_help_tells_every_command():
    help_ = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=60).stdout
    for word in ("serve", "demo", "migrate", "member", "enterprise", "token", "key", "backup", "restore", "purge", "check"):
        assert f"  {word}" in help_, word
        own = subprocess.run([BINARY, word, "--help"], capture_output=True, text=True, timeout=60)
        assert own.returncode == 0 and own.stdout.startswith("OVERVIEW")
