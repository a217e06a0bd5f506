"""Who gets which contact: lines of waiting contacts, people who may take them, and how the two find each other."""

# Compiled functions take their types from their arguments.
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from __future__ import annotations

import numpy as np

from staffing.simulation.kernels.compiled import called, inlined, wide
from staffing.simulation.kernels.people import link, take_on
from staffing.simulation.kernels.records import ABANDONED, CHAT, DEFERRABLE, TURNED_AWAY, WAITING


@inlined
def rank_of(g, q, rules, priority):
    """Order in which a person of the group likes the queue: priority, then what cannot wait before what can."""
    return 2 * priority[g, q] + (1 if rules[q]["channel"] == DEFERRABLE else 0)


@called
def enough_stay_idle(g, q, listed, rules, priority, lists):
    """Whether enough others stay idle for every better work of the group if one person of it takes queue `q`."""
    rank = rank_of(g, q, rules, priority)
    for w in range(len(rules)):
        if priority[g, w] > 0 and rank_of(g, w, rules, priority) < rank:
            others = -listed
            for h in range(len(priority)):
                if priority[h, w] > 0:
                    others += lists[h, 0]["length"]
            if others < rules[q]["reserve"]:
                return False
    return True


@inlined
def find_person(q, waited, given, floor):
    """Who takes a contact of queue `q`: best priority, then fewest chats, then longest idle; -1 for nobody."""
    rules, priority, route, people, lists = given.rules, given.priority, given.route, floor.people, floor.lists
    best, best_priority, best_level = wide(-1), 0, 0
    for r in range(route.shape[1]):
        g = route[q, r]
        if g < 0:
            break
        p = priority[g, q]
        if (best >= 0 and p > best_priority) or (p > 1 and waited < rules[q]["overflow"]):
            break
        for level in range(rules[q]["concurrency"]):
            a = wide(lists[g, level]["head"])
            if a < 0:
                continue
            if level == 0 and rules[q]["reserve"] > 0 and not enough_stay_idle(g, q, 1, rules, priority, lists):
                continue
            longer = best < 0 or people[a]["idle_since"] < people[best]["idle_since"]
            if best < 0 or level < best_level or (level == best_level and longer):
                best, best_priority, best_level = a, p, level
            break
    return best


@called
def note_leaving(contact):
    """Note that a waiting contact has left at its deadline."""
    gave_up = contact["deadline"] >= contact["time"] + contact["patience"]
    contact["status"] = ABANDONED if gave_up else TURNED_AWAY
    contact["begin"] = contact["deadline"]


@inlined
def first_in_line(q, now, lines, contacts):
    """First contact that still waits in queue `q`, noting on the way those that have left; -1 for none."""
    c = wide(lines[q]["head"])
    while c >= 0:
        contact = contacts[c]
        if contact["status"] == WAITING:
            if contact["deadline"] >= now:
                return c
            note_leaving(contact)
        c = wide(contact["following"])
        lines[q]["head"] = c
    lines[q]["tail"] = -1
    return c


@inlined
def step_up(q, lines, contacts):
    """Take the first contact out of the line of queue `q`."""
    c = contacts[lines[q]["head"]]["following"]
    lines[q]["head"] = c
    if c < 0:
        lines[q]["tail"] = -1


@inlined
def seek(a, now, given, floor, contacts):
    """Let person `a` take waiting work: best rank, then longest waiting; list them where they can take more."""
    rules, priority, lists, lines = given.rules, given.priority, floor.lists, floor.lines
    person = floor.people[a]
    g = wide(person["group"])
    while True:
        best, best_rank, longest = wide(-1), 0, np.inf
        for q in range(len(lines)):
            p = priority[g, q]
            if p == 0 or lines[q]["head"] < 0:
                continue
            level = person["level"]
            if level > 0 and (rules[q]["channel"] != CHAT or level >= rules[q]["concurrency"]):
                continue
            c = first_in_line(q, now, lines, contacts)
            if c < 0:
                continue
            came = contacts[c]["time"]
            if p > 1 and now - came < rules[q]["overflow"]:
                continue
            if level == 0 and rules[q]["reserve"] > 0:
                listed = 1 if person["listed"] == 0 else 0
                if not enough_stay_idle(g, q, listed, rules, priority, lists):
                    continue
            rank = rank_of(g, q, rules, priority)
            if best < 0 or rank < best_rank or (rank == best_rank and came < longest):
                best, best_rank, longest = q, rank, came
        if best < 0:
            break
        c = wide(lines[best]["head"])
        step_up(best, lines, contacts)
        take_on(c, a, best, now, given, floor, contacts)
        if person["exclusive"]:
            return
    if person["listed"] < 0 and person["level"] < person["most"]:
        link(a, now, floor.people, lists)


@called
def hand_out(q, now, waited, given, floor, contacts):
    """Hand the first contact of queue `q` to whoever may take it; whether somebody did."""
    c = first_in_line(q, now, floor.lines, contacts)
    if c < 0:
        return False
    a = find_person(q, max(waited, now - contacts[c]["time"]), given, floor)
    if a < 0:
        return False
    step_up(q, floor.lines, contacts)
    take_on(c, a, q, now, given, floor, contacts)
    return True
