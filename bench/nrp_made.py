"""Made instances in the public nurse rostering format, of any size, each with a legal roster.

``python -m bench.nrp_made --staff A --weeks W --types S [--minutes 480,600] [--seed N] --out FILE``

Rules, prices and their tightness are those of the public instances. A hidden roster that keeps every rule is drawn first; days
off, minutes and limits lie round it, and the need is what it covers, moved by one here and there.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from staffing.grid import BoolArray, IntArray

BLOCKS = "adpn"
"""Early, day, late and night shifts; none follows a later one on the next day."""


@dataclass(frozen=True)
class Kind:
    """A contract: days in a row at most and at least, days off in a row at least, days and weekends at most per week."""

    longest: int
    shortest: int
    shortest_off: int
    days: float
    weekends: float


KINDS = (Kind(5, 2, 2, 4.5, 0.5), Kind(6, 2, 3, 4.5, 0.5), Kind(5, 1, 2, 2.5, 0.75))
"""Full time, full time in longer blocks, part time."""


class Days:
    """Legal rows of days on and off under a contract, drawn at random.

    States are (length of the run of work, or minus that of days off; days worked so far; weekends worked so far; whether this
    weekend is); `_open[d]` tells from which of them the horizon can still end well.
    """

    def __init__(self, kind: Kind, weeks: int) -> None:
        self.D = 7 * weeks
        self.kind = kind
        self.most, self.weekends = int(kind.days * weeks), max(1, int(kind.weekends * weeks))
        shape = (kind.longest + kind.shortest_off + 1, self.most + 2, self.weekends + 2, 2)
        ends = np.zeros(shape, np.bool_)
        ends[:, max(0, self.most - max(1, weeks // 4)) : self.most + 1, : self.weekends + 1] = True
        self._open = [ends]
        for d in range(self.D - 1, -1, -1):
            now = np.zeros(shape, np.bool_)
            for run in self._runs():
                for work in (False, True):
                    then = self._step(run, work)
                    if then is not None:
                        now[run] |= self._after(self._open[0][then], d, work)
            self._open.insert(0, now)

    def _runs(self) -> range:
        return range(-self.kind.shortest_off, self.kind.longest + 1)

    def _step(self, run: int, work: bool) -> int | None:
        """Run after a day; None where it breaks a rule."""
        k = self.kind
        if work:
            if run < 0:
                return 1 if run <= -k.shortest_off else None
            return run + 1 if run < k.longest else None
        if run > 0:
            return -1 if run >= k.shortest else None
        return max(run - 1, -k.shortest_off)

    @staticmethod
    def _after(table: BoolArray, d: int, work: bool) -> BoolArray:
        """What a day makes of days worked, weekends worked, and whether this one is; shape as one state's table."""
        out = np.zeros_like(table)
        if d % 7 < 5:
            shifted = table[1:, :, :1] if work else table[:-1, :, :1]
            out[:-1] = shifted
        elif not work:
            out[:] = table if d % 7 == 5 else table[:, :, :1]
        else:
            hit = 1 if d % 7 == 5 else 0
            out[:-1, :-1, 0] = table[1:, 1:, hit]
            out[:-1, :, 1] = table[1:, :, hit]
        return out

    def draw(self, rng: np.random.Generator) -> BoolArray:
        """A row, shape (D,)."""
        row = np.zeros(self.D, np.bool_)
        run, days, weekends, hit = -self.kind.shortest_off, 0, 0, 0
        for d in range(self.D):
            for work in rng.permutation([True, True, False]).tolist():
                then = self._step(run, work)
                if then is None or not self._after(self._open[d + 1][then], d, work)[days, weekends, hit]:
                    continue
                row[d], run = work, then
                if work:
                    days += 1
                    if d % 7 >= 5:
                        weekends, hit = weekends + 1 - hit, 1
                if d % 7 == 6:
                    hit = 0
                break
        return row


