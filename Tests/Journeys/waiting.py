# SPDX-License-Identifier: Apache-2.0
"""Waiting, without ever sleeping for a fixed time."""

import concurrent.futures
import time


def wait_for(condition, what, seconds=30):
    """Asks again and again until the answer is true, and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.03)


def together(*bodies):
    """Runs them at the same time and returns their results, in order."""
    with concurrent.futures.ThreadPoolExecutor(len(bodies)) as pool:
        return [future.result() for future in [pool.submit(body) for body in bodies]]
