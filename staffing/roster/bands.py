"""Weeks whose starts lie close together, in the search over tours: each such week keeps to a window of starts for a while.

What a tour's dynamic program would have to remember (the earliest and the latest start so far) multiplies its states. So the
search forbids, week by week, all options outside one window as wide as the band allows, and draws another window around
what stands there before every sweep: a walk over windows, each of them searched exactly.
"""

from __future__ import annotations

import numpy as np

from staffing.grid import BoolArray
from staffing.roster.primitives import Choice, Program


class Windows:
    """The options that are allowed for now.

    Parameters
    ----------
    program
        With its bands.
    allowed
        Options that the other rules allow, shape (A, D, S); `now` begins as their copy.
    rng
        Draws the windows.
    """

    def __init__(self, program: Program, allowed: BoolArray, rng: np.random.Generator) -> None:
        self.program = program
        self.full = allowed
        self.now = allowed.copy()
        self.rng = rng

    def turn(self, choice: Choice) -> None:
        """Draw a window for every band: around what `choice` (A, D) has there, else any that has options."""
        for band in self.program.bands:
            days = np.array(band.days)
            values = self.program.measures[band.measure][days]
            full = self.full[band.agent, days]
            row = choice[band.agent, days]
            before = [x for x in (band.low, band.high) if x is not None]
            held = [*values[row >= 0, row[row >= 0]].tolist(), *before]
            if held and max(held) - min(held) > band.most:
                held = before
            first = np.unique(values[full])
            if held:
                near = first[(first <= min(held)) & (first >= max(held) - band.most)]
                first = near if len(near) else np.array([max(held) - band.most])
            if not len(first) or (held and max(held) - min(held) > band.most):
                self.now[band.agent, days] = False
                continue
            window = int(self.rng.choice(first))
            self.now[band.agent, days] = full & (values >= window) & (values <= window + band.most)
