"""The compiled heart: draw the contacts of one replication, play them against the people on duty, count the outcomes.

Times are seconds after the start of the horizon. All compiled functions live in this one file, because a cached kernel
does not notice a change of a callee in another. Everything also runs uncompiled (``NUMBA_DISABLE_JIT=1``).

The random numbers are xoshiro128++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS
2021): additions, shifts and exclusive-ors of 32-bit words, kept in 64-bit integers so that nothing can overflow.
"""

# Compiled functions take their types from their arguments.
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from staffing.grid import FloatArray, IntArray

VOICE, CHAT, DEFERRABLE = 0, 1, 2
LOGNORMAL, EXPONENTIAL, EMPIRICAL = 0, 1, 2
WAITING, SERVED, ABANDONED, TURNED_AWAY, IN_HAND, NOT_MADE = 0, 1, 2, 3, 4, 5
COMPLETION, RETURN, OVERFLOW, PATIENCE_END, RETRY = 0, 1, 2, 3, 4
OFFERED, IN_TIME, SERVED_COUNT, ABANDONED_COUNT, TURNED_COUNT, WAITING_COUNT = range(6)
UNDECIDED, WAIT_SUM, QUICK_ABANDONED = range(6, 9)
COUNTS = 9

_WORD = 0xFFFFFFFF
_TO_UNIT = 2.0**-32


class Queues(NamedTuple):
    """What the queues are and how they are routed; Q queues, G groups of people with the same priorities."""

    channel: IntArray
    """(Q,) voice, chat or deferrable."""
    threshold: FloatArray
    """(Q,) seconds."""
    concurrency: IntArray
    """(Q,) contacts of the queue that one person handles at a time; 1 unless chat."""
    slowdown: FloatArray
    """(Q,) growth of handling time per further simultaneous chat."""
    overflow: FloatArray
    """(Q,) seconds before people of priority 2 and worse are asked."""
    reserve: IntArray
    """(Q,) idle people kept free for better work."""
    retry_share: FloatArray
    """(Q,) share of those who gave up that try again."""
    retry_delay: FloatArray
    """(Q,) mean seconds until then."""
    patience: FloatArray
    """(Q,) mean patience of a further attempt."""
    priority: IntArray
    """(G, Q) 0 where not served."""
    route: IntArray
    """(Q, G) groups that serve the queue, best priority first, then -1."""
    open_seconds: FloatArray
    """(Q, T + 1) open seconds before each interval."""
    is_open: FloatArray
    """(Q, T) 1 where open."""
    closing: FloatArray
    """(Q, T) when whoever came in the interval is turned away."""


class Duty(NamedTuple):
    """Stretches of work of the people present in this replication; N stretches, P people."""

    person: IntArray
    start: FloatArray
    end: FloatArray
    gap: FloatArray
    """(N,) length of the break before the stretch, 0 for the first of its shift."""
    by_end: IntArray
    """(N,) stretches in the order of their ends."""
    last: IntArray
    """(N,) 1 for the last stretch of its shift."""
    group: IntArray
    """(P,) group of the person in `Queues.priority`."""
    crew: IntArray
    """(P,) group of the person in the occupancy report."""
    pace: FloatArray
    """(P, Q) factor on the handling time."""


class Contacts(NamedTuple):
    """Contacts of one replication, queue after queue, and what became of them."""

    time: FloatArray
    work: FloatArray
    patience: FloatArray
    interval: IntArray
    queue: IntArray
    deadline: FloatArray
    status: IntArray
    begin: FloatArray
    finish: FloatArray
    who: IntArray
    following: IntArray


class Heap(NamedTuple):
    """Future events in a binary heap by time."""

    time: FloatArray
    kind: IntArray
    who: IntArray
    stamp: IntArray
    size: IntArray


class Crew(NamedTuple):
    """State of the people; K is the largest concurrency."""

    on: IntArray
    leaving: IntArray
    exclusive: IntArray
    level: IntArray
    chat: IntArray
    """(P, K) contacts in hand."""
    left: FloatArray
    """(P, K) work left of each."""
    since: FloatArray
    """(P,) when `left` was true."""
    busy_since: FloatArray
    stamp: IntArray
    listed: IntArray
    """(P,) level of the idle list the person is in, -1 for none."""
    idle_since: FloatArray
    before: IntArray
    after: IntArray
    head: IntArray
    """(G, K) longest idle."""
    tail: IntArray
    most: IntArray
    """(G,) chats that a person of the group may have at a time."""
    idle: IntArray
    """(Q,) people without any contact who could take one of the queue."""


