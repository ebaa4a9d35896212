# SPDX-License-Identifier: Apache-2.0
"""A short, seeded run of what `bin/fuzz` does for hours."""

import pytest

from fuzz import Target


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def target(request, postgres_folder):
    target = Target(postgres_folder / request.param, request.param)
    # The other half is for the other engine.
    target.half = ["sqlite", "postgres"].index(request.param)
    yield target
    target.stop()


def told(faults):
    return "\n\n".join(f"✗ {title}\n{text}" for title, text in faults.items())


def test_the_api_is_as_it_is_described_whatever_is_sent(target):
    fuzz = target.fuzz_api(seed=1, examples=2, half=target.half)
    assert fuzz.requests > 200 and not fuzz.faults, told(fuzz.faults)


def test_a_connection_that_hardly_speaks_http_harms_nobody(target):
    fuzz = target.fuzz_http(seed=1, count=300)
    assert not fuzz.faults, told(fuzz.faults)


def test_no_event_of_a_linked_company_surprises_a_node(target):
    fuzz = target.fuzz_exchange(seed=1, count=250)
    assert not fuzz.faults, told(fuzz.faults)
