"""People at work: idle lists, and contacts in hand."""

# Compiled functions take their types from their arguments.
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from __future__ import annotations

import numpy as np

from staffing.simulation.kernels.compiled import called, inlined, wide
from staffing.simulation.kernels.events import set_time
from staffing.simulation.kernels.records import CHAT, IN_HAND, SERVED


@inlined
def link(a, now, people, lists):
    """Put a person at the end of the idle list of their group and number of contacts."""
    person = people[a]
    g, level = wide(person["group"]), person["level"]
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


@inlined
def unlink(a, people, lists):
    """Take a person out of their idle list."""
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


@called
def _work_off(a, now, rules, people, hands, contacts):
    """Take from the chats in hand what they have progressed since the last change of their number."""
    passed = now - people[a]["since"]
    k = people[a]["level"]
    for j in range(k):
        q = contacts[hands[a, j]["contact"]]["queue"]
        hands[a, j]["left"] -= passed / (1.0 + rules[q]["slowdown"] * (k - 1))
    people[a]["since"] = now


@called
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


@inlined
def take_on(c, a, q, now, given, floor, contacts):
    """Hand contact `c` of queue `q` to person `a`."""
    rules, people, hands, lists = given.rules, floor.people, floor.hands, floor.lists
    person, contact = people[a], contacts[c]
    if person["listed"] >= 0:
        unlink(a, people, lists)
    contact["status"] = IN_HAND
    contact["begin"] = now
    contact["who"] = a
    work = contact["work"] * given.pace[a, q]
    k = person["level"]
    if person["busy_since"] < 0.0:
        person["busy_since"] = now
    if rules[q]["channel"] != CHAT:
        person["exclusive"] = 1
        person["level"] = 1
        hands[a, 0]["contact"] = c
        set_time(floor.due, a, now + work)
        return
    _work_off(a, now, rules, people, hands, contacts)
    hands[a, k]["contact"] = c
    hands[a, k]["left"] = work
    person["level"] = k + 1
    _, seconds = _next_chat(a, rules, people, hands, contacts)
    set_time(floor.due, a, now + seconds)
    if k + 1 < person["most"]:
        link(a, now, people, lists)


@inlined
def put_down(a, now, given, floor, contacts):
    """End the contact of person `a` that is due now."""
    rules, people, hands = given.rules, floor.people, floor.hands
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
            set_time(floor.due, a, now + seconds)
    contact["status"] = SERVED
    contact["finish"] = now