# -- random numbers -----------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _uniform(s):
    """Next number in (0, 1)."""
    s0, s1, s2, s3 = s[0], s[1], s[2], s[3]
    x = (s0 + s3) & _WORD
    x = ((((x << 7) & _WORD) | (x >> 25)) + s0) & _WORD
    s2 ^= s0
    s3 ^= s1
    s[1] = s1 ^ s2
    s[0] = s0 ^ s3
    s[2] = s2 ^ ((s1 << 9) & _WORD)
    s[3] = ((s3 << 11) & _WORD) | (s3 >> 21)
    return (x + 0.5) * _TO_UNIT


@njit(cache=True, nogil=True)
def _normal(s):
    """Standard normal by Marsaglia's polar method."""
    while True:
        a = 2.0 * _uniform(s) - 1.0
        b = 2.0 * _uniform(s) - 1.0
        r = a * a + b * b
        if 0.0 < r < 1.0:
            return a * math.sqrt(-2.0 * math.log(r) / r)


@njit(cache=True, nogil=True)
def draw(states, rate, day_first, day_sigma, law, aht, sigma, quantiles, patience, seconds):
    """Draw the contacts of one replication; every queue and day from its own stream.

    Arrivals are a Poisson process: unit exponential gaps carried through the cumulated expectation, so that the k-th
    contact of a queue and day keeps its handling time and patience when only the expectation changes.
    """
    n_queues, n_days = rate.shape[0], len(day_first) - 1
    factor = np.empty((n_queues, n_days))
    expected = 0.0
    for q in range(n_queues):
        for d in range(n_days):
            z = _normal(states[q, d])
            factor[q, d] = math.exp(day_sigma[q] * z - 0.5 * day_sigma[q] * day_sigma[q])
            for i in range(day_first[d], day_first[d + 1]):
                expected += rate[q, i] * factor[q, d]
    room = int(expected + 6.0 * math.sqrt(expected) + 64.0)
    time, work, wait = np.empty(room), np.empty(room), np.empty(room)
    interval, queue = np.empty(room, np.int64), np.empty(room, np.int64)
    first = np.zeros(n_queues + 1, np.int64)
    n = 0
    for q in range(n_queues):
        for d in range(n_days):
            s = states[q, d]
            i = day_first[d]
            end = day_first[d + 1]
            mass = rate[q, i] * factor[q, d]
            left = mass
            gap = -math.log(_uniform(s))
            while True:
                while gap >= left:
                    gap -= left
                    i += 1
                    if i == end:
                        break
                    mass = rate[q, i] * factor[q, d]
                    left = mass
                if i == end:
                    break
                left -= gap
                if n == room:
                    more = room // 2 + 64
                    time = np.concatenate((time, np.empty(more)))
                    work = np.concatenate((work, np.empty(more)))
                    wait = np.concatenate((wait, np.empty(more)))
                    interval = np.concatenate((interval, np.empty(more, np.int64)))
                    queue = np.concatenate((queue, np.empty(more, np.int64)))
                    room += more
                time[n] = (i + 1.0 - left / mass) * seconds
                interval[n] = i
                queue[n] = q
                if law[q] == LOGNORMAL:
                    work[n] = aht[q, i] * math.exp(sigma[q] * _normal(s) - 0.5 * sigma[q] * sigma[q])
                elif law[q] == EXPONENTIAL:
                    work[n] = -aht[q, i] * math.log(_uniform(s))
                else:
                    x = _uniform(s) * (quantiles.shape[1] - 1)
                    k = int(x)
                    work[n] = aht[q, i] * (quantiles[q, k] + (x - k) * (quantiles[q, k + 1] - quantiles[q, k]))
                wait[n] = -patience[q] * math.log(_uniform(s))
                n += 1
                gap = -math.log(_uniform(s))
        first[q + 1] = n
    return time[:n], work[:n], wait[:n], interval[:n], queue[:n], first


