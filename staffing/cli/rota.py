"""A scenario and a rota of it: what commands about a rota that stands are given."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from staffing.roster.problem import Roster, RosterProblem
    from staffing.scenario import Scenario


def add_rota_arguments(parser: argparse.ArgumentParser) -> None:
    """The scenario, the rota, and the need it is judged by."""
    parser.add_argument("scenario", type=Path, help="scenario file (TOML)")
    parser.add_argument("roster", type=Path, help="rota as in roster.csv")
    parser.add_argument(
        "--need",
        type=Path,
        metavar="COVERAGE.csv",
        help="need of a finished plan; else the one beside the rota, else a new forecast",
    )


def read_judged(args: argparse.Namespace, scenario: Scenario) -> tuple[RosterProblem, Roster]:
    """What the rota is judged by, and the rota."""
    from staffing.plan import need_beside, problem_for
    from staffing.roster.rota import read_rota

    problem = problem_for(scenario, args.need or need_beside(args.roster))
    return problem, read_rota(args.roster, problem)
