"""One replication, event by event."""

# Compiled functions take their types from their arguments.
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from __future__ import annotations

import numpy as np

from staffing.simulation.kernels.chance import exponential, uniform
from staffing.simulation.kernels.compiled import called, compiled, inlined, wide
from staffing.simulation.kernels.drawing import begin, lengthened
from staffing.simulation.kernels.events import earliest, new_tree, pop, push, set_time
from staffing.simulation.kernels.people import put_down, take_on, unlink
from staffing.simulation.kernels.records import (
    ABANDONED,
    CLOCK,
    CONTACTS_FULL,
    DEFERRABLE,
    EVENT,
    EVENTS_FULL,
    FINISHED,
    HAND,
    LINE,
    LIST,
    OVERFLOW,
    PATIENCE_END,
    PERSON,
    RETRY,
    RETURN,
    RUNNING,
    WAITING,
    Floor,
)
from staffing.simulation.kernels.routing import find_person, hand_out, note_leaving, seek


@inlined
def _spread(total, row, start, end, seconds):
    """Add the time from `start` to `end` to the intervals it falls in."""
    i = int(start / seconds)
    while i < total.shape[1] and i * seconds < end:
        total[row, i] += min(end, (i + 1) * seconds) - max(start, i * seconds)
        i += 1


@inlined
def _come(s, now, given, floor, events, size):
    """Begin stretch `s`: who works it from now on, or -1. A break keeps its length: who went late comes back as much later."""
    stretch = given.stretches[s]
    a = wide(stretch["person"])
    person = floor.people[a]
    back = max(stretch["start"], person["left_at"] + stretch["gap"])
    if back > now:
        if back < stretch["end"]:
            push(events, size, back, RETURN, s)
    elif now < stretch["end"] and not person["on"] and not person["leaving"]:
        person["on"] = 1
        person["stretch"] = s
        person["on_since"] = now
        return a
    return wide(-1)


@inlined
def _go(s, now, given, floor):
    """End stretch `s`; who has contacts in hand ends them first."""
    a = wide(given.stretches[s]["person"])
    person = floor.people[a]
    if person["stretch"] == s and person["on"]:
        person["on"] = 0
        if person["listed"] >= 0:
            unlink(a, floor.people, floor.lists)
        if person["level"] > 0:
            person["leaving"] = 1
        else:
            person["left_at"] = now
            _spread(floor.present, person["crew"], person["on_since"], now, given.seconds)


@called
def _give_up(c, q, now, made, given, floor, contacts, events, size):
    """Let contact `c` of queue `q` leave the line; whether it makes a further attempt, as contact `made`."""
    contact, rule, seconds = contacts[c], given.rules[q], given.seconds
    note_leaving(contact)
    if contact["status"] != ABANDONED or uniform(floor.luck) >= rule["retry_share"]:
        return 0
    again = now + rule["retry_delay"] * exponential(floor.luck)
    wait = rule["patience"] * exponential(floor.luck)
    i = int(again / seconds)
    if i >= given.is_open.shape[1] or given.is_open[q, i] == 0:
        return 0
    further = contacts[made]
    begin(further, q, i, again)
    further["work"] = contact["work"]
    further["patience"] = wait
    push(events, size, again, RETRY, made)
    return 1


@inlined
def _arrive(c, now, given, floor, contacts, events, size):
    """Hand an arriving contact to somebody, or let it wait."""
    contact = contacts[c]
    q = wide(contact["queue"])
    rule, line = given.rules[q], floor.lines[q]
    contact["status"] = WAITING
    a = find_person(q, 0.0, given, floor)
    if a >= 0:
        take_on(c, a, q, now, given, floor, contacts)
        return
    if rule["channel"] != DEFERRABLE:
        contact["deadline"] = min(now + contact["patience"], given.closing[q, contact["interval"]])
        if rule["retry_share"] > 0 and contact["deadline"] < np.inf:
            push(events, size, contact["deadline"], PATIENCE_END, c)
    if rule["overflow"] > 0:
        push(events, size, now + rule["overflow"], OVERFLOW, c)
    if line["tail"] >= 0:
        contacts[line["tail"]]["following"] = c
    else:
        line["head"] = c
    line["tail"] = c