# -- events and idle lists ----------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _push(heap, time, kind, who, stamp):
    i = heap.size[0]
    heap.size[0] = i + 1
    while i > 0:
        parent = (i - 1) >> 1
        if heap.time[parent] <= time:
            break
        heap.time[i], heap.kind[i] = heap.time[parent], heap.kind[parent]
        heap.who[i], heap.stamp[i] = heap.who[parent], heap.stamp[parent]
        i = parent
    heap.time[i], heap.kind[i], heap.who[i], heap.stamp[i] = time, kind, who, stamp


@njit(cache=True, nogil=True)
def _pop(heap):
    n = heap.size[0] - 1
    heap.size[0] = n
    time, kind, who, stamp = heap.time[n], heap.kind[n], heap.who[n], heap.stamp[n]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and heap.time[child + 1] < heap.time[child]:
            child += 1
        if heap.time[child] >= time:
            break
        heap.time[i], heap.kind[i] = heap.time[child], heap.kind[child]
        heap.who[i], heap.stamp[i] = heap.who[child], heap.stamp[child]
        i = child
    heap.time[i], heap.kind[i], heap.who[i], heap.stamp[i] = time, kind, who, stamp


@njit(cache=True, nogil=True)
def _link(crew, queues, a, g, now):
    """Put a person at the end of the idle list of their group and number of contacts."""
    level = crew.level[a]
    last = crew.tail[g, level]
    crew.before[a], crew.after[a] = last, -1
    crew.tail[g, level] = a
    if last >= 0:
        crew.after[last] = a
    else:
        crew.head[g, level] = a
    crew.listed[a] = level
    crew.idle_since[a] = now
    if level == 0:
        for q in range(len(crew.idle)):
            if queues.priority[g, q] > 0:
                crew.idle[q] += 1


@njit(cache=True, nogil=True)
def _unlink(crew, queues, a, g):
    level, before, after = crew.listed[a], crew.before[a], crew.after[a]
    if before >= 0:
        crew.after[before] = after
    else:
        crew.head[g, level] = after
    if after >= 0:
        crew.before[after] = before
    else:
        crew.tail[g, level] = before
    crew.listed[a] = -1
    if level == 0:
        for q in range(len(crew.idle)):
            if queues.priority[g, q] > 0:
                crew.idle[q] -= 1


@njit(cache=True, nogil=True)
def _advance(crew, queues, contacts, a, now):
    """Work off what the chats in hand have progressed since the last change of their number."""
    passed = now - crew.since[a]
    k = crew.level[a]
    for j in range(k):
        q = contacts.queue[crew.chat[a, j]]
        crew.left[a, j] -= passed / (1.0 + queues.slowdown[q] * (k - 1))
    crew.since[a] = now


@njit(cache=True, nogil=True)
def _next_chat(crew, queues, contacts, a):
    """Which chat in hand ends next, and in how many seconds."""
    k = crew.level[a]
    best, soonest = -1, np.inf
    for j in range(k):
        q = contacts.queue[crew.chat[a, j]]
        seconds = crew.left[a, j] * (1.0 + queues.slowdown[q] * (k - 1))
        if seconds < soonest:
            best, soonest = j, seconds
    return best, max(soonest, 0.0)


@njit(cache=True, nogil=True)
def _take(c, a, q, now, queues, duty, contacts, crew, heap):
    """Hand contact `c` of queue `q` to person `a`."""
    g = duty.group[a]
    if crew.listed[a] >= 0:
        _unlink(crew, queues, a, g)
    contacts.status[c] = IN_HAND
    contacts.begin[c] = now
    contacts.who[c] = a
    work = contacts.work[c] * duty.pace[a, q]
    if crew.level[a] == 0:
        crew.busy_since[a] = now
    if queues.channel[q] != CHAT:
        crew.exclusive[a] = 1
        crew.level[a] = 1
        crew.chat[a, 0] = c
        _push(heap, now + work, COMPLETION, a, crew.stamp[a])
        return
    _advance(crew, queues, contacts, a, now)
    k = crew.level[a]
    crew.chat[a, k] = c
    crew.left[a, k] = work
    crew.level[a] = k + 1
    crew.stamp[a] += 1
    _, seconds = _next_chat(crew, queues, contacts, a)
    _push(heap, now + seconds, COMPLETION, a, crew.stamp[a])
    if k + 1 < crew.most[g]:
        _link(crew, queues, a, g, now)


