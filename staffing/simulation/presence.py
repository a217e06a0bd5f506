"""Who of the people on duty is there: absence of whole shifts and spells away from contacts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from staffing.grid import FloatArray

SPELL_EVERY = 7200.0
"""Seconds on duty to every spell away."""


def luck(rng: np.random.Generator, days: int, people: int) -> FloatArray:
    """One uniform number per day and person, shape (days + 1, people), the last row for shifts after the horizon.

    By person and day and not by shift, so that the same people are ill in scenarios with other shifts.
    """
    out: FloatArray = rng.random((days + 1, people))
    return out


def step_away(table: npt.NDArray[np.void], away: float, rng: np.random.Generator) -> npt.NDArray[np.void]:
    """Cut spells out of stretches of work (dtype `records.STRETCH`), the share `away` of each, and sort by start.

    A stretch has one spell per two hours, at least one, each at a random place in its equal part of the stretch.
    """
    length = table["end"] - table["start"]
    spells = np.maximum(1, np.round(length / SPELL_EVERY)).astype(np.int64)
    part = length / spells
    of = np.repeat(np.arange(len(table)), spells)
    number = np.arange(len(of)) - np.repeat(np.cumsum(spells) - spells, spells)
    leave = table["start"][of] + (number + rng.random(len(of)) * (1 - away)) * part[of]
    out = np.repeat(table, spells + 1)
    first = np.cumsum(spells + 1) - (spells + 1)
    later = np.ones(len(out), dtype=np.bool_)
    later[first] = False
    earlier = np.ones(len(out), dtype=np.bool_)
    earlier[first + spells] = False
    out["start"][later] = leave + away * part[of]
    out["end"][earlier] = leave
    out["gap"][later] = away * part[of]
    out["last"][earlier] = 0
    return out[np.argsort(out["start"], kind="stable")]
