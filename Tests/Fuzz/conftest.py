# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys
import tempfile

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "Journeys")]


@pytest.fixture(scope="session")
def postgres_folder():
    """The path of PostgreSQL's socket must be short."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        yield pathlib.Path(folder)
