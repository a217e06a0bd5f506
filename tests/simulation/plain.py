"""The rules of the simulation once more, as plainly as possible: lists, scans, no compiled code, nothing shared.

Slow and meant to be read; the tests hold the compiled engine to it, contact by contact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

INF = math.inf


@dataclass
class Queue:
    channel: str = "voice"
    concurrency: int = 1
    slowdown: float = 0.0
    overflow: float = 0.0
    reserve: int = 0


@dataclass
class Contact:
    queue: int
    time: float
    work: float
    patience: float = INF
    turned_away: float = INF
    status: str = "coming"
    begin: float = 0.0
    finish: float = 0.0
    who: int = -1
    left: float = 0.0


@dataclass
class Stretch:
    person: int
    start: float
    end: float
    shift: int


@dataclass
class Person:
    priorities: list[int]
    pace: list[float]
    on: bool = False
    stretch: Stretch | None = None
    left_at: float = -INF
    idle_since: float = -INF
    hand: list[Contact] = field(default_factory=list)
    due: list[Stretch] = field(default_factory=list)


class Centre:
    """Plays given contacts against given people."""

    def __init__(self, queues: list[Queue], people: list[Person], stretches: list[Stretch]) -> None:
        self.queues, self.people, self.stretches = queues, people, stretches
        self.lines: list[list[Contact]] = [[] for _ in queues]
        self.now = 0.0
        self.overtime = 0.0

    def gap(self, stretch: Stretch) -> float:
        before = [s.end for s in self.stretches if s.shift == stretch.shift and s.end <= stretch.start]
        return stretch.start - max(before) if before else 0.0

    def speed(self, person: Person, contact: Contact) -> float:
        return 1 / (1 + self.queues[contact.queue].slowdown * (len(person.hand) - 1))

    def rank(self, person: Person, q: int) -> tuple[int, bool]:
        return person.priorities[q], self.queues[q].channel == "email"

    def may_take(self, p: int, q: int, waited: float) -> bool:
        person, queue = self.people[p], self.queues[q]
        if not person.on or not person.priorities[q]:
            return False
        if person.hand:
            chatting = all(self.queues[c.queue].channel == "chat" for c in person.hand)
            if queue.channel != "chat" or not chatting or len(person.hand) >= queue.concurrency:
                return False
        if person.priorities[q] > 1 and waited < queue.overflow:
            return False
        if queue.reserve and not person.hand:
            for w in range(len(self.queues)):
                if person.priorities[w] and self.rank(person, w) < self.rank(person, q):
                    others = [o for o in self.people if o is not person and o.on and not o.hand and o.priorities[w]]
                    if len(others) < queue.reserve:
                        return False
        return True

    def person_for(self, q: int, waited: float) -> int | None:
        fit = [p for p in range(len(self.people)) if self.may_take(p, q, waited)]
        key = {p: (self.people[p].priorities[q], len(self.people[p].hand), self.people[p].idle_since) for p in fit}
        return min(fit, key=key.__getitem__) if fit else None

    def take(self, p: int, contact: Contact) -> None:
        person = self.people[p]
        contact.status, contact.begin, contact.who = "in hand", self.now, p
        contact.left = contact.work * person.pace[contact.queue]
        person.hand.append(contact)
        person.idle_since = self.now
        if contact in self.lines[contact.queue]:
            self.lines[contact.queue].remove(contact)

    def seek(self, p: int) -> None:
        while True:
            heads = [line[0] for line in self.lines if line]
            heads = [c for c in heads if self.may_take(p, c.queue, self.now - c.time)]
            if not heads:
                break
            self.take(p, min(heads, key=lambda c: (self.rank(self.people[p], c.queue), c.time)))
        if not self.people[p].hand:
            for q, queue in enumerate(self.queues):
                while queue.reserve and self.lines[q]:
                    other = self.person_for(q, self.now - self.lines[q][0].time)
                    if other is None:
                        break
                    self.take(other, self.lines[q][0])

    def come(self, stretch: Stretch) -> None:
        person = self.people[stretch.person]
        back = max(stretch.start, person.left_at + self.gap(stretch))
        if back > self.now:
            if back < stretch.end:
                person.due.append(Stretch(stretch.person, back, stretch.end, stretch.shift))
        elif self.now < stretch.end and not person.on and not person.hand:
            person.on, person.stretch, person.idle_since = True, stretch, self.now
            self.seek(stretch.person)

    def finish(self, p: int, contact: Contact) -> None:
        person = self.people[p]
        person.hand.remove(contact)
        contact.status, contact.finish = "served", self.now
        person.idle_since = self.now
        if person.on:
            self.seek(p)
        elif not person.hand:
            person.left_at = self.now
            stretch = person.stretch
            assert stretch is not None
            if stretch.end == max(s.end for s in self.stretches if s.shift == stretch.shift):
                self.overtime += self.now - stretch.end
            begun = [s for s in self.stretches if s.person == p and stretch.end <= s.start <= self.now]
            if begun:
                self.come(begun[-1])

    def play(self, contacts: list[Contact]) -> None:
        coming = sorted(contacts, key=lambda c: c.time)
        starts = sorted(self.stretches, key=lambda s: s.start)
        ends = sorted(self.stretches, key=lambda s: s.end)
        overflow = sorted((c.time + self.queues[c.queue].overflow, i) for i, c in enumerate(coming))
        while True:
            ending = [
                (self.now + max(c.left, 0.0) / self.speed(x, c), p, c)
                for p, x in enumerate(self.people)
                for c in x.hand
            ]
            due = [(s.start, p, s) for p, x in enumerate(self.people) for s in x.due]
            times = [
                min((t for t, _, _ in ending), default=INF),
                min((t for t, _, _ in due), default=INF),
                overflow[0][0] if overflow else INF,
                starts[0].start if starts else INF,
                ends[0].end if ends else INF,
                coming[0].time if coming else INF,
            ]
            now = min(times)
            if now == INF:
                break
            for person in self.people:
                for c in person.hand:
                    c.left -= (now - self.now) * self.speed(person, c)
            self.now = now
            for line in self.lines:
                for c in [c for c in line if min(c.time + c.patience, c.turned_away) < now]:
                    self.leave(c)
            which = times.index(now)
            if which == 0:
                _, p, contact = min(ending, key=lambda e: e[0])
                self.finish(p, contact)
            elif which == 1:
                _, p, stretch = min(due, key=lambda e: e[0])
                self.people[p].due.remove(stretch)
                person = self.people[p]
                if not person.on and not person.hand:
                    person.on, person.stretch, person.idle_since = True, stretch, now
                    self.seek(p)
            elif which == 2:
                contact = sorted(contacts, key=lambda c: c.time)[overflow.pop(0)[1]]
                if contact.status == "waiting" and self.queues[contact.queue].overflow:
                    p = self.person_for(contact.queue, INF)
                    if p is not None:
                        self.take(p, self.lines[contact.queue][0])
            elif which == 3:
                stretch = starts.pop(0)
                if not (self.people[stretch.person].hand and not self.people[stretch.person].on):
                    self.come(stretch)
            elif which == 4:
                stretch = ends.pop(0)
                person = self.people[stretch.person]
                if person.on and person.stretch is not None and person.stretch.end == stretch.end:
                    person.on = False
                    if not person.hand:
                        person.left_at = now
            else:
                contact = coming.pop(0)
                contact.status = "waiting"
                p = self.person_for(contact.queue, 0.0)
                if p is None:
                    self.lines[contact.queue].append(contact)
                else:
                    self.take(p, contact)

    def leave(self, contact: Contact) -> None:
        gave_up = contact.time + contact.patience <= contact.turned_away
        contact.status = "abandoned" if gave_up else "turned away"
        contact.begin = min(contact.time + contact.patience, contact.turned_away)
        self.lines[contact.queue].remove(contact)
