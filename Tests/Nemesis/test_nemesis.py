# SPDX-License-Identifier: Apache-2.0
"""A short, seeded run of what `bin/nemesis` does for as long as one likes."""

import pathlib
import subprocess
import sys

import pytest

PROGRAM = pathlib.Path(__file__).with_name("nemesis.py")


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_every_promise_is_kept_under_faults(engine):
    words = [sys.executable, str(PROGRAM), "--seed", "1", "--rounds", "4", "--engine", engine, "--verbose"]
    # In a name space of its own no disk stays mounted, however it ends.
    own = ["unshare", "-m"] if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode == 0 else []
    result = subprocess.run([*own, *words], capture_output=True, text=True, timeout=1200)
    assert result.returncode == 0, result.stdout + result.stderr
    print(result.stdout)