# -- routing ------------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _rank(queues, g, q):
    """Order in which a person of the group likes the queue: priority, then what cannot wait before what can."""
    return 2 * queues.priority[g, q] + (1 if queues.channel[q] == DEFERRABLE else 0)


@njit(cache=True, nogil=True)
def _spared(queues, crew, g, q, listed):
    """Whether enough others stay idle for every better work of the group if one person of it takes queue `q`."""
    rank = _rank(queues, g, q)
    for w in range(len(crew.idle)):
        better = queues.priority[g, w] > 0 and _rank(queues, g, w) < rank
        if better and crew.idle[w] - listed < queues.reserve[q]:
            return False
    return True


@njit(cache=True, nogil=True)
def _find_person(queues, crew, q, waited):
    """Who takes a contact of queue `q`: best priority, then fewest chats, then longest idle; -1 for nobody."""
    best, best_priority, best_level = -1, 0, 0
    for r in range(queues.route.shape[1]):
        g = queues.route[q, r]
        if g < 0:
            break
        priority = queues.priority[g, q]
        if best >= 0 and priority > best_priority:
            break
        if priority > 1 and waited < queues.overflow[q]:
            break
        for level in range(queues.concurrency[q]):
            a = crew.head[g, level]
            if a < 0:
                continue
            if level == 0 and queues.reserve[q] > 0 and not _spared(queues, crew, g, q, 1):
                continue
            if best < 0 or level < best_level or (level == best_level and crew.idle_since[a] < crew.idle_since[best]):
                best, best_priority, best_level = a, priority, level
            break
    return best


@njit(cache=True, nogil=True)
def _head(queues, contacts, line, q, now):
    """First contact that still waits in queue `q`, noting on the way those that have left; -1 for none."""
    c = line[q, 0]
    while c >= 0 and (contacts.status[c] != WAITING or contacts.deadline[c] < now):
        if contacts.status[c] == WAITING:
            _leave(contacts, c)
        c = contacts.following[c]
        line[q, 0] = c
    if c < 0:
        line[q, 1] = -1
    return c


@njit(cache=True, nogil=True)
def _leave(contacts, c):
    gave_up = contacts.deadline[c] >= contacts.time[c] + contacts.patience[c]
    contacts.status[c] = ABANDONED if gave_up else TURNED_AWAY
    contacts.begin[c] = contacts.deadline[c]


@njit(cache=True, nogil=True)
def _seek(a, now, queues, duty, contacts, crew, line, heap):
    """Let person `a` take waiting work: best rank, then longest waiting; list them where they can take more."""
    g = duty.group[a]
    while True:
        best, best_rank, longest = -1, 0, np.inf
        for q in range(queues.priority.shape[1]):
            priority = queues.priority[g, q]
            if priority == 0:
                continue
            if crew.level[a] > 0 and (queues.channel[q] != CHAT or crew.level[a] >= queues.concurrency[q]):
                continue
            c = _head(queues, contacts, line, q, now)
            if c < 0 or (priority > 1 and now - contacts.time[c] < queues.overflow[q]):
                continue
            if crew.level[a] == 0 and queues.reserve[q] > 0:
                listed = 1 if crew.listed[a] == 0 else 0
                if not _spared(queues, crew, g, q, listed):
                    continue
            rank = _rank(queues, g, q)
            if best < 0 or rank < best_rank or (rank == best_rank and contacts.time[c] < longest):
                best, best_rank, longest = q, rank, contacts.time[c]
        if best < 0:
            break
        c = line[best, 0]
        line[best, 0] = contacts.following[c]
        if line[best, 0] < 0:
            line[best, 1] = -1
        _take(c, a, best, now, queues, duty, contacts, crew, heap)
        if crew.exclusive[a]:
            return
    if crew.listed[a] < 0 and crew.level[a] < crew.most[g]:
        _link(crew, queues, a, g, now)


@njit(cache=True, nogil=True)
def _release(now, queues, duty, contacts, crew, line, heap):
    """Hand out work held back by a reserve, now that one more person is idle."""
    for q in range(len(crew.idle)):
        if queues.reserve[q] == 0:
            continue
        while True:
            c = _head(queues, contacts, line, q, now)
            if c < 0:
                break
            a = _find_person(queues, crew, q, now - contacts.time[c])
            if a < 0:
                break
            line[q, 0] = contacts.following[c]
            if line[q, 0] < 0:
                line[q, 1] = -1
            _take(c, a, q, now, queues, duty, contacts, crew, heap)


