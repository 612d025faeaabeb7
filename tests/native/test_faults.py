"""One fault of `make faults` on the real stack; docs/reliability.md has the table of all of them."""

import pytest

from tools.faults.faults import FAULTS
from tools.faults.running import Trial
from tools.faults.stack import Stack
from tools.faults.table import explained

pytestmark = pytest.mark.real


def test_a_broker_that_hangs_and_is_killed_costs_nobody_anything(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("faults")) as stack:
        row = Trial(stack).run(FAULTS["broker-hung"], seconds=6, lasting=2)
    assert row.holds, list(explained(row))
    assert row.acknowledged > 0