def _types(rng: np.random.Generator, row: BoolArray, block: IntArray, may: BoolArray) -> IntArray:
    """A shift type for each day worked, blocks never falling within a run; -1 for a day off."""
    out = np.full(len(row), -1, np.int64)
    for d in np.nonzero(row)[0].tolist():
        least = block[out[d - 1]] if d and out[d - 1] >= 0 else 0
        fit = np.nonzero(may & (block >= least))[0]
        near = fit[block[fit] <= block[fit].min() + (rng.random() < 0.3)]
        start = least == 0 and (d == 0 or out[d - 1] < 0)
        out[d] = rng.choice(fit if start else near)
    return out


def made(staff: int, weeks: int, types: int, minutes: Sequence[int] = (480,), seed: int = 1) -> str:
    """The text of an instance.

    Parameters
    ----------
    staff, weeks, types
        Its size.
    minutes
        Lengths of shift types: the first for most of them, the others for the last blocks.
    seed
        Of every random choice.
    """
    rng = np.random.default_rng(seed)
    D = 7 * weeks
    block = np.sort(np.arange(types) % len(BLOCKS)) if types > 1 else np.zeros(1, np.int64)
    length = np.array([minutes[max(0, len(minutes) - 1 - int(block.max() - b))] for b in block])
    names = [f"{BLOCKS[b]}{i}" for i, b in enumerate(block.tolist())]
    kinds = [KINDS[0] if a < 0.6 * staff else KINDS[1] if a < 0.85 * staff else KINDS[2] for a in range(staff)]
    drawers = {kind: Days(kind, weeks) for kind in set(kinds)}
    may = rng.random((staff, types)) < 0.75
    may[np.arange(staff), rng.integers(types, size=staff)] = True
    hidden = np.stack([_types(rng, drawers[kind].draw(rng), block, may[a]) for a, kind in enumerate(kinds)])
    worked = np.where(hidden >= 0, length[hidden], 0).sum(axis=1)
    lines = ["SECTION_HORIZON", str(D), "", "SECTION_SHIFTS"]
    lines += [
        f"{n},{m},{'|'.join(names[j] for j in range(types) if block[j] < block[i])}"
        for i, (n, m) in enumerate(zip(names, length, strict=True))
    ]
    lines += ["", "SECTION_STAFF"]
    for a, kind in enumerate(kinds):
        group = [worked[b] for b in range(staff) if kinds[b] == kind]
        limits = []
        for s in range(types):
            used = int((hidden[a] == s).sum())
            seldom = used + 1 if block[s] == len(BLOCKS) - 1 else D
            limits.append(f"{names[s]}={seldom if may[a, s] else 0}")
        k = drawers[kind]
        lines.append(
            f"{employee(a)},{'|'.join(limits)},{max(group)},{min(group)},"
            f"{kind.longest},{kind.shortest},{kind.shortest_off},{k.weekends}"
        )
    lines += ["", "SECTION_DAYS_OFF"]
    for a in range(staff):
        free = np.nonzero(hidden[a] < 0)[0]
        some = np.sort(rng.choice(free, min(len(free), max(1, weeks * 5 // 8)), replace=False))
        lines.append(",".join([employee(a), *map(str, some.tolist())]))
    for sign, rate in (("ON", 1.2), ("OFF", 0.5)):
        lines += ["", f"SECTION_SHIFT_{sign}_REQUESTS"]
        for a in range(staff):
            for d in np.sort(rng.choice(D, min(D, int(rng.poisson(rate * weeks))), replace=False)).tolist():
                s = int(rng.choice(np.nonzero(may[a])[0]))
                lines.append(f"{employee(a)},{d},{names[s]},{rng.integers(1, 4)}")
    lines += ["", "SECTION_COVER"]
    for d in range(D):
        for s in range(types):
            got = int((hidden[:, d] == s).sum())
            lines.append(f"{d},{names[s]},{max(0, got + int(rng.choice([-1, 0, 0, 0, 1])))},100,1")
    return "\n".join(lines) + "\n"


def employee(a: int) -> str:
    """The name of an employee."""
    return f"E{a}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--staff", type=int, required=True)
    parser.add_argument("--weeks", type=int, required=True)
    parser.add_argument("--types", type=int, required=True)
    parser.add_argument("--minutes", type=lambda x: tuple(map(int, x.split(","))), default=(480,))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.write_text(made(args.staff, args.weeks, args.types, args.minutes, args.seed))


if __name__ == "__main__":
    main()
