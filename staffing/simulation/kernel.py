"""The compiled heart: draw the contacts of one replication, play them against the people on duty, count the outcomes.

Times are seconds after the start of the horizon. All compiled functions live in this one file, because a cached kernel
does not notice a change of a callee in another. Everything also runs uncompiled (``NUMBA_DISABLE_JIT=1``).

The random numbers are xoshiro128++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS
2021): additions, shifts and exclusive-ors of 32-bit words, kept in 64-bit integers so that nothing can overflow. Exponential
and normal ones are cut from them by the ziggurat (Marsaglia and Tsang, "The ziggurat method for generating random variables",
Journal of Statistical Software 5, 2000), with 24 bits inside a layer and the others for the layer and the sign.
"""

# Compiled functions take their types from their arguments.
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

# What allocates nothing is compiled without reference counting (`_nrt=False`, as in numba's own string code): counting
# the references of the many arguments would cost more than the work itself. What every contact passes is inlined.
# Numbers read from records are widened before they are passed on, since every width of an argument would be compiled anew.
_options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
_unmanaged: dict[str, Any] = {**_options, "_nrt": False}
_compiled: Any = njit(**_options)
_called: Any = njit(**_unmanaged)
_inlined: Any = njit(**_unmanaged, forceinline=True)
_wide: Any = np.int64
_index: Any = np.uint64  # never negative, so nobody has to ask whether it counts from the end
_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)

VOICE, CHAT, DEFERRABLE = 0, 1, 2
LOGNORMAL, EXPONENTIAL, EMPIRICAL = 0, 1, 2
WAITING, SERVED, ABANDONED, TURNED_AWAY, IN_HAND, NOT_MADE = 0, 1, 2, 3, 4, 5
RETURN, OVERFLOW, PATIENCE_END, RETRY = 0, 1, 2, 3
OFFERED, IN_TIME, SERVED_COUNT, ABANDONED_COUNT, TURNED_COUNT, WAITING_COUNT = range(6)
JUDGED, WAIT_SUM, QUICK_ABANDONED = range(6, 9)
COUNTS = 9
RUNNING, FINISHED, EVENTS_FULL, CONTACTS_FULL = 0, 1, 2, 3

_WORD = 0xFFFFFFFF
_TO_UNIT = 2.0**-32


RULE = np.dtype(
    [
        ("threshold", "f8"),
        ("slowdown", "f8"),
        ("overflow", "f8"),
        ("retry_share", "f8"),
        ("retry_delay", "f8"),
        ("patience", "f8"),
        ("channel", "i4"),
        ("concurrency", "i4"),
        ("reserve", "i4"),
    ],
    align=True,
)
"""A queue: threshold in seconds; growth of handling time per further chat; seconds before people of priority 2 and
worse are asked; share of those who gave up that try again, and after how many seconds on average; mean patience of a
further attempt; channel; contacts that one person has at a time; idle people kept free for better work."""

STRETCH = np.dtype([("start", "f8"), ("end", "f8"), ("gap", "f8"), ("person", "i4"), ("last", "i4")], align=True)
"""A stretch of work: from, to, length of the break before it, whose, and whether it is the last of its shift."""

CONTACT = np.dtype(
    [
        ("time", "f8"),
        ("work", "f8"),
        ("patience", "f8"),
        ("deadline", "f8"),
        ("begin", "f8"),
        ("finish", "f8"),
        ("interval", "i4"),
        ("who", "i4"),
        ("following", "i4"),
        ("queue", "i2"),
        ("status", "i2"),
    ],
    align=True,
)
"""A contact and what became of it: arrival, handling time, patience, when it leaves the line, begin of the handling (or
leaving), end of the handling; queue and interval of arrival, status, who handled it, the next in line."""

PERSON = np.dtype(
    [
        ("idle_since", "f8"),
        ("since", "f8"),
        ("busy_since", "f8"),
        ("on_since", "f8"),
        ("left_at", "f8"),
        ("on", "i4"),
        ("leaving", "i4"),
        ("exclusive", "i4"),
        ("level", "i4"),
        ("most", "i4"),
        ("listed", "i4"),
        ("before", "i4"),
        ("after", "i4"),
        ("group", "i4"),
        ("crew", "i4"),
        ("stretch", "i4"),
        ("pending", "i4"),
    ],
    align=True,
)
"""State of a person: when the idle list was joined, chats in hand were last worked off, since when there was no moment
without a contact (-1: there is none), work began and ended; whether on duty, finishing past the end, on a voice or
deferrable contact; contacts in hand and how many chats are allowed; idle list (-1: none) and neighbours in it; group, crew,
current stretch, stretch that has begun while the person was still finishing the one before."""