@njit(cache=True, nogil=True)
def _spread(total, row, start, end, seconds):
    """Add the time from `start` to `end` to the intervals it falls in."""
    i = max(int(start / seconds), 0)
    while i < total.shape[1] and i * seconds < end:
        total[row, i] += min(end, (i + 1) * seconds) - max(start, i * seconds)
        i += 1


# -- the replication ----------------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def play(time, work, patience, interval, queue, first, queues, duty, n_crews, retry_state, seconds):
    """Play one replication.

    Returns the contacts (further attempts of those who gave up at the end), busy and duty seconds per crew and
    interval, overtime in seconds, and when the last person left or the horizon ended, whichever is later.

    At one instant a contact ends first, then people come, then people go, then contacts arrive.
    """
    n_queues, n_intervals = queues.is_open.shape
    n_people, n_groups = len(duty.group), queues.priority.shape[0]
    n_stretches = len(duty.person)
    horizon = n_intervals * seconds
    widest = 1
    for q in range(n_queues):
        widest = max(widest, queues.concurrency[q])
    n = len(time)
    retries = False
    for q in range(n_queues):
        retries = retries or queues.retry_share[q] > 0
    contacts = Contacts(
        time.copy() if retries else time,
        work,
        patience,
        interval,
        queue,
        np.full(n, np.inf),
        np.zeros(n, np.int64),
        np.zeros(n),
        np.zeros(n),
        np.full(n, -1, np.int64),
        np.full(n, -1, np.int64),
    )
    made = n
    room = 4 * n_people + 64
    heap = Heap(
        np.empty(room),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.zeros(1, np.int64),
    )
    crew = Crew(
        np.zeros(n_people, np.int64),
        np.zeros(n_people, np.int64),
        np.zeros(n_people, np.int64),
        np.zeros(n_people, np.int64),
        np.full((n_people, widest), -1, np.int64),
        np.zeros((n_people, widest)),
        np.zeros(n_people),
        np.zeros(n_people),
        np.zeros(n_people, np.int64),
        np.full(n_people, -1, np.int64),
        np.zeros(n_people),
        np.full(n_people, -1, np.int64),
        np.full(n_people, -1, np.int64),
        np.full((n_groups, widest), -1, np.int64),
        np.full((n_groups, widest), -1, np.int64),
        np.ones(n_groups, np.int64),
        np.zeros(n_queues, np.int64),
    )
    reserved = False
    for q in range(n_queues):
        reserved = reserved or queues.reserve[q] > 0
        for g in range(n_groups):
            if queues.priority[g, q] > 0 and queues.concurrency[q] > crew.most[g]:
                crew.most[g] = queues.concurrency[q]
    line = np.full((n_queues, 2), -1, np.int64)
    busy, present = np.zeros((n_crews, n_intervals)), np.zeros((n_crews, n_intervals))
    stretch = np.full(n_people, -1, np.int64)
    pending = np.full(n_people, -1, np.int64)
    on_since, left_at = np.zeros(n_people), np.full(n_people, -1e18)
    overtime, close = 0.0, horizon
    pointer = first[:-1].copy()
    next_arrival, next_queue = np.inf, -1
    for q in range(n_queues):
        if pointer[q] < first[q + 1] and time[pointer[q]] < next_arrival:
            next_arrival, next_queue = time[pointer[q]], q
    i_start, i_end = 0, 0
    while True:
        t_event = heap.time[0] if heap.size[0] > 0 else np.inf
        t_start = duty.start[i_start] if i_start < n_stretches else np.inf
        t_end = duty.end[duty.by_end[i_end]] if i_end < n_stretches else np.inf
        now = min(min(t_event, next_arrival), min(t_start, t_end))
        if now == np.inf:
            break
        if heap.size[0] + n_people + 64 > len(heap.time):
            more = len(heap.time)
            heap = Heap(
                np.concatenate((heap.time, np.empty(more))),
                np.concatenate((heap.kind, np.empty(more, np.int64))),
                np.concatenate((heap.who, np.empty(more, np.int64))),
                np.concatenate((heap.stamp, np.empty(more, np.int64))),
                heap.size,
            )
        comes, seeks, arrives = -1, -1, -1
        if t_event <= now:
            kind, who, stamp = heap.kind[0], heap.who[0], heap.stamp[0]
            _pop(heap)
            if kind == COMPLETION:
                if stamp != crew.stamp[who]:
                    continue
                a, j = who, 0
                if crew.exclusive[a]:
                    crew.exclusive[a] = 0
                    crew.level[a] = 0
                else:
                    if crew.listed[a] >= 0:
                        _unlink(crew, queues, a, duty.group[a])
                    _advance(crew, queues, contacts, a, now)
                    j, _ = _next_chat(crew, queues, contacts, a)
                c = crew.chat[a, j]
                contacts.status[c] = SERVED
                contacts.finish[c] = now
                if queues.channel[contacts.queue[c]] == CHAT:
                    k = crew.level[a] - 1
                    crew.chat[a, j], crew.left[a, j] = crew.chat[a, k], crew.left[a, k]
                    crew.level[a] = k
                    crew.stamp[a] += 1
                    if k > 0:
                        _, ahead = _next_chat(crew, queues, contacts, a)
                        _push(heap, now + ahead, COMPLETION, a, crew.stamp[a])
                if crew.level[a] == 0:
                    _spread(busy, duty.crew[a], crew.busy_since[a], now, seconds)
                if crew.on[a]:
                    seeks = a
                elif crew.leaving[a] and crew.level[a] == 0:
                    s = stretch[a]
                    crew.leaving[a] = 0
                    left_at[a] = now
                    close = max(close, now)
                    _spread(present, duty.crew[a], on_since[a], now, seconds)
                    if duty.last[s]:
                        overtime += now - duty.end[s]
                    comes = pending[a]
                    pending[a] = -1
            elif kind == RETURN:
                comes = stamp
            elif kind == RETRY:
                arrives = who
            elif contacts.status[who] == WAITING:
                q = contacts.queue[who]
                if kind == OVERFLOW:
                    if contacts.deadline[who] >= now:
                        a = _find_person(queues, crew, q, np.inf)
                        c = _head(queues, contacts, line, q, now)
                        if a >= 0 and c >= 0:
                            line[q, 0] = contacts.following[c]
                            if line[q, 0] < 0:
                                line[q, 1] = -1
                            _take(c, a, q, now, queues, duty, contacts, crew, heap)
                else:
                    _leave(contacts, who)
                    if contacts.status[who] == ABANDONED and _uniform(retry_state) < queues.retry_share[q]:
                        again = now - queues.retry_delay[q] * math.log(_uniform(retry_state))
                        wait = -queues.patience[q] * math.log(_uniform(retry_state))
                        if made == len(contacts.time):
                            more = made // 4 + 64
                            contacts = Contacts(
                                np.concatenate((contacts.time, np.empty(more))),
                                np.concatenate((contacts.work, np.empty(more))),
                                np.concatenate((contacts.patience, np.empty(more))),
                                np.concatenate((contacts.interval, np.zeros(more, np.int64))),
                                np.concatenate((contacts.queue, np.zeros(more, np.int64))),
                                np.concatenate((contacts.deadline, np.full(more, np.inf))),
                                np.concatenate((contacts.status, np.full(more, NOT_MADE, np.int64))),
                                np.concatenate((contacts.begin, np.zeros(more))),
                                np.concatenate((contacts.finish, np.zeros(more))),
                                np.concatenate((contacts.who, np.full(more, -1, np.int64))),
                                np.concatenate((contacts.following, np.full(more, -1, np.int64))),
                            )
                        if again < horizon and queues.is_open[q, int(again / seconds)] > 0:
                            contacts.time[made] = again
                            contacts.work[made] = contacts.work[who]
                            contacts.patience[made] = wait
                            contacts.interval[made] = int(again / seconds)
                            contacts.queue[made] = q
                            _push(heap, again, RETRY, made, 0)
                            made += 1
        elif t_start <= now:
            s = i_start
            i_start += 1
            a = duty.person[s]
            if crew.on[a]:
                stretch[a] = s
            elif crew.leaving[a]:
                pending[a] = s
            else:
                comes = s
        elif t_end <= now:
            s = duty.by_end[i_end]
            i_end += 1
            a = duty.person[s]
            close = max(close, now)
            if stretch[a] == s and crew.on[a]:
                crew.on[a] = 0
                if crew.listed[a] >= 0:
                    _unlink(crew, queues, a, duty.group[a])
                if crew.level[a] > 0:
                    crew.leaving[a] = 1
                else:
                    left_at[a] = now
                    _spread(present, duty.crew[a], on_since[a], now, seconds)
        else:
            arrives = pointer[next_queue]
            pointer[next_queue] += 1
            next_arrival, next_queue = np.inf, -1
            for q in range(n_queues):
                if pointer[q] < first[q + 1] and time[pointer[q]] < next_arrival:
                    next_arrival, next_queue = time[pointer[q]], q

        if comes >= 0:
            # A break keeps its length: who went late comes back as much later.
            a = duty.person[comes]
            back = max(duty.start[comes], left_at[a] + duty.gap[comes])
            if back > now:
                if back < duty.end[comes]:
                    _push(heap, back, RETURN, a, comes)
            elif now < duty.end[comes] and not crew.on[a] and not crew.leaving[a]:
                crew.on[a] = 1
                stretch[a] = comes
                on_since[a] = now
                seeks = a
        if seeks >= 0:
            _seek(seeks, now, queues, duty, contacts, crew, line, heap)
            if reserved and crew.listed[seeks] == 0:
                _release(now, queues, duty, contacts, crew, line, heap)
        if arrives >= 0:
            c = arrives
            q = contacts.queue[c]
            contacts.status[c] = WAITING
            a = _find_person(queues, crew, q, 0.0)
            if a >= 0:
                _take(c, a, q, now, queues, duty, contacts, crew, heap)
                continue
            if queues.channel[q] != DEFERRABLE:
                contacts.deadline[c] = min(now + contacts.patience[c], queues.closing[q, contacts.interval[c]])
                if retries and queues.retry_share[q] > 0 and contacts.deadline[c] < np.inf:
                    _push(heap, contacts.deadline[c], PATIENCE_END, c, 0)
            if queues.overflow[q] > 0:
                _push(heap, now + queues.overflow[q], OVERFLOW, c, 0)
            if line[q, 1] >= 0:
                contacts.following[line[q, 1]] = c
            else:
                line[q, 0] = c
            line[q, 1] = c
    for c in range(made):
        if contacts.status[c] == WAITING and contacts.deadline[c] <= close:
            _leave(contacts, c)
    return contacts, made, busy, present, overtime, close


