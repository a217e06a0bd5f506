"""Times pyworkforce on a month of intervals; run by `bench.queueing` with the Python that has it installed.

Reads one JSON object from standard input and writes one to standard output; imports nothing of ours.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from typing import Any


def main() -> None:
    case = json.load(sys.stdin)
    from pyworkforce import queuing

    minutes = case["interval_seconds"] / 60.0
    common = {"aht": case["aht_seconds"] / 60.0, "asa": case["threshold_seconds"] / 60.0, "interval": minutes}
    out: dict[str, Any] = {"version": version("pyworkforce")}
    for model, extra in (("ErlangC", {}), ("ErlangA", {"patience": case["patience_seconds"] / 60.0})):
        if not hasattr(queuing, model):
            continue
        contacts = case["contacts"][:: 1 if model == "ErlangC" else case["every"]]
        begun = time.process_time()
        answers = [
            getattr(queuing, model)(transactions=count, **common, **extra).required_positions(case["service_level"])
            for count in contacts
        ]
        out[model] = {
            "seconds_each": (time.process_time() - begun) / len(contacts),
            "agents": [answer["raw_positions"] for answer in answers],
        }
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