EVENT = np.dtype([("time", "f8"), ("kind", "i4"), ("who", "i4")], align=True)
"""A future event: what, and of which stretch of work or contact."""

HAND = np.dtype([("left", "f8"), ("contact", "i4")], align=True)
"""A contact in hand and, for a chat, the work left."""

LIST = np.dtype([("head", "i4"), ("tail", "i4"), ("length", "i4")], align=True)
"""Idle people of one group with one number of chats: longest idle and shortest idle, -1 for none; how many."""

LINE = np.dtype([("head", "i4"), ("tail", "i4")], align=True)
"""Waiting contacts of a queue: first and last, -1 for none."""

CLOCK = np.dtype(
    [("overtime", "f8"), ("close", "f8"), ("made", "i8"), ("i_start", "i8"), ("i_end", "i8")],
    align=True,
)
"""Where a replication stands: overtime so far, when the last person left, contacts made, stretches begun and ended."""


# -- random numbers -----------------------------------------------------------------------------------------


def _layers(n, edge, area, density, inverse):
    """Tables of a ziggurat of `n` layers of equal area: bounds of the sure part, widths, heights (`_WORDS` numbers)."""
    sure, width, height = np.zeros(n), np.empty(n), np.empty(n)
    base = area / density(edge)
    sure[0], width[0], height[0] = edge / base * _WORDS, base / _WORDS, 1.0
    width[n - 1], height[n - 1] = edge / _WORDS, density(edge)
    x = edge
    for i in range(n - 2, 0, -1):
        inner = inverse(area / x + density(x))
        sure[i + 1] = inner / x * _WORDS
        x = inner
        width[i], height[i] = x / _WORDS, density(x)
    return sure, width, height


_WORDS = 2.0**24
_E_EDGE, _N_EDGE = 7.69711747013104972, 3.442619855899
_E_SURE, _E_WIDTH, _E_HEIGHT = _layers(
    256, _E_EDGE, 0.0039496598225815571993, lambda x: math.exp(-x), lambda y: -math.log(y)
)
_N_SURE, _N_WIDTH, _N_HEIGHT = _layers(
    128, _N_EDGE, 9.91256303526217e-3, lambda x: math.exp(-0.5 * x * x), lambda y: math.sqrt(-2.0 * math.log(y))
)


@_inlined
def _word(s):
    """Next 32 bits."""
    s0, s1, s2, s3 = s[0], s[1], s[2], s[3]
    x = (s0 + s3) & _WORD
    x = ((((x << 7) & _WORD) | (x >> 25)) + s0) & _WORD
    s2 ^= s0
    s3 ^= s1
    s[1] = s1 ^ s2
    s[0] = s0 ^ s3
    s[2] = s2 ^ ((s1 << 9) & _WORD)
    s[3] = ((s3 << 11) & _WORD) | (s3 >> 21)
    return x


@_inlined
def _uniform(s):
    """Next number in (0, 1)."""
    return (_word(s) + 0.5) * _TO_UNIT


@_called
def _e_wedge(s, i, x):
    """Decide about an exponential number outside the sure part of its layer; negative: not taken."""
    if i == 0:
        return _E_EDGE - math.log(_uniform(s))
    height = _E_HEIGHT[i] + _uniform(s) * (_E_HEIGHT[i - 1] - _E_HEIGHT[i])
    return x if height < math.exp(-x) else -1.0


@_inlined
def _exponential(s):
    """Next exponential number of mean 1."""
    while True:
        word = _word(s)
        i, u = word & 255, word >> 8
        x = (u + 0.5) * _E_WIDTH[i]
        if u < _E_SURE[i]:
            return x
        x = _e_wedge(s, i, x)
        if x >= 0.0:
            return x


@_called
def _n_wedge(s, i, x):
    """Decide about a normal number outside the sure part of its layer; negative: not taken."""
    if i == 0:
        while True:
            x = -math.log(_uniform(s)) / _N_EDGE
            if -2.0 * math.log(_uniform(s)) >= x * x:
                return _N_EDGE + x
    height = _N_HEIGHT[i] + _uniform(s) * (_N_HEIGHT[i - 1] - _N_HEIGHT[i])
    return x if height < math.exp(-0.5 * x * x) else -1.0


@_inlined
def _normal(s):
    """Next standard normal number."""
    while True:
        word = _word(s)
        i, sign, u = word & 127, 1.0 - 2.0 * ((word >> 7) & 1), word >> 8
        x = (u + 0.5) * _N_WIDTH[i]
        if u < _N_SURE[i]:
            return sign * x
        x = _n_wedge(s, i, x)
        if x >= 0.0:
            return sign * x