@njit(cache=True, nogil=True)
def _opened(queues, q, at, seconds):
    """Open seconds of queue `q` from the start of the horizon to `at`."""
    i = int(at / seconds)
    if i >= queues.is_open.shape[1]:
        return queues.open_seconds[q, -1]
    return queues.open_seconds[q, i] + queues.is_open[q, i] * (at - i * seconds)


@njit(cache=True, nogil=True)
def count(contacts, made, queues, close, seconds):
    """Count outcomes by the interval of arrival: shape (Q, T, COUNTS)."""
    out = np.zeros((queues.is_open.shape[0], queues.is_open.shape[1], COUNTS))
    for c in range(made):
        q, i, status = contacts.queue[c], contacts.interval[c], contacts.status[c]
        cell = out[q, i]
        cell[OFFERED] += 1
        if status == SERVED:
            if queues.channel[q] == DEFERRABLE:
                wait = _opened(queues, q, contacts.finish[c], seconds) - _opened(queues, q, contacts.time[c], seconds)
            else:
                wait = contacts.begin[c] - contacts.time[c]
            cell[SERVED_COUNT] += 1
            cell[WAIT_SUM] += wait
            if wait <= queues.threshold[q]:
                cell[IN_TIME] += 1
        elif status == WAITING:
            cell[WAITING_COUNT] += 1
            if queues.channel[q] == DEFERRABLE:
                wait = queues.open_seconds[q, -1] - _opened(queues, q, contacts.time[c], seconds)
            else:
                wait = close - contacts.time[c]
            if wait <= queues.threshold[q]:
                cell[UNDECIDED] += 1
        else:
            cell[ABANDONED_COUNT if status == ABANDONED else TURNED_COUNT] += 1
            if status == ABANDONED and contacts.begin[c] - contacts.time[c] <= queues.threshold[q]:
                cell[QUICK_ABANDONED] += 1
    return out
