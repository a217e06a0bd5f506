"""Time-varying load and staffing: what steady-state formulas miss.

`transient_service` is exact for M_t/M/s_t+M: Poisson arrivals, exponential handling times and patience, all constant
inside each interval, carried from interval to interval with whatever queue is there. `modified_offered_load` shifts
and smooths the load for large systems, `fluid_backlog` follows an overload where randomness no longer matters.

References: Jensen (1953) and Grassmann (1977), uniformisation; Ingolfsson, Akhmetshina, Budge, Li and Wu (2007),
survey of methods for time-varying staffing; Jagerman (1975) and Massey and Whitt (1994), modified offered load;
Mandelbaum, Massey, Reiman and Rider (1999), fluid limits with abandonment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from staffing.errors import InputError, Problem
from staffing.grid import FloatArray, IntArray, read_only
from staffing.queueing.arguments import check_range, flat, refuse

MAX_STATES = 20_000
"""Largest number of contacts in the system that `transient_service` follows one by one."""
_LOST = 1e-13
"""Probability of the last state up to which the chain's end is out of sight."""


@dataclass(frozen=True)
class TransientService:
    """Service by interval, each of shape (T,).

    Attributes
    ----------
    service_level
        Share of the contacts that arrive in the interval which are answered within the threshold; 1 where none arrives.
    wait_probability
        Share of them that finds all agents busy.
    abandonment
        Abandonments in the interval / arrivals in the interval (may exceed 1 while a queue drains); 0 where none
        arrives.
    mean_queue
        Mean number waiting.
    occupancy
        Share of the agents' time on contacts; 0 where there are none.
    end_wait_probability, end_queue
        Probability that all agents are busy, and mean number waiting, at the end of the interval.
    """

    service_level: FloatArray
    wait_probability: FloatArray
    abandonment: FloatArray
    mean_queue: FloatArray
    occupancy: FloatArray
    end_wait_probability: FloatArray
    end_queue: FloatArray

    def __post_init__(self) -> None:
        read_only(self)


