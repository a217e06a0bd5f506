"""Print the JSON Schema of scenario files, for editors that complete and check them."""

from __future__ import annotations

import argparse
import json

from staffing.scenario import schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The schema takes no arguments of its own."""


def run(args: argparse.Namespace) -> int:
    """Print the schema."""
    print(json.dumps(schema(), indent=1, ensure_ascii=False))
    return 0
