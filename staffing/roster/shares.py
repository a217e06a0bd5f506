"""Burdens that are shared out fairly: how many there will be, and whose part of them is how large.

A burden is a kind of work that nobody is to have more of than others: weekends, unpopular shifts, nights, public
holidays, on-call duties. Shares are fixed before the search, so that they cannot move with the rota.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffing.grid import BoolArray, FloatArray, IntArray, read_only
from staffing.roster.duties import duties_of
from staffing.roster.options import Options
from staffing.roster.problem import LedgerEntry, RosterProblem
from staffing.roster.settings import Law

BURDENS = ("weekends", "unpopular", "nights", "holidays", "duties")
"""What is shared out; also columns of the ledger."""


@dataclass(frozen=True)
class Burden:
    """How much of a burden there is, and how it is parted.

    Attributes
    ----------
    expected
        How many are expected in the horizon (weekends with a shift, shifts).
    part
        Each agent's part, shape (A,); the sum is 1, or 0 where nobody may work them.
    """

    expected: float
    part: FloatArray

    def __post_init__(self) -> None:
        read_only(self)

    def share(self, carried: FloatArray) -> IntArray:
        """Fair share of each agent less what the ledger carries over, rounded half up, at least 0; shape (A,)."""
        share: IntArray = np.maximum(np.floor(self.expected * self.part - carried + 0.5), 0).astype(np.int64)
        return share


def is_night(law: Law, begin: int, end: int) -> bool:
    """Whether more of a shift than `law.night_hours` lies in the night; wall-clock minutes of its day."""
    start, stop = (t.hour * 60 + t.minute for t in (law.night_start, law.night_end))
    nights = ((start + k * 1440, stop + (k + (stop <= start)) * 1440) for k in (-1, 0, 1))
    return sum(max(0, min(end, hi) - max(begin, lo)) for lo, hi in nights) > law.night_hours * 60


def nights_of(problem: RosterProblem, options: Options) -> BoolArray:
    """Options that are night shifts (on-call duty is none), shape (S,)."""
    on_call = np.array([kind.on_call for kind in problem.shift_types], np.bool_)[options.type_of]
    spans = zip(options.start_minute.tolist(), (options.start_minute + options.length_minutes).tolist(), strict=True)
    night = np.array([is_night(problem.law, begin, end) for begin, end in spans], np.bool_)
    return np.asarray(night & ~on_call)


def carried(problem: RosterProblem, name: str) -> FloatArray:
    """A column of the ledger by agent, 0 where it has no row, shape (A,)."""
    entry = {e.agent: e for e in problem.ledger}
    return np.array([getattr(entry.get(x.id, LedgerEntry(x.id)), name) for x in problem.agents], dtype=np.float64)


def burdens_of(
    problem: RosterProblem,
    options: Options,
    allowed: BoolArray,
    agreed: FloatArray,
    weekends: tuple[tuple[int, ...], ...],
) -> dict[str, Burden]:
    """Every burden by its name in `BURDENS`; how many are expected `targets.make_targets` says.

    Parameters
    ----------
    problem, options
        The problem and its options.
    allowed
        Options that an agent may be given on a day, shape (A, D, S).
    agreed
        Agreed minutes of each agent in the horizon, shape (A,).
    weekends
        Days of each weekend.
    """
    grid = problem.grid
    need = np.nan_to_num(problem.required).sum(axis=0)
    total = float(need.sum())
    serves = np.array([not k.on_call for k in problem.shift_types], dtype=np.bool_)[options.type_of]
    pairs = np.stack([options.type_of, options.start_minute])
    _, which, placements = np.unique(pairs, axis=1, return_inverse=True, return_counts=True)
    one_each = 1 / placements[which.ravel()]  # every type and start counts once, however its breaks may lie

    def cover_by(chosen: BoolArray) -> FloatArray:
        line = np.zeros(len(grid) + 1)
        usable = options.valid & chosen
        weight = np.broadcast_to(one_each, usable.shape)[usable]
        np.add.at(line, options.first[usable], weight)
        np.add.at(line, (options.first + options.length)[usable], -weight)
        return np.cumsum(line)[:-1]

    covering = cover_by(serves)

    def by_need(chosen: BoolArray) -> float:
        """Share of the needed hours that such options serve, of all that can."""
        if not total or not chosen.any():
            return 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(covering > 1e-9, cover_by(chosen & serves) / covering, 0.0)
        return float((need * part).sum()) / total

    def on_days(days: IntArray) -> float:
        """Share of the needed hours that lies on some days."""
        return float(need[np.isin(grid.day, days)].sum()) / total if total else 0.0

    def parted(fraction: float, usable: BoolArray, per: float) -> Burden:
        """Burden of shifts that serve a share of the needed hours, `per` shifts to each."""
        paid = options.paid_minutes[usable]
        who = np.asarray((allowed & usable[None]).any(axis=(1, 2)))
        part = np.where(who, agreed, 0.0)
        if not fraction or not len(paid) or not paid.any() or not part.sum():
            return Burden(0.0, part / part.sum() if part.sum() else part)
        return Burden(fraction * float(agreed.sum()) / float(paid.mean()) / per, part / part.sum())

    def of_days(days: IntArray) -> BoolArray:
        usable = np.zeros_like(options.valid)
        usable[days] = options.valid[days]
        return usable

    def counted(expected: float, usable: BoolArray) -> Burden:
        """Burden of which the number is known."""
        part = np.where(np.asarray((allowed & usable[None]).any(axis=(1, 2))), agreed, 0.0)
        return Burden(expected if part.sum() else 0.0, part / part.sum() if part.sum() else part)

    on_call = ~serves
    called = {duty.kind: float(duty.heads.sum()) for duty in duties_of(problem)}
    unpopular = np.array([k.unpopular for k in problem.shift_types], dtype=np.bool_)[options.type_of]
    disliked = sum(n for kind, n in called.items() if problem.shift_types[kind].unpopular)
    in_rows = parted(by_need(unpopular), options.valid & (unpopular & serves)[None], 1.0)
    nights = nights_of(problem, options)
    weekend = np.array([d for days in weekends for d in days], dtype=np.int64)
    holidays = np.array([d for d, day in enumerate(grid.dates) if day in problem.holidays], dtype=np.int64)
    return {
        "weekends": parted(on_days(weekend), of_days(weekend), 2.0),
        "unpopular": counted(in_rows.expected + disliked, options.valid & unpopular[None]),
        "nights": parted(by_need(nights), options.valid & nights[None], 1.0),
        "holidays": parted(on_days(holidays), of_days(holidays), 1.0),
        "duties": counted(sum(called.values()), options.valid & on_call[None]),
    }