def transient_service(
    contacts: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    interval_seconds: float,
    patience_seconds: npt.ArrayLike = math.inf,
    threshold_seconds: float = 20.0,
    start: npt.ArrayLike | None = None,
) -> TransientService:
    """Exact service of a queue whose load and staffing change from interval to interval.

    Parameters
    ----------
    contacts
        Expected contacts per interval, shape (T,).
    agents
        Whole agents per interval, shape (T,) or one number. Where agents leave, contacts beyond the rest go back to
        the head of the queue; an agent who finishes the contact first makes the service a little better than this.
    aht_seconds, patience_seconds
        Per interval or one number; patience may be infinite.
    interval_seconds
        Length of an interval.
    threshold_seconds
        Threshold of the service level; the wait may run on through following intervals, and after the last one with its
        staffing.
    start
        Probabilities of 0, 1, ... contacts in the system at the start; None: empty.

    Raises
    ------
    InputError
        For values out of range, or a queue that may grow beyond `MAX_STATES` contacts.

    Examples
    --------
    A burst of calls, and what is left of it an interval later:

    >>> service = transient_service([6, 40, 6], 5, 180, 900, patience_seconds=150)
    >>> service.service_level.round(3).tolist()
    [0.997, 0.336, 0.882]
    """
    refuse(
        [
            *check_range("contacts", contacts),
            *check_range("agents", agents, high=MAX_STATES, whole=True),
            *check_range("aht_seconds", aht_seconds, above=True),
            *check_range("interval_seconds", interval_seconds, above=True),
            *check_range("patience_seconds", patience_seconds, above=True, finite=False),
            *check_range("threshold_seconds", threshold_seconds),
            *check_range("start", start, 0.0, 1.0),
        ]
    )
    _, (calls, staff, aht, patience) = flat(np.atleast_1d(np.asarray(contacts)), agents, aht_seconds, patience_seconds)
    steps = _Steps(calls / interval_seconds, staff.astype(np.int64), 1.0 / aht, 1.0 / patience, float(interval_seconds))
    first = np.array([1.0]) if start is None else np.asarray(start, dtype=np.float64)
    if not math.isclose(float(first.sum()), 1.0, abs_tol=1e-9):
        raise InputError([Problem("start", f"the probabilities add up to {first.sum():g}", "they must add up to 1")])
    peak = float(np.max(calls / interval_seconds * aht, initial=0.0))
    size = int(max(np.max(staff, initial=0), peak) + 12 * math.sqrt(peak + 1) + 40) + first.size
    while True:
        table, edge = _run(steps, np.concatenate([first, np.zeros(size - first.size)]), float(threshold_seconds))
        if edge <= _LOST:
            return TransientService(*table.T.copy())
        if size >= MAX_STATES:
            problem = Problem(
                "contacts",
                f"the queue may grow beyond {MAX_STATES} contacts",
                "use modified_offered_load or fluid_backlog for systems of this size",
            )
            raise InputError([problem])
        size = min(2 * size, MAX_STATES)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Rates per second and agents of each interval."""

    arrival: FloatArray
    agents: IntArray
    service: FloatArray
    leave: FloatArray
    seconds: float


def _run(steps: _Steps, state: FloatArray, threshold: float) -> tuple[FloatArray, float]:
    """Go through all intervals: the table of `TransientService`, and the largest probability of the last state."""
    from staffing.queueing.kernels.chains import forward

    count = np.arange(state.size)
    table = np.zeros((len(steps.arrival), 7))
    edge = 0.0
    nodes, weights = np.polynomial.legendre.leggauss(12)
    for i, (lam, n, mu, theta) in enumerate(zip(steps.arrival, steps.agents, steps.service, steps.leave, strict=True)):
        waiting, busy = np.maximum(count - n, 0), np.minimum(count, n)
        spent = np.zeros(state.size)
        good = 0.0
        cuts = _cuts(steps, i, threshold)
        for a, b in pairwise(cuts):
            if not _changes(steps, i, b + threshold):
                part = np.zeros(state.size)
                forward(state, lam, int(n), mu, theta, b - a, part)
                good += float(part @ _answered(steps, i, 0.0, threshold, state.size))
                spent += part
                continue
            # The wait runs into another staffing: how it ends depends on when it begins.
            now = a
            for x, w in zip(nodes, weights, strict=True):
                at = a + 0.5 * (b - a) * (1.0 + x)
                forward(state, lam, int(n), mu, theta, at - now, spent)
                good += 0.5 * (b - a) * w * float(state @ _answered(steps, i, at, threshold, state.size))
                now = at
            forward(state, lam, int(n), mu, theta, b - now, spent)
        mean = spent / steps.seconds
        table[i] = (
            min(good / steps.seconds, 1.0) if lam > 0 else 1.0,
            mean[n:].sum(),
            theta * float(mean @ waiting) / lam if lam > 0 else 0.0,
            mean @ waiting,
            mean @ busy / n if n > 0 else 0.0,
            state[n:].sum(),
            state @ waiting,
        )
        edge = max(edge, float(mean[-1]), float(state[-1]))
    return table, edge


def _cuts(steps: _Steps, interval: int, threshold: float) -> list[float]:
    """Instants of an interval at which the window of the threshold begins to reach into another one."""
    last = len(steps.arrival) - 1
    ends = [(k + 1) * steps.seconds - threshold for k in range(last - interval)]
    inside = {end for end in ends if 0.0 < end < steps.seconds}
    return sorted({0.0, steps.seconds} | inside)


def _changes(steps: _Steps, interval: int, until: float) -> bool:
    """Whether anything but arrivals changes before `until` seconds after the interval's start."""
    reach = min(math.ceil(until / steps.seconds - 1e-12), len(steps.arrival) - interval)
    window = slice(interval, interval + max(reach, 1))
    return any(np.any(v[window] != v[interval]) for v in (steps.agents, steps.service, steps.leave))


def _answered(steps: _Steps, interval: int, at: float, threshold: float, size: int) -> FloatArray:
    """Probability that a contact which finds n in the system `at` seconds into the interval is answered in time."""
    from staffing.queueing.kernels.chains import backward

    stretches: list[tuple[int, float]] = []
    left, k, now = threshold, interval, at
    while left > 0.0:
        room = steps.seconds - now if k < len(steps.arrival) - 1 else math.inf
        stretches.append((k, min(room, left)))
        left -= stretches[-1][1]
        k, now = k + 1, 0.0
    ahead = np.zeros(size)
    later = interval
    for step, (k, seconds) in enumerate(reversed(stretches)):
        if step > 0:
            ahead = _restaffed(ahead, int(steps.agents[later] - steps.agents[k]))
        backward(ahead, int(steps.agents[k]), steps.service[k], steps.leave[k], seconds)
        later = k
    n = int(steps.agents[interval])
    out = np.ones(size)
    out[n:] = ahead[: size - n]
    return out


def _restaffed(ahead: FloatArray, more: int) -> FloatArray:
    """Chance with j ahead just before `more` agents come (some of the queue is taken at once) or go."""
    if more == 0:
        return ahead
    out = np.ones_like(ahead) if more > 0 else np.full_like(ahead, ahead[-1])
    if more > 0:
        out[more:] = ahead[: ahead.size - more]
    else:
        out[:more] = ahead[-more:]
    return out


