"""Stands before the search path of a stack that lacks a mechanism: Python runs this at the start of each process."""

import os

if os.environ.get("STEWARD_WITHOUT"):
    from tools.faults.without import MECHANISMS

    for replaced in MECHANISMS[os.environ["STEWARD_WITHOUT"]]():
        setattr(replaced.owner, replaced.name, replaced.value)
