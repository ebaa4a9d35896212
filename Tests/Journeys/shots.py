# SPDX-License-Identifier: Apache-2.0
"""Where screenshots go, which are never kept in the repository."""

import os
import pathlib
import tempfile


def shots_folder():
    """Where screenshots go when ENTENTE_SHOTS is set: the folder it names, or a temporary one."""
    wanted = os.environ.get("ENTENTE_SHOTS", "")
    path = pathlib.Path(wanted) if "/" in wanted else pathlib.Path(tempfile.gettempdir()) / "entente-shots"
    path.mkdir(parents=True, exist_ok=True)
    return path