def modified_offered_load(
    contacts: npt.ArrayLike, aht_seconds: npt.ArrayLike, interval_seconds: float, start: float = 0.0
) -> FloatArray:
    """Mean number of contacts in hand if there were always an agent: the load as it is felt, later and smoother.

    With m' = lambda - m / AHT inside each interval; its mean over the interval is what Erlang's formulas should be
    given instead of contacts * AHT / interval where handling takes long against the change of the load.

    Parameters
    ----------
    contacts, aht_seconds
        Per interval, shape (T,); one AHT may serve for all.
    interval_seconds
        Length of an interval.
    start
        Contacts in hand at the start.

    Returns
    -------
    Erlangs, shape (T,).

    Examples
    --------
    >>> modified_offered_load([60, 60, 0], 1800, 1800).round(2).tolist()
    [22.07, 46.05, 32.79]
    """
    from staffing.queueing.kernels.chains import felt_load

    refuse(
        [
            *check_range("contacts", contacts),
            *check_range("aht_seconds", aht_seconds, above=True),
            *check_range("interval_seconds", interval_seconds, above=True),
            *check_range("start", start),
        ]
    )
    _, (calls, aht) = flat(np.atleast_1d(np.asarray(contacts)), aht_seconds)
    out = np.empty(calls.size)
    felt_load(calls * aht / interval_seconds, aht, float(interval_seconds), float(start), out)
    return out


def fluid_backlog(
    contacts: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_seconds: npt.ArrayLike,
    interval_seconds: float,
    patience_seconds: npt.ArrayLike = math.inf,
    start: float = 0.0,
) -> tuple[FloatArray, FloatArray]:
    """Contacts waiting, as a fluid: for overload, opening and closing of large systems, where chance averages out.

    x' = lambda - min(x, n) / AHT - max(x - n, 0) / patience, solved exactly piece by piece.

    Parameters
    ----------
    contacts, agents, aht_seconds, patience_seconds
        Per interval, shape (T,), or one number; agents real; patience may be infinite.
    interval_seconds
        Length of an interval.
    start
        Contacts in the system at the start.

    Returns
    -------
    Waiting at the end of each interval, and the mean waiting over it, shape (T,) each.

    Examples
    --------
    1200 calls an hour for agents who can take 1000; the 200 left are worked off in the next, quiet hour:

    >>> end, mean = fluid_backlog([1200, 800], 100, 360, 3600, start=100)
    >>> end.round(6).tolist(), mean.round(6).tolist()
    ([200.0, 0.0], [100.0, 100.0])
    """
    refuse(
        [
            *check_range("contacts", contacts),
            *check_range("agents", agents),
            *check_range("aht_seconds", aht_seconds, above=True),
            *check_range("interval_seconds", interval_seconds, above=True),
            *check_range("patience_seconds", patience_seconds, above=True, finite=False),
            *check_range("start", start),
        ]
    )
    _, (calls, staff, aht, patience) = flat(np.atleast_1d(np.asarray(contacts)), agents, aht_seconds, patience_seconds)
    end, mean = np.empty(calls.size), np.empty(calls.size)
    x = float(start)
    for i in range(calls.size):
        arrival, n, service, leave = calls[i] / interval_seconds, staff[i], 1.0 / aht[i], 1.0 / patience[i]
        left, area = float(interval_seconds), 0.0
        while left > 0.0:
            queued = x > n or (x == n and arrival > n * service)
            inflow, drain = (arrival - n * service + n * leave, leave) if queued else (arrival, service)
            used = min(left, _crossing(x, inflow, drain, n))
            later, integral = _line(x, inflow, drain, used)
            area += integral - n * used if queued else 0.0
            x = n if used < left else later
            left -= used
        end[i] = max(x - n, 0.0)
        mean[i] = area / interval_seconds
    return end, mean


def _line(x: float, inflow: float, drain: float, seconds: float) -> tuple[float, float]:
    """Solution of x' = inflow - drain * x after `seconds`, and its integral."""
    if drain <= 0.0:
        return x + inflow * seconds, x * seconds + 0.5 * inflow * seconds**2
    rest = inflow / drain
    gone = -math.expm1(-drain * seconds)
    return x + (rest - x) * gone, rest * seconds + (x - rest) * gone / drain


def _crossing(x: float, inflow: float, drain: float, level: float) -> float:
    """Seconds until the solution reaches `level` from elsewhere; infinite where it never does."""
    if x == level:
        return math.inf
    if drain <= 0.0:
        seconds = (level - x) / inflow if inflow != 0.0 else math.inf
        return seconds if seconds > 0.0 else math.inf
    rest = inflow / drain
    share = (level - rest) / (x - rest) if x != rest else math.inf
    return -math.log(share) / drain if 0.0 < share < 1.0 else math.inf
