"""Write an example team: scenario, what-ifs, and tables with thirteen months of history.

The same seed and size always give the same files.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``staffing example``."""
    parser.add_argument("--seed", type=int, default=1, help="any whole number (default 1)")
    parser.add_argument("--agents", type=int, default=40, help="size of the team, 10 to 1000 (default 40)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write into")


def run(args: argparse.Namespace) -> int:
    """Write the files and say what to do with them."""
    from staffing.example import write_example

    written = write_example(args.out, args.seed, args.agents)
    if args.json:
        print(json.dumps({"seed": args.seed, "agents": args.agents, "files": [str(p) for p in written]}))
        return 0
    print(f"wrote {len(written)} files for a team of {args.agents} into {args.out}")
    print(f"next: staffing plan {written[0]} --out out/")
    return 0
