# SPDX-License-Identifier: Apache-2.0
"""What an administrator does on the command line, with real databases."""

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
    for word in ("serve", "demo", "migrate", "member", "enterprise", "token", "key", "backup", "restore"):
        assert f"  {word}" in help_, word
        own = subprocess.run([BINARY, word, "--help"], capture_output=True, text=True, timeout=60)
        assert own.returncode == 0 and own.stdout.startswith("OVERVIEW")
