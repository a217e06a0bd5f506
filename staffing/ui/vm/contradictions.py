"""Why there is no rota: who is asked for what cannot be, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from staffing.roster.rules.messages import REPAIR, TOGETHER


@dataclass(frozen=True)
class Contradiction:
    """What one person is asked for and cannot do.

    Attributes
    ----------
    who
        The person; empty for what is said of the whole team.
    demands
        That cannot hold together; none of them can be left out of the list.
    repair
        Those of them whose giving up costs least; empty where none is known.
    """

    who: str
    demands: tuple[str, ...]
    repair: tuple[str, ...] = ()


def contradictions(lines: Iterable[str]) -> tuple[Contradiction, ...]:
    """Contradictions from the lines of `RosterResult.conflicts`, in their order.

    Examples
    --------
    >>> found = contradictions(["Anna: E on Monday", "Anna: a day off on Monday", "cheapest repair, give up: Anna: E on Monday"])
    >>> [(c.who, len(c.demands), c.repair) for c in found]
    [('Anna', 2, ('E on Monday',))]
    """
    found: list[Contradiction] = []
    for line in lines:
        mending = line.startswith(REPAIR)
        who, mark, what = line.removeprefix(REPAIR).partition(": ")
        if not mark or line.startswith(TOGETHER):
            who, what = "", line
        last = found[-1] if found else None
        if last is not None and last.who == who and (mending or not last.repair):
            demands, repair = last.demands, last.repair
            found[-1] = Contradiction(
                who, demands if mending else (*demands, what), (*repair, what) if mending else repair
            )
        else:
            found.append(Contradiction(who, () if mending else (what,), (what,) if mending else ()))
    return tuple(found)
