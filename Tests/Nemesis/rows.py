# SPDX-License-Identifier: Apache-2.0
"""What stands in a node's database, the same from both engines."""

import contextlib
import json
import pathlib
import sqlite3
import subprocess
import uuid

# PostgreSQL's own programs: what Debian has in the path looks for them at each call.
PROGRAMS = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]), default=None)


def rows(node, query):
    """Each row as a dictionary: ids as text, other bytes in hexadecimal."""
    if node.is_sqlite:
        with contextlib.closing(sqlite3.connect(node.file, timeout=60)) as database:
            database.row_factory = sqlite3.Row
            return [{name: plain(row[name]) for name in row.keys()} for row in database.execute(query)]
    result = subprocess.run(
        [str(PROGRAMS / "psql"), "-XqAt", "-c", f"SELECT row_to_json(found) FROM ({query}) found", node.database],
        capture_output=True,
        text=True,
        check=True,
    )
    found = (json.loads(line) for line in result.stdout.splitlines())
    return [{name: unescaped(value) for name, value in row.items()} for row in found]


def plain(value):
    if not isinstance(value, bytes):
        return value
    return str(uuid.UUID(bytes=value)) if len(value) == 16 else value.hex()


def unescaped(value):
    return value[2:] if isinstance(value, str) and value.startswith("\\x") else value


def everything(node):
    """All that a node keeps: every byte of its files, or every row on PostgreSQL, whose files belong to all."""
    if node.is_sqlite:
        return node.raw()
    return subprocess.run([str(PROGRAMS / "pg_dump"), "--inserts", node.database], capture_output=True, check=True).stdout