@_compiled
def _longer(table, more):
    """Copy of a table with room for `more` rows."""
    out = np.empty(len(table) + more, table.dtype)
    for i in range(len(table)):  # assigning slices of records takes seconds to compile
        out[i] = table[i]
    return out


@_called
def _draw_day(contacts, n, s, q, i, end, gap, left, factor, rate, law, aht, sigma, quantiles, patience, seconds):
    """Draw the contacts of a queue from interval `i` to `end`, until the table is full: how many there are, and where it stands.

    `gap` is what is left of the gap to the next contact, and `left` of the expectation of the interval.
    """
    mass = rate[q, i] * factor
    while True:
        while gap >= left:
            gap -= left
            i += 1
            if i == end:
                return n, i, gap, left
            mass = rate[q, i] * factor
            left = mass
        if n == len(contacts):
            return n, i, gap, left
        left -= gap
        contact = contacts[n]
        contact["time"] = (i + 1.0 - left / mass) * seconds
        contact["interval"] = i
        contact["queue"] = q
        contact["status"] = NOT_MADE
        contact["following"] = -1
        contact["deadline"] = np.inf
        contact["begin"] = 0.0
        contact["finish"] = 0.0
        contact["who"] = -1
        if law[q] == LOGNORMAL:
            contact["work"] = aht[q, i] * math.exp(sigma[q] * _normal(s) - 0.5 * sigma[q] * sigma[q])
        elif law[q] == EXPONENTIAL:
            contact["work"] = aht[q, i] * _exponential(s)
        else:
            x = _uniform(s) * (quantiles.shape[1] - 1)
            k = int(x)
            contact["work"] = aht[q, i] * (quantiles[q, k] + (x - k) * (quantiles[q, k + 1] - quantiles[q, k]))
        contact["patience"] = patience[q] * _exponential(s)
        n += 1
        gap = _exponential(s)