@called
def _run(given, floor, contacts, events, size):
    """Work off events until none is left or a table is full."""
    rules, stretches, by_end, seconds = given.rules, given.stretches, given.by_end, given.seconds
    people, due, upcoming, clock = floor.people, floor.due, floor.upcoming, floor.clocks[0]
    overtime, close, made = clock["overtime"], clock["close"], clock["made"]
    i_start, i_end = clock["i_start"], clock["i_end"]
    n_queues, n_people, n_stretches = len(rules), len(people), len(stretches)
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
        comes, seeks, arrives, ended = wide(-1), wide(-1), wide(-1), wide(-1)
        if due[1] <= now:
            ended = earliest(due)
            person = people[ended]
            if person["listed"] >= 0:
                unlink(ended, people, floor.lists)
            put_down(ended, now, given, floor, contacts)
            if person["on"]:
                seeks = ended
            elif person["level"] == 0:
                person["leaving"] = 0
                person["left_at"] = now
                close = max(close, now)
                _spread(floor.present, person["crew"], person["on_since"], now, seconds)
                stretch = stretches[person["stretch"]]
                if stretch["last"]:
                    overtime += now - stretch["end"]
                comes = wide(person["pending"])
                person["pending"] = -1
        elif t_event <= now:
            kind, who = events[0]["kind"], wide(events[0]["who"])
            pop(events, size)
            if kind == RETURN:
                comes = who
            elif kind == RETRY:
                arrives = who
            elif contacts[who]["status"] == WAITING and contacts[who]["deadline"] >= now:
                q = wide(contacts[who]["queue"])
                if kind == OVERFLOW:
                    # The oldest goes first, and has waited at least as long.
                    hand_out(q, now, np.inf, given, floor, contacts)
                else:
                    made += _give_up(who, q, now, made, given, floor, contacts, events, size)
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
            _go(by_end[i_end], now, given, floor)
            close = max(close, now)
            i_end += 1
            t_end = stretches[by_end[i_end]]["end"] if i_end < n_stretches else np.inf
        else:
            q = earliest(upcoming)
            arrives = floor.pointer[q]
            floor.pointer[q] = arrives + 1
            set_time(upcoming, q, contacts[arrives + 1]["time"] if arrives + 1 < given.first[q + 1] else np.inf)

        if comes >= 0:
            a = _come(comes, now, given, floor, events, size)
            if a >= 0:
                seeks = a
        if seeks >= 0:
            seek(seeks, now, given, floor, contacts)
            if reserved and people[seeks]["listed"] == 0:
                # One more is idle, so work that was held back for others may be handed out now.
                for q in range(n_queues):
                    while rules[q]["reserve"] > 0 and hand_out(q, now, 0.0, given, floor, contacts):
                        pass
        if ended >= 0 and people[ended]["level"] == 0:
            person = people[ended]
            set_time(due, ended, np.inf)
            _spread(floor.busy, person["crew"], person["busy_since"], now, seconds)
            person["busy_since"] = -1.0
        if arrives >= 0:
            _arrive(arrives, now, given, floor, contacts, events, size)


@compiled
def play(given, contacts, staff, n_crews, luck):
    """Play one replication.

    Parameters
    ----------
    given
        What it is played with.
    contacts
        Contacts (dtype `CONTACT`), queue after queue, each by time.
    staff
        Group and crew of each person, (P, 2).
    n_crews
        Rows of the occupancy report.
    luck
        State of the random numbers of further attempts, (4,).

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
    rules, priority, first = given.rules, given.priority, given.first
    n_queues, n_intervals = given.is_open.shape
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
    due, upcoming = new_tree(n_people), new_tree(n_queues)
    for q in range(n_queues):
        if first[q] < first[q + 1]:
            set_time(upcoming, q, contacts[first[q]]["time"])
    events = np.empty(4 * n_people + 128, EVENT)
    size = np.zeros(1, np.int64)
    busy, present = np.zeros((n_crews, n_intervals)), np.zeros((n_crews, n_intervals))
    clocks = np.zeros(1, CLOCK)
    clocks[0]["close"] = n_intervals * given.seconds
    clocks[0]["made"] = len(contacts)
    floor = Floor(people, hands, lists, lines, due, upcoming, busy, present, first[:-1].copy(), clocks, luck)
    while True:
        stop = _run(given, floor, contacts, events, size)
        if stop == FINISHED:
            break
        if stop == EVENTS_FULL:
            events = lengthened(events, len(events))
        else:
            contacts = lengthened(contacts, len(contacts) // 4 + 64)
    return contacts, clocks[0]["made"], busy, present, clocks[0]["overtime"], clocks[0]["close"]
