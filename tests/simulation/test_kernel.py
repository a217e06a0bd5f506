"""The compiled engine against the plain one, and by hand. Small enough to run uncompiled (``NUMBA_DISABLE_JIT=1``)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffing.simulation.case import prepare, replicate
from staffing.simulation.model import Demand, OnDuty
from staffing.simulation.settings import Retry, SimulationSettings
from tests.simulation.builders import compiled, demand_of, duty_of, fates
from tests.simulation.plain import Centre, Contact, Person, Queue, Stretch

pytestmark = pytest.mark.kernel
HOUR = 3600.0


def voice(time: float, work: float, patience: float = math.inf, queue: int = 0) -> Contact:
    return Contact(queue, time, work, patience)


def people(*priorities: list[int]) -> list[Person]:
    return [Person(p, [1.0] * len(p)) for p in priorities]


def all_day(n: int) -> list[Stretch]:
    return [Stretch(p, 0, 86_400, p) for p in range(n)]


def test_a_contact_goes_to_whoever_is_idle_longest() -> None:
    # Both start at 0; person 0 works from 10 to 20, so at 30 person 1 has been idle longer.
    outcome = compiled([Queue()], people([1], [1]), all_day(2), [voice(10, 10), voice(30, 10), voice(35, 10)])
    assert [f[1] for f in fates(outcome)] == [0, 1, 0]


def test_a_contact_goes_first_to_people_for_whom_it_has_the_best_priority() -> None:
    # Person 1 comes an hour later and serves the queue first; person 0, idle longer, serves it second.
    stretches = [Stretch(0, 0, 86_400, 0), Stretch(1, 3600, 86_400, 1)]
    outcome = compiled([Queue(), Queue()], people([2, 1], [1, 0]), stretches, [voice(4000, 10), voice(4001, 100)])
    assert [f[1] for f in fates(outcome)] == [1, 0]


def test_a_person_takes_the_lowest_priority_number_before_the_longest_wait() -> None:
    calls = [voice(0, 100), voice(10, 10, queue=1), voice(20, 10, queue=0)]
    outcome = compiled([Queue(), Queue()], people([1, 2]), all_day(1), calls)
    begins = {(int(c["queue"]), float(c["time"])): float(c["begin"]) for c in outcome.contacts}
    assert begins == {(0, 0.0): 0.0, (0, 20.0): 100.0, (1, 10.0): 110.0}


def test_a_person_takes_the_longest_waiting_among_queues_of_equal_priority() -> None:
    calls = [voice(0, 100), voice(20, 10, queue=0), voice(10, 10, queue=1)]
    outcome = compiled([Queue(), Queue()], people([1, 1]), all_day(1), calls)
    begins = {(int(c["queue"]), float(c["time"])): float(c["begin"]) for c in outcome.contacts}
    assert begins[1, 10.0] == 100.0
    assert begins[0, 20.0] == 110.0


def test_at_the_same_priority_calls_come_before_deferrable_work() -> None:
    calls = [voice(0, 100), voice(20, 10, queue=0), voice(10, 10, queue=1)]
    outcome = compiled([Queue(), Queue("email")], people([1, 1]), all_day(1), calls)
    begins = {(int(c["queue"]), float(c["time"])): float(c["begin"]) for c in outcome.contacts}
    assert begins[0, 20.0] == 100.0
    assert begins[1, 10.0] == 110.0


def test_a_contact_in_hand_is_finished_after_the_shift_and_counts_as_overtime() -> None:
    calls = [voice(3590, 100), voice(3600, 10, patience=50)]
    outcome = compiled([Queue()], people([1]), [Stretch(0, 0, 3600, 0)], calls)
    assert fates(outcome) == [("served", 0, 3590.0, 3690.0), ("abandoned", -1, 3650.0, 0.0)]
    assert outcome.overtime == 90.0
    assert outcome.present.sum() == 3690.0
    assert outcome.busy.sum() == 100.0


def test_a_break_begins_after_the_contact_in_hand_and_keeps_its_length() -> None:
    # Break from 1000 to 1600; the contact ends at 1050, so the break lasts until 1650.
    stretches = [Stretch(0, 0, 1000, 0), Stretch(0, 1600, 3600, 0)]
    outcome = compiled([Queue()], people([1]), stretches, [voice(990, 60), voice(1100, 10)])
    assert fates(outcome) == [("served", 0, 990.0, 1050.0), ("served", 0, 1650.0, 1660.0)]
    assert outcome.overtime == 0.0


def test_who_is_held_up_beyond_the_whole_break_still_gets_the_break() -> None:
    stretches = [Stretch(0, 0, 1000, 0), Stretch(0, 1600, 9000, 0)]
    outcome = compiled([Queue()], people([1]), stretches, [voice(990, 1000), voice(1100, 10)])
    assert [f[2] for f in fates(outcome)] == [990.0, 2590.0]


def test_the_next_shift_starts_at_once_for_who_was_held_up_past_its_start() -> None:
    stretches = [Stretch(0, 0, 1000, 0), Stretch(0, 1600, 9000, 1)]
    outcome = compiled([Queue()], people([1]), stretches, [voice(990, 1000), voice(1100, 10)])
    assert [f[2] for f in fates(outcome)] == [990.0, 1990.0]
    assert outcome.overtime == 990.0


def test_a_stretch_that_is_over_before_its_person_is_free_is_skipped() -> None:
    stretches = [Stretch(0, 0, 1000, 0), Stretch(0, 1600, 1700, 0), Stretch(0, 2000, 9000, 0)]
    outcome = compiled([Queue()], people([1]), stretches, [voice(990, 1110), voice(1100, 10)])
    assert [f[2] for f in fates(outcome)] == [990.0, 2400.0]


def test_who_waits_at_closing_is_served_for_the_grace_and_then_turned_away() -> None:
    opening = [[True] * 9 + [False] * 15]
    calls = [voice(9 * HOUR - 20, 100), voice(9 * HOUR - 10, 100), voice(9 * HOUR - 5, 100)]
    outcome = compiled([Queue()], people([1]), all_day(1), calls, opening, grace_minutes=2)
    assert [f[0] for f in fates(outcome)] == ["served", "served", "turned away"]
    assert outcome.counts[0, 8].tolist()[:7] == [3, 1, 2, 0, 1, 0, 3]


def test_nobody_on_duty_means_that_all_give_up_or_wait_to_the_end() -> None:
    outcome = compiled([Queue(), Queue()], people([0, 0]), [], [voice(5, 1, 60), voice(7, 1, queue=1)])
    assert [f[0] for f in fates(outcome)] == ["abandoned", "waiting"]


def test_second_choice_people_are_asked_only_after_the_overflow_time() -> None:
    stretches = all_day(2)
    team = people([1, 0], [2, 1])
    calls = [voice(0, 100), voice(5, 10), voice(8, 10)]
    outcome = compiled([Queue(overflow=30), Queue()], team, stretches, calls)
    # The second call overflows to person 1 at 35, the third at 45 when person 1 is free and it has waited 37 s.
    assert [(f[1], f[2]) for f in fates(outcome)] == [(0, 0.0), (1, 35.0), (1, 45.0)]


def test_nobody_overflows_in_the_place_of_one_who_has_given_up() -> None:
    # The first gives up at 7; at its overflow time of 35 the second has waited only 29 s.
    team = people([1, 0], [2, 1])
    calls = [voice(0, 100), voice(5, 10, patience=2), voice(6, 10)]
    outcome = compiled([Queue(overflow=30), Queue()], team, all_day(2), calls)
    assert [(f[1], f[2]) for f in fates(outcome)] == [(0, 0.0), (-1, 7.0), (1, 36.0)]


def test_a_reserve_keeps_people_free_for_calls_until_enough_are_idle() -> None:
    # Two people serve calls first and mail second; with a reserve of 1 only one of them may have mail in hand.
    mail = [voice(10, 100, queue=1), voice(11, 100, queue=1)]
    outcome = compiled([Queue(), Queue("email", reserve=1)], people([1, 2], [1, 2]), all_day(2), mail)
    assert [f[2] for f in fates(outcome)] == [10.0, 110.0]


def test_a_person_who_only_serves_calls_sets_the_reserved_mail_free() -> None:
    stretches = [Stretch(0, 0, 86_400, 0), Stretch(1, 500, 86_400, 1)]
    outcome = compiled(
        [Queue(), Queue("email", reserve=1)], people([1, 2], [1, 0]), stretches, [voice(10, 100, queue=1)]
    )
    assert fates(outcome) == [("served", 0, 500.0, 600.0)]


def test_two_chats_at_once_slow_each_other_down_as_long_as_both_last() -> None:
    # Alone for 50 s (50 of 100 done), then both at 1 / 1.5: the first needs 75 s more; the second has done 50 of 60 by
    # then and needs 10 s alone.
    queue = Queue("chat", concurrency=2, slowdown=0.5)
    outcome = compiled([queue], people([1]), all_day(1), [voice(0, 100), voice(50, 60), voice(60, 10)])
    assert fates(outcome)[0] == ("served", 0, 0.0, pytest.approx(125.0))
    # At 125 the third comes in beside the second, which has 10 s of work left: both go on slowed down.
    assert fates(outcome)[2] == ("served", 0, pytest.approx(125.0), pytest.approx(140.0))
    assert fates(outcome)[1] == ("served", 0, 50.0, pytest.approx(140.0))
    assert outcome.busy.sum() == pytest.approx(140.0)


def test_chats_go_to_whoever_has_the_fewest_in_hand() -> None:
    queue = Queue("chat", concurrency=3)
    outcome = compiled([queue], people([1], [1]), all_day(2), [voice(t, 1000) for t in (1, 2, 3, 4, 5, 6, 7)])
    assert [f[1] for f in fates(outcome)][:6] == [0, 1, 0, 1, 0, 1]
    assert fates(outcome)[6][2] == 1001.0


def test_a_chat_in_hand_excludes_calls_and_a_call_excludes_chats() -> None:
    queues = [Queue(), Queue("chat", concurrency=2)]
    outcome = compiled(
        queues, people([1, 1]), all_day(1), [voice(0, 50, queue=1), voice(10, 20), voice(60, 5, queue=1)]
    )
    assert [f[2] for f in fates(outcome)] == [50.0, 0.0, 70.0]


def test_proficiency_stretches_the_handling_time() -> None:
    slow = Person([1], [1.5])
    outcome = compiled([Queue()], [slow], all_day(1), [voice(0, 100)])
    assert fates(outcome) == [("served", 0, 0.0, 150.0)]


@st.composite
def centres(draw: st.DrawFn) -> tuple[list[Queue], list[Person], list[Stretch], list[Contact], list[list[bool]]]:
    n_queues, n_people = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    queues = []
    for _ in range(n_queues):
        channel = draw(st.sampled_from(["voice", "voice", "chat", "email"]))
        queues.append(
            Queue(
                channel,
                draw(st.integers(1, 3)) if channel == "chat" else 1,
                draw(st.sampled_from([0.0, 0.15, 0.6])),
                draw(st.sampled_from([0.0, 0.0, 40.0, 300.0])),
                draw(st.sampled_from([0, 0, 1, 2])),
            )
        )
    team = [
        Person(
            draw(st.lists(st.integers(0, 3), min_size=n_queues, max_size=n_queues)),
            draw(st.lists(st.sampled_from([0.7, 1.0, 1.3]), min_size=n_queues, max_size=n_queues)),
        )
        for _ in range(n_people)
    ]
    # Instants are made distinct (odd offsets per person, random fractions for contacts): ties are told by hand above.
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    stretches, shift = [], 0
    for p in range(n_people):
        at = int(rng.integers(0, 2000)) * 8 + p
        for _ in range(draw(st.integers(0, 3))):
            for _ in range(int(rng.integers(1, 4))):
                length, pause = int(rng.integers(10, 500)) * 8, int(rng.integers(1, 100)) * 8
                stretches.append(Stretch(p, at, at + length, shift))
                at += length + pause
            shift += 1
    stretches.sort(key=lambda s: s.start)
    opening = [[bool(x) for x in rng.random(24) < 0.8] for _ in range(n_queues)]
    contacts = []
    for _ in range(draw(st.integers(0, 40))):
        q = int(rng.integers(n_queues))
        hours = np.flatnonzero(opening[q])[:6]
        if not len(hours):
            continue
        time = float((rng.choice(hours) + rng.random()) * HOUR)
        patience = float(rng.exponential(200)) if rng.random() < 0.7 else math.inf
        contacts.append(Contact(q, time, float(rng.exponential(300)), patience))
    return queues, team, stretches, contacts, opening


@given(centres())
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_the_compiled_engine_does_what_the_plain_one_does(
    centre: tuple[list[Queue], list[Person], list[Stretch], list[Contact], list[list[bool]]],
) -> None:
    queues, team, stretches, contacts, opening = centre
    outcome = compiled(queues, team, stretches, contacts, opening, grace_minutes=10)
    for c in contacts:
        shut = [i for i in range(int(c.time // HOUR), 24) if not opening[c.queue][i]]
        c.turned_away = shut[0] * HOUR + 600 if shut and queues[c.queue].channel != "email" else math.inf
        c.patience = c.patience if queues[c.queue].channel != "email" else math.inf
    plain = Centre(queues, team, stretches)
    plain.play(contacts)
    end = max([86_400.0, plain.now, *[s.end for s in stretches]])
    for line in plain.lines:
        for c in [c for c in line if min(c.time + c.patience, c.turned_away) <= end]:
            plain.leave(c)
    expected = [(c.status, c.who, c.begin, c.finish) for c in sorted(contacts, key=lambda c: (c.queue, c.time))]
    found = fates(outcome)
    assert [f[:2] for f in found] == [e[:2] for e in expected]
    waited = [k for k, f in enumerate(found) if f[0] != "waiting"]
    assert [found[k][2] for k in waited] == pytest.approx([expected[k][2] for k in waited], abs=1e-6)
    assert [f[3] for f in found] == pytest.approx([e[3] for e in expected], abs=1e-6)
    assert outcome.overtime == pytest.approx(plain.overtime, abs=1e-6)


# -- drawing, retrying, counting: small whole runs -------------------------------------------------------------


def small() -> tuple[Demand, OnDuty]:
    demand = demand_of(3, contacts=np.repeat([[4.0], [2.0], [1.0]], 24, axis=1), patience_seconds=np.full(3, 60.0))
    kinds = replace(
        demand,
        exponential=np.array([False, True, False]),
        aht_quantiles=np.array([[np.nan, np.nan], [np.nan, np.nan], [0.5, 1.5]]),
        channel=np.array([0, 1, 2]),
        concurrency=np.array([1, 2, 1]),
    )
    return kinds, duty_of([[1, 2, 3]], [(0, 0, 6 * 3600, 0)])


def test_contacts_are_drawn_in_order_and_inside_their_intervals() -> None:
    demand, duty = small()
    outcome = replicate(prepare(demand, duty, SimulationSettings(replications=2)), 0)
    contacts = outcome.contacts
    for q in range(3):
        mine = contacts[contacts["queue"] == q]
        assert (np.diff(mine["time"]) >= 0).all()
        assert (mine["time"] // 3600 == mine["interval"]).all()
        assert (mine["work"] > 0).all()
    empirical = contacts[contacts["queue"] == 2]["work"]
    assert ((empirical >= 150) & (empirical <= 450)).all()
    assert outcome.counts[..., 0].sum() == len(contacts) == outcome.made
    assert outcome.counts[..., [2, 3, 4, 5]].sum() == outcome.made
    assert outcome.counts[2, :, 5].sum() > 0


def test_the_number_of_contacts_of_a_day_is_poisson() -> None:
    from staffing.simulation.kernels.drawing import draw

    one = np.ones((1, 1))
    sizes = []
    for seed in range(100):
        states = np.random.SeedSequence(seed).generate_state(4).astype(np.int64).reshape(1, 1, 4)
        contacts, first = draw(
            states,
            900 * one,
            np.array([0, 1]),
            np.zeros(1),
            np.zeros(1, np.int64),
            one,
            np.zeros(1),
            one,
            np.ones(1),
            60.0,
        )
        assert first[-1] == len(contacts)
        sizes.append(len(contacts))
    assert np.mean(sizes) == pytest.approx(900, abs=4 * np.sqrt(900 / 100))
    assert np.std(sizes) == pytest.approx(30, rel=0.3)


def test_those_who_give_up_again_and_again_find_room() -> None:
    demand, duty = small()
    settings = SimulationSettings(replications=2, retry={"a": Retry(share=0.95, after_minutes=5)})
    nobody = replace(duty, serves=np.array([[0, 1, 0]], dtype=np.int8))
    outcome = replicate(prepare(demand, nobody, settings), 0)
    first = replicate(prepare(demand, nobody, SimulationSettings(replications=2)), 0)
    again = outcome.contacts[first.made :]
    assert len(again) > 2 * first.made
    assert (again["queue"] == 0).all()
    assert outcome.counts[0, :, 0].sum() == np.sum(outcome.contacts["queue"] == 0)
    assert outcome.counts[0, :, [3, 5]].sum() == outcome.counts[0, :, 0].sum()


def test_spells_away_are_cut_out_of_the_time_on_duty() -> None:
    demand, duty = small()
    case = prepare(replace(demand, contacts=np.zeros((3, 24))), duty, SimulationSettings(replications=2, away=0.25))
    assert replicate(case, 0).present.sum() == pytest.approx(0.75 * 6 * 3600)