@_compiled
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
    contacts = np.empty(room, CONTACT)
    first = np.zeros(n_queues + 1, np.int64)
    n = 0
    for q in range(n_queues):
        for d in range(n_days):
            s = states[q, d]
            i, end = day_first[d], day_first[d + 1]
            gap, left = _exponential(s), rate[q, i] * factor[q, d]
            while True:
                n, i, gap, left = _draw_day(
                    contacts,
                    n,
                    s,
                    q,
                    i,
                    end,
                    gap,
                    left,
                    factor[q, d],
                    rate,
                    law,
                    aht,
                    sigma,
                    quantiles,
                    patience,
                    seconds,
                )
                if i == end:
                    break
                contacts = _longer(contacts, len(contacts) // 2 + 64)
        first[q + 1] = n
    return contacts[:n], first


# -- events and idle lists ----------------------------------------------------------------------------------


@_inlined
def _push(events, size, time, kind, who):
    """Add an event to the binary heap."""
    i = size[0]
    size[0] = i + 1
    while i > 0:
        parent = (i - 1) >> 1
        if events[parent]["time"] <= time:
            break
        events[i] = events[parent]
        i = parent
    event = events[i]
    event["time"] = time
    event["kind"] = kind
    event["who"] = who


@_inlined
def _pop(events, size):
    """Remove the earliest event from the binary heap."""
    n = size[0] - 1
    size[0] = n
    time = events[n]["time"]
    kind, who = events[n]["kind"], events[n]["who"]
    events[n]["time"] = np.inf  # never the earlier of two, so that a last lone child needs no test
    i, child = 0, 1
    while child < n:
        child += events[child + 1]["time"] < events[child]["time"]
        if events[child]["time"] >= time:
            break
        events[i] = events[child]
        i = child
        child = 2 * i + 1
    event = events[i]
    event["time"] = time
    event["kind"] = kind
    event["who"] = who


@_compiled
def _tree(n):
    """Tree of the next times of `n` people or queues, infinite so far.

    Node 1 is the root, below node i lie 4 i to 4 i + 3, the second half are the leaves; every node has the earliest time
    below it. To change or find one takes a few steps without a branch that nobody could foretell.
    """
    leaves = 1
    while leaves < n:
        leaves *= 4
    return np.full(2 * leaves, np.inf)


@_inlined
def _set(tree, leaf, time):
    """Change the time of a leaf."""
    i = _index(leaf) + _index(len(tree) >> 1)
    tree[i] = time
    while i > _ONE:
        time = min(time, min(tree[i ^ _ONE], min(tree[i ^ _TWO], tree[i ^ _THREE])))
        i >>= _TWO
        tree[i] = time


@_inlined
def _earliest(tree):
    """First leaf with the earliest time."""
    i, leaves, time = _ONE, _index(len(tree) >> 1), tree[1]
    while i < leaves:
        i <<= _TWO
        first, second, third = _index(tree[i] > time), _index(tree[i + _ONE] > time), _index(tree[i + _TWO] > time)
        second &= first
        i += first + second + (third & second)
    return _wide(i - leaves)


@_inlined
def _link(a, now, people, lists):
    """Put a person at the end of the idle list of their group and number of contacts."""
    person = people[a]
    g, level = _wide(person["group"]), person["level"]
    last = lists[g, level]["tail"]
    person["before"] = last
    person["after"] = -1
    lists[g, level]["tail"] = a
    if last >= 0:
        people[last]["after"] = a
    else:
        lists[g, level]["head"] = a
    person["listed"] = level
    person["idle_since"] = now
    lists[g, level]["length"] += 1


@_inlined
def _unlink(a, people, lists):
    person = people[a]
    g, level, before, after = person["group"], person["listed"], person["before"], person["after"]
    if before >= 0:
        people[before]["after"] = after
    else:
        lists[g, level]["head"] = after
    if after >= 0:
        people[after]["before"] = before
    else:
        lists[g, level]["tail"] = before
    person["listed"] = -1
    lists[g, level]["length"] -= 1


@_called
def _work_off(a, now, rules, people, hands, contacts):
    """Take from the chats in hand what they have progressed since the last change of their number."""
    passed = now - people[a]["since"]
    k = people[a]["level"]
    for j in range(k):
        q = contacts[hands[a, j]["contact"]]["queue"]
        hands[a, j]["left"] -= passed / (1.0 + rules[q]["slowdown"] * (k - 1))
    people[a]["since"] = now


@_called
def _next_chat(a, rules, people, hands, contacts):
    """Which chat in hand ends next, and in how many seconds."""
    k = people[a]["level"]
    best, soonest = 0, np.inf
    for j in range(k):
        q = contacts[hands[a, j]["contact"]]["queue"]
        seconds = hands[a, j]["left"] * (1.0 + rules[q]["slowdown"] * (k - 1))
        if seconds < soonest:
            best, soonest = j, seconds
    return best, max(soonest, 0.0)


@_inlined
def _take(c, a, q, now, rules, pace, people, hands, lists, contacts, due):
    """Hand contact `c` of queue `q` to person `a`."""
    person, contact = people[a], contacts[c]
    if person["listed"] >= 0:
        _unlink(a, people, lists)
    contact["status"] = IN_HAND
    contact["begin"] = now
    contact["who"] = a
    work = contact["work"] * pace[a, q]
    k = person["level"]
    if person["busy_since"] < 0.0:
        person["busy_since"] = now
    if rules[q]["channel"] != CHAT:
        person["exclusive"] = 1
        person["level"] = 1
        hands[a, 0]["contact"] = c
        _set(due, a, now + work)
        return
    _work_off(a, now, rules, people, hands, contacts)
    hands[a, k]["contact"] = c
    hands[a, k]["left"] = work
    person["level"] = k + 1
    _, seconds = _next_chat(a, rules, people, hands, contacts)
    _set(due, a, now + seconds)
    if k + 1 < person["most"]:
        _link(a, now, people, lists)


@_inlined
def _put_down(a, now, rules, people, hands, contacts, due):
    """End the contact of person `a` that is due now."""
    person = people[a]
    if person["exclusive"]:
        contact = contacts[hands[a, 0]["contact"]]
        person["exclusive"] = 0
        person["level"] = 0
    else:
        _work_off(a, now, rules, people, hands, contacts)
        j, _ = _next_chat(a, rules, people, hands, contacts)
        contact = contacts[hands[a, j]["contact"]]
        k = person["level"] - 1
        hands[a, j]["contact"] = hands[a, k]["contact"]
        hands[a, j]["left"] = hands[a, k]["left"]
        person["level"] = k
        if k > 0:
            _, seconds = _next_chat(a, rules, people, hands, contacts)
            _set(due, a, now + seconds)
    contact["status"] = SERVED
    contact["finish"] = now


# -- routing ------------------------------------------------------------------------------------------------


@_inlined
def _rank(g, q, rules, priority):
    """Order in which a person of the group likes the queue: priority, then what cannot wait before what can."""
    return 2 * priority[g, q] + (1 if rules[q]["channel"] == DEFERRABLE else 0)


@_called
def _spared(g, q, listed, rules, priority, lists):
    """Whether enough others stay idle for every better work of the group if one person of it takes queue `q`."""
    rank = _rank(g, q, rules, priority)
    for w in range(len(rules)):
        if priority[g, w] > 0 and _rank(g, w, rules, priority) < rank:
            others = -listed
            for h in range(len(priority)):
                if priority[h, w] > 0:
                    others += lists[h, 0]["length"]
            if others < rules[q]["reserve"]:
                return False
    return True


@_inlined
def _find_person(q, waited, rules, priority, route, people, lists):
    """Who takes a contact of queue `q`: best priority, then fewest chats, then longest idle; -1 for nobody."""
    best, best_priority, best_level = _wide(-1), 0, 0
    for r in range(route.shape[1]):
        g = route[q, r]
        if g < 0:
            break
        p = priority[g, q]
        if (best >= 0 and p > best_priority) or (p > 1 and waited < rules[q]["overflow"]):
            break
        for level in range(rules[q]["concurrency"]):
            a = _wide(lists[g, level]["head"])
            if a < 0:
                continue
            if level == 0 and rules[q]["reserve"] > 0 and not _spared(g, q, 1, rules, priority, lists):
                continue
            longer = best < 0 or people[a]["idle_since"] < people[best]["idle_since"]
            if best < 0 or level < best_level or (level == best_level and longer):
                best, best_priority, best_level = a, p, level
            break
    return best


@_called
def _leave(contact):
    """Note that a waiting contact has left at its deadline."""
    gave_up = contact["deadline"] >= contact["time"] + contact["patience"]
    contact["status"] = ABANDONED if gave_up else TURNED_AWAY
    contact["begin"] = contact["deadline"]


@_inlined
def _first(q, now, lines, contacts):
    """First contact that still waits in queue `q`, noting on the way those that have left; -1 for none."""
    c = _wide(lines[q]["head"])
    while c >= 0:
        contact = contacts[c]
        if contact["status"] == WAITING:
            if contact["deadline"] >= now:
                return c
            _leave(contact)
        c = _wide(contact["following"])
        lines[q]["head"] = c
    lines[q]["tail"] = -1
    return c


@_inlined
def _step_up(q, lines, contacts):
    """Take the first contact out of the line of queue `q`."""
    c = contacts[lines[q]["head"]]["following"]
    lines[q]["head"] = c
    if c < 0:
        lines[q]["tail"] = -1


@_inlined
def _seek(a, now, rules, priority, pace, people, hands, lists, lines, contacts, due):
    """Let person `a` take waiting work: best rank, then longest waiting; list them where they can take more."""
    person = people[a]
    g = _wide(person["group"])
    while True:
        best, best_rank, longest = _wide(-1), 0, np.inf
        for q in range(len(lines)):
            p = priority[g, q]
            if p == 0 or lines[q]["head"] < 0:
                continue
            level = person["level"]
            if level > 0 and (rules[q]["channel"] != CHAT or level >= rules[q]["concurrency"]):
                continue
            c = _first(q, now, lines, contacts)
            if c < 0:
                continue
            came = contacts[c]["time"]
            if p > 1 and now - came < rules[q]["overflow"]:
                continue
            if level == 0 and rules[q]["reserve"] > 0:
                listed = 1 if person["listed"] == 0 else 0
                if not _spared(g, q, listed, rules, priority, lists):
                    continue
            rank = _rank(g, q, rules, priority)
            if best < 0 or rank < best_rank or (rank == best_rank and came < longest):
                best, best_rank, longest = q, rank, came
        if best < 0:
            break
        c = _wide(lines[best]["head"])
        _step_up(best, lines, contacts)
        _take(c, a, best, now, rules, pace, people, hands, lists, contacts, due)
        if person["exclusive"]:
            return
    if person["listed"] < 0 and person["level"] < person["most"]:
        _link(a, now, people, lists)


@_called
def _hand_out(q, now, waited, rules, priority, route, pace, people, hands, lists, lines, contacts, due):
    """Hand the first contact of queue `q` to whoever may take it; whether somebody did."""
    c = _first(q, now, lines, contacts)
    if c < 0:
        return False
    a = _find_person(q, max(waited, now - contacts[c]["time"]), rules, priority, route, people, lists)
    if a < 0:
        return False
    _step_up(q, lines, contacts)
    _take(c, a, q, now, rules, pace, people, hands, lists, contacts, due)
    return True


@_inlined
def _spread(total, row, start, end, seconds):
    """Add the time from `start` to `end` to the intervals it falls in."""
    i = int(start / seconds)
    while i < total.shape[1] and i * seconds < end:
        total[row, i] += min(end, (i + 1) * seconds) - max(start, i * seconds)
        i += 1


# -- the replication ----------------------------------------------------------------------------------------


@_called
def _run(
    clocks,
    contacts,
    pointer,
    first,
    rules,
    priority,
    route,
    closing,
    is_open,
    stretches,
    by_end,
    pace,
    people,
    hands,
    lists,
    lines,
    due,
    upcoming,
    events,
    size,
    busy,
    present,
    luck,
    seconds,
):
    """Work off events until none is left or a table is full."""
    clock = clocks[0]
    overtime, close, made = clock["overtime"], clock["close"], clock["made"]
    i_start, i_end = clock["i_start"], clock["i_end"]
    n_queues, n_people, n_stretches = len(rules), len(people), len(stretches)
    horizon = is_open.shape[1] * seconds
    reserved, retries = False, False
    for q in range(n_queues):
        reserved = reserved or rules[q]["reserve"] > 0
        retries = retries or rules[q]["retry_share"] > 0
    t_start = stretches[i_start]["start"] if i_start < n_stretches else np.inf
    t_end = stretches[by_end[i_end]]["end"] if i_end < n_stretches else np.inf
    while True:
        t_event = events[0]["time"] if size[0] > 0 else np.inf
        now = min(min(min(t_event, due[1]), upcoming[1]), min(t_start, t_end))
        stop = RUNNING
        if now == np.inf:
            stop = FINISHED
        elif size[0] + n_people + 64 > len(events):
            stop = EVENTS_FULL
        elif retries and made == len(contacts):
            stop = CONTACTS_FULL
        if stop != RUNNING:
            clock["overtime"] = overtime
            clock["close"] = close
            clock["made"] = made
            clock["i_start"] = i_start
            clock["i_end"] = i_end
            return stop
        comes, seeks, arrives, ended = _wide(-1), _wide(-1), _wide(-1), _wide(-1)
        if due[1] <= now:
            ended = _earliest(due)
            person = people[ended]
            if person["listed"] >= 0:
                _unlink(ended, people, lists)
            _put_down(ended, now, rules, people, hands, contacts, due)
            if person["on"]:
                seeks = ended
            elif person["level"] == 0:
                person["leaving"] = 0
                person["left_at"] = now
                close = max(close, now)
                _spread(present, person["crew"], person["on_since"], now, seconds)
                stretch = stretches[person["stretch"]]
                if stretch["last"]:
                    overtime += now - stretch["end"]
                comes = _wide(person["pending"])
                person["pending"] = -1
        elif t_event <= now:
            kind, who = events[0]["kind"], _wide(events[0]["who"])
            _pop(events, size)
            if kind == RETURN:
                comes = who
            elif kind == RETRY:
                arrives = who
            elif contacts[who]["status"] == WAITING and contacts[who]["deadline"] >= now:
                q = _wide(contacts[who]["queue"])
                if kind == OVERFLOW:
                    # The oldest goes first, and has waited at least as long.
                    _hand_out(
                        q,
                        now,
                        np.inf,
                        rules,
                        priority,
                        route,
                        pace,
                        people,
                        hands,
                        lists,
                        lines,
                        contacts,
                        due,
                    )
                else:
                    contact = contacts[who]
                    _leave(contact)
                    if contact["status"] == ABANDONED and _uniform(luck) < rules[q]["retry_share"]:
                        again = now + rules[q]["retry_delay"] * _exponential(luck)
                        wait = rules[q]["patience"] * _exponential(luck)
                        if again < horizon and is_open[q, int(again / seconds)] > 0:
                            further = contacts[made]
                            further["time"] = again
                            further["work"] = contacts[who]["work"]
                            further["patience"] = wait
                            further["interval"] = int(again / seconds)
                            further["queue"] = q
                            further["status"] = NOT_MADE
                            further["following"] = -1
                            further["deadline"] = np.inf
                            further["begin"] = 0.0
                            further["finish"] = 0.0
                            further["who"] = -1
                            _push(events, size, again, RETRY, made)
                            made += 1
        elif t_start <= now:
            person = people[stretches[i_start]["person"]]
            if person["on"]:
                person["stretch"] = i_start
            elif person["leaving"]:
                person["pending"] = i_start
            else:
                comes = i_start
            i_start += 1
            t_start = stretches[i_start]["start"] if i_start < n_stretches else np.inf
        elif t_end <= now:
            s = by_end[i_end]
            i_end += 1
            t_end = stretches[by_end[i_end]]["end"] if i_end < n_stretches else np.inf
            a = _wide(stretches[s]["person"])
            person = people[a]
            close = max(close, now)
            if person["stretch"] == s and person["on"]:
                person["on"] = 0
                if person["listed"] >= 0:
                    _unlink(a, people, lists)
                if person["level"] > 0:
                    person["leaving"] = 1
                else:
                    person["left_at"] = now
                    _spread(present, person["crew"], person["on_since"], now, seconds)
        else:
            q = _earliest(upcoming)
            arrives = pointer[q]
            pointer[q] = arrives + 1
            _set(upcoming, q, contacts[arrives + 1]["time"] if arrives + 1 < first[q + 1] else np.inf)

        if comes >= 0:
            # A break keeps its length: who went late comes back as much later.
            a = _wide(stretches[comes]["person"])
            person = people[a]
            back = max(stretches[comes]["start"], person["left_at"] + stretches[comes]["gap"])
            if back > now:
                if back < stretches[comes]["end"]:
                    _push(events, size, back, RETURN, comes)
            elif now < stretches[comes]["end"] and not person["on"] and not person["leaving"]:
                person["on"] = 1
                person["stretch"] = comes
                person["on_since"] = now
                seeks = a
        if seeks >= 0:
            _seek(seeks, now, rules, priority, pace, people, hands, lists, lines, contacts, due)
            if reserved and people[seeks]["listed"] == 0:
                # One more is idle, so work that was held back for others may be handed out now.
                for q in range(n_queues):
                    while rules[q]["reserve"] > 0 and _hand_out(
                        q, now, 0.0, rules, priority, route, pace, people, hands, lists, lines, contacts, due
                    ):
                        pass
        if ended >= 0 and people[ended]["level"] == 0:
            person = people[ended]
            _set(due, ended, np.inf)
            _spread(busy, person["crew"], person["busy_since"], now, seconds)
            person["busy_since"] = -1.0
        if arrives >= 0:
            contact = contacts[arrives]
            q = _wide(contact["queue"])
            contact["status"] = WAITING
            a = _find_person(q, 0.0, rules, priority, route, people, lists)
            if a >= 0:
                _take(arrives, a, q, now, rules, pace, people, hands, lists, contacts, due)
                continue
            if rules[q]["channel"] != DEFERRABLE:
                contact["deadline"] = min(now + contact["patience"], closing[q, contact["interval"]])
                if rules[q]["retry_share"] > 0 and contact["deadline"] < np.inf:
                    _push(events, size, contact["deadline"], PATIENCE_END, arrives)
            if rules[q]["overflow"] > 0:
                _push(events, size, now + rules[q]["overflow"], OVERFLOW, arrives)
            if lines[q]["tail"] >= 0:
                contacts[lines[q]["tail"]]["following"] = arrives
            else:
                lines[q]["head"] = arrives
            lines[q]["tail"] = arrives


@_compiled
def play(
    contacts, first, rules, priority, route, closing, is_open, stretches, by_end, staff, pace, n_crews, luck, seconds
):
    """Play one replication.

    Parameters
    ----------
    contacts, first
        Contacts (dtype `CONTACT`), queue after queue, each by time; where each queue begins, shape (Q + 1,).
    rules, priority, route
        Queues (dtype `RULE`, (Q,)); priority per group and queue (G, Q), 0 where not served; groups that serve a
        queue, best priority first, then -1, (Q, G).
    closing, is_open
        When whoever came in an interval is turned away (Q, T); 1 where open (Q, T).
    stretches, by_end
        Stretches of work (dtype `STRETCH`) by start, (N,), and their order by end.
    staff, pace
        Group and crew of each person (P, 2); factor on handling times (P, Q).
    n_crews
        Rows of the occupancy report.
    luck
        State of the random numbers of further attempts, (4,).
    seconds
        Length of an interval.

    Returns
    -------
    tuple
        Contacts with what became of them, and further attempts of those who gave up behind them; how many they are;
        busy and duty seconds per crew and interval; overtime in seconds; when the last person left or the horizon
        ended, whichever is later.

    Notes
    -----
    At one instant a contact ends first, then people come, then people go, then contacts arrive.
    """
    n_queues, n_intervals = is_open.shape
    n_people, n_groups = len(staff), len(priority)
    widest = 1
    lines = np.empty(n_queues, LINE)
    for q in range(n_queues):
        lines[q]["head"] = -1
        lines[q]["tail"] = -1
        widest = max(widest, rules[q]["concurrency"])
    lists = np.empty((n_groups, widest), LIST)
    for g in range(n_groups):
        for k in range(widest):
            lists[g, k]["head"] = -1
            lists[g, k]["tail"] = -1
            lists[g, k]["length"] = 0
    people = np.zeros(n_people, PERSON)
    for a in range(n_people):
        person = people[a]
        person["group"] = staff[a, 0]
        person["crew"] = staff[a, 1]
        person["listed"] = -1
        person["pending"] = -1
        person["stretch"] = -1
        person["left_at"] = -1e18
        person["busy_since"] = -1.0
        person["most"] = 1
        for q in range(n_queues):
            if priority[staff[a, 0], q] > 0 and rules[q]["concurrency"] > person["most"]:
                person["most"] = rules[q]["concurrency"]
    hands = np.zeros((n_people, widest), HAND)
    due, upcoming = _tree(n_people), _tree(n_queues)
    for q in range(n_queues):
        if first[q] < first[q + 1]:
            _set(upcoming, q, contacts[first[q]]["time"])
    events = np.empty(4 * n_people + 128, EVENT)
    size = np.zeros(1, np.int64)
    busy, present = np.zeros((n_crews, n_intervals)), np.zeros((n_crews, n_intervals))
    pointer = first[:-1].copy()
    clocks = np.zeros(1, CLOCK)
    clocks[0]["close"] = n_intervals * seconds
    clocks[0]["made"] = len(contacts)
    while True:
        stop = _run(
            clocks,
            contacts,
            pointer,
            first,
            rules,
            priority,
            route,
            closing,
            is_open,
            stretches,
            by_end,
            pace,
            people,
            hands,
            lists,
            lines,
            due,
            upcoming,
            events,
            size,
            busy,
            present,
            luck,
            seconds,
        )
        if stop == FINISHED:
            break
        if stop == EVENTS_FULL:
            events = _longer(events, len(events))
        else:
            contacts = _longer(contacts, len(contacts) // 4 + 64)
    return contacts, clocks[0]["made"], busy, present, clocks[0]["overtime"], clocks[0]["close"]


@_called
def _opened(q, at, is_open, open_seconds, seconds):
    """Open seconds of queue `q` from the start of the horizon to `at`."""
    i = int(at / seconds)
    if i >= is_open.shape[1]:
        return open_seconds[q, -1]
    return open_seconds[q, i] + is_open[q, i] * (at - i * seconds)


@_compiled
def count(contacts, made, rules, is_open, open_seconds, close, seconds):
    """Count outcomes by the interval of arrival, shape (Q, T, COUNTS), noting those that left after the last event."""
    out = np.zeros((is_open.shape[0], is_open.shape[1], COUNTS))
    for c in range(made):
        contact = contacts[c]
        if contact["status"] == WAITING and contact["deadline"] <= close:
            _leave(contact)
        q, i, status, came = contact["queue"], contact["interval"], contact["status"], contact["time"]
        deferrable = rules[q]["channel"] == DEFERRABLE
        until = close
        if status == SERVED:
            until = contact["finish"] if deferrable else contact["begin"]
        elif status != WAITING:
            until = contact["begin"]
        if deferrable:
            wait = _opened(q, until, is_open, open_seconds, seconds) - _opened(q, came, is_open, open_seconds, seconds)
        else:
            wait = until - came
        in_time = wait <= rules[q]["threshold"]
        out[q, i, OFFERED] += 1
        out[q, i, JUDGED] += status != WAITING or not in_time
        if status == SERVED:
            out[q, i, SERVED_COUNT] += 1
            out[q, i, WAIT_SUM] += wait
            out[q, i, IN_TIME] += in_time
        elif status == WAITING:
            out[q, i, WAITING_COUNT] += 1
        elif status == ABANDONED:
            out[q, i, ABANDONED_COUNT] += 1
            out[q, i, QUICK_ABANDONED] += in_time
        else:
            out[q, i, TURNED_COUNT] += 1
    return out


@_compiled
def add_up(counts, day_first, numerators, denominators, total, products, days):
    """Add a replication's counts, shape (Q, T, COUNTS), to the sums over all, to products of ratios, and by day."""
    for q in range(counts.shape[0]):
        for d in range(len(day_first) - 1):
            for t in range(day_first[d], day_first[d + 1]):
                if counts[q, t, OFFERED] == 0:
                    continue
                for k in range(COUNTS):
                    total[q, t, k] += counts[q, t, k]
                    days[q, d, k] += counts[q, t, k]
                for k in range(len(numerators)):
                    y, x = counts[q, t, numerators[k]], counts[q, t, denominators[k]]
                    products[0, q, t, k] += y * y
                    products[1, q, t, k] += x * x
                    products[2, q, t, k] += x * y
