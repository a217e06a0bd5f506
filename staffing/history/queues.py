"""Which of a file's rows belong to which of our queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd

from staffing.errors import Problems
from staffing.frames import LISTED, Table, plain
from staffing.grid import IntArray
from staffing.history.listing import Listing

ALL = "all"
"""Name of the only queue of a file without a queue column."""


def queue_names(tables: Sequence[Table], mapped: Mapping[str, str], known: Sequence[str]) -> tuple[str, ...]:
    """Names of our queues: those of the scenario, else what the files hold, in order of appearance."""
    if known:
        return tuple(known)
    if mapped:
        return tuple(dict.fromkeys(mapped.values()))
    names = [str(n) for t in tables if "queue" in t for n in pd.unique(t.text("queue")) if n]
    return tuple(dict.fromkeys(names)) or (ALL,)


def assign(
    tables: Sequence[Table],
    mapped: Mapping[str, str],
    queues: Sequence[str],
    problems: Problems,
    listing: Listing,
) -> list[IntArray]:
    """Index of our queue for each row of each table, -1 for rows that are left out.

    Rows of queues that are not ours are left out and listed. Where at the same time one of ours has no row at all, and
    no mapping says that this is meant, it is taken for a misspelling and told as a problem.
    """
    index = {plain(q): i for i, q in enumerate(queues)}
    own = {plain(theirs): ours for theirs, ours in mapped.items()}
    for theirs, ours in mapped.items():
        if ours not in queues:
            problems.add(
                "history.queues", f"{theirs!r} is mapped to the unknown queue {ours!r}", f"one of: {', '.join(queues)}"
            )
    out, seen, foreign = [], set(), []
    for table in tables:
        if "queue" not in table:
            if len(queues) > 1:
                problems.add(
                    f"{table.name} row 1",
                    f"column 'queue' is missing, and the scenario has {len(queues)} queues",
                    'add it, or map it under [history]: columns = { queue = "..." }',
                )
            elif queues != (ALL,):
                listing.add(table.name, "queue", f"no column 'queue': every row is read as {queues[0]!r}", len(table))
            out.append(np.zeros(len(table), dtype=np.int64))
            seen.add(0)
            continue
        codes, names = pd.factorize(table.text("queue"))
        meant = [index.get(plain(own.get(plain(str(n)), str(n))), -1) for n in names]
        row_queue = np.array([*meant, -1], dtype=np.int64)[codes]
        seen.update(meant)
        out.append(row_queue)
        for code, name in enumerate(names):
            if meant[code] < 0 and name:
                foreign.append((table, str(name), np.flatnonzero(codes == code)))
    lost = [q for i, q in enumerate(queues) if i not in seen]
    for table, name, rows in foreign[:LISTED]:
        close = get_close_matches(plain(name), [plain(q) for q in lost], 1, 0.5)
        likely = next((q for q in lost if close and plain(q) == close[0]), lost[0] if lost else "...")
        if lost and not mapped:
            problems.add(
                table.where(int(rows[0]), "queue"),
                f"unknown queue {name!r} in {len(rows)} rows, while {', '.join(map(repr, lost))} has none",
                f'map it under [history]: queues = {{ "{name}" = "{likely}" }}',
            )
        else:
            listing.add(table.where(int(rows[0])), "queue", f"queue {name!r} is not planned: left out", len(rows))
    if len(foreign) > LISTED:
        count = sum(len(rows) for _, _, rows in foreign[LISTED:])
        listing.add("history", "queue", f"{len(foreign) - LISTED} more queues are not planned: left out", count)
    for queue in lost if mapped or not foreign else ():
        listing.add(queue, "gap", "has no row in the history", 0)
    return out
