import numpy as np
import pytest

from tests.history.history_cases import DAY_AND_NIGHT, OFFICE, at, read, refused, repairs

HEAD = "arrived_at,queue,outcome,wait_seconds,handle_seconds\n"


def test_contacts_are_counted_into_their_intervals(tmp_path):
    rows = (
        "2026-03-02 08:00:00,phone,handled,10,300\n"
        "2026-03-02 08:29:59,phone,abandoned,60,\n"
        "2026-03-02 08:30:00,phone,answered,0,200\n"
    )
    history = read(tmp_path, HEAD + rows, opening=OFFICE)
    first, second = at(history, "2026-03-02", "08:00"), at(history, "2026-03-02", "08:30")
    assert history.offered[0, [first, second]].tolist() == [2, 1]
    assert history.handled[0, [first, second]].tolist() == [1, 1]
    assert history.abandoned[0, [first, second]].tolist() == [1, 0]
    assert history.handle_seconds[0, [first, second]].tolist() == [300, 200]
    assert history.offered[0, at(history, "2026-03-02", "09:00")] == 0


def test_an_open_day_without_any_contact_is_missing_not_zero(tmp_path):
    rows = "2026-03-02 08:00:00,phone,handled,10,300\n2026-03-04 08:00:00,phone,handled,10,300\n"
    history = read(tmp_path, HEAD + rows, opening=OFFICE)
    assert np.isnan(history.offered[0, at(history, "2026-03-03", "08:00")])
    assert repairs(history, "gap")[0].rows == 4


def test_outcomes_are_mapped_and_unknown_ones_refused_with_their_number(tmp_path):
    rows = "2026-03-02 08:00:00,phone,AGENT,10,300\n" + "2026-03-02 08:01:00,phone,PHANTOM,0,0\n" * 3
    (problem,) = refused(tmp_path, HEAD + rows, outcomes={"agent": "handled"}, opening=OFFICE)[:1]
    assert problem.startswith(
        "history.csv row 3, column outcome: unknown outcome 'PHANTOM' in 3 rows (say what it means"
    )
    found = refused(tmp_path, HEAD + rows, outcomes={"AGENT": "done", "PHANTOM": "ignore"}, opening=OFFICE)
    assert "history.outcomes: 'AGENT' is mapped to 'done' (write handled, abandoned or ignore)" in found


def test_ignored_outcomes_are_left_out_and_listed(tmp_path):
    rows = "2026-03-02 08:00:00,phone,handled,10,300\n2026-03-02 08:01:00,phone,TEST,0,0\n"
    history = read(tmp_path, HEAD + rows, opening=OFFICE, outcomes={"TEST": "ignore"})
    assert np.nansum(history.offered) == 1
    assert repairs(history, "ignored")[0].where == "history.csv row 3"


def test_without_outcomes_every_contact_is_handled_and_that_is_listed(tmp_path):
    history = read(tmp_path, "arrived_at,queue\n2026-03-02 08:00:00,phone\n", opening=OFFICE)
    assert np.nansum(history.handled) == 1
    assert np.isnan(history.abandoned).all()
    assert np.isnan(history.handle_seconds[0, at(history, "2026-03-02", "08:00")])
    assert repairs(history, "handled")


def test_a_contact_without_a_time_is_taken_to_be_like_its_interval(tmp_path):
    rows = "2026-03-02 08:00:00,phone,handled,1,300\n2026-03-02 08:01:00,phone,handled,1,\n"
    history = read(tmp_path, HEAD + rows, opening=OFFICE)
    assert history.aht_seconds[0, at(history, "2026-03-02", "08:00")] == 300


def test_patience_counts_the_waiting_of_the_answered_too(tmp_path):
    waits = [10, 20, 30]
    rows = "".join(f"2026-03-02 08:{i:02d}:00,phone,handled,{w},300\n" for i, w in enumerate(waits))
    rows += "".join(f"2026-03-02 09:{i:02d}:00,phone,abandoned,40,\n" for i in range(20))
    history = read(tmp_path, HEAD + rows, opening=OFFICE)
    assert history.patience_seconds.tolist() == [(60 + 800) / 20]


def test_the_estimate_finds_the_patience_that_made_the_data(tmp_path):
    random = np.random.default_rng(3)
    patience, wait = random.exponential(180, 20_000), random.exponential(60, 20_000)
    gone = patience < wait
    rows = "".join(
        f"2026-03-02 {8 + i % 2:02d}:{i // 2 % 60:02d}:{i // 120 % 60:02d},phone,{'abandoned' if g else 'handled'},"
        f"{min(p, w):.3f},{300 + i % 50}\n"
        for i, (g, p, w) in enumerate(zip(gone, patience, wait, strict=True))
    )
    history = read(tmp_path, HEAD + rows, opening=OFFICE)
    assert history.patience_seconds[0] == pytest.approx(180, abs=4 * 180 / np.sqrt(gone.sum()))


def test_contacts_outside_the_opening_hours_are_listed_by_row_and_then_counted(tmp_path):
    rows = "2026-03-02 08:00:00,phone,handled,10,300\n" + "".join(
        f"2026-03-02 20:00:{i:02d},phone,abandoned,10,\n" for i in range(30)
    )
    history = read(tmp_path, HEAD + rows, opening=OFFICE)
    assert np.nansum(history.offered) == 1
    found = repairs(history, "closed")
    assert len(found) == 21
    assert sum(r.rows for r in found) == 30
    assert found[0].where == "history.csv row 3"


def test_contacts_given_twice_are_counted_once_by_their_number(tmp_path):
    text = "arrived_at,queue,contact_id\n2026-03-02 08:00:00,phone,c1\n2026-03-02 08:00:00,phone,c2\n"
    history = read(tmp_path, text, text.replace("c2", "c3"), opening=OFFICE)
    assert np.nansum(history.offered) == 3
    (found,) = repairs(history, "duplicate")
    assert found.where == "history1.csv row 2"


def test_a_file_that_holds_its_contacts_twice_is_refused(tmp_path):
    rows = "".join(f"2026-03-02 08:00:{i:02d},phone,handled,{i},300\n" for i in range(50))
    (problem,) = refused(tmp_path, HEAD + rows + rows, opening=OFFICE)
    assert problem.startswith("history.csv row 52: is a copy of an earlier row, and so are 49 more of 100")


@pytest.mark.parametrize(("value", "advice"), [(4.5, "minutes?"), (40_000, "milliseconds?")])
def test_handling_times_in_another_unit_are_refused(tmp_path, value, advice):
    rows = "".join(f"2026-03-02 08:00:{i:02d},phone,handled,{i},{value}\n" for i in range(9))
    (problem,) = refused(tmp_path, HEAD + rows, opening=OFFICE)
    assert advice in problem


def test_impossible_times_are_refused_with_their_rows(tmp_path):
    rows = "2026-03-02 08:00:00,phone,handled,-5,300\n2026-03-02 08:00:01,phone,handled,1,90000\n"
    assert refused(tmp_path, HEAD + rows, opening=OFFICE) == [
        "history.csv row 2, column wait_seconds: -5 is below 0 (write 0 or more)",
        "history.csv row 3, column handle_seconds: 90000 is above 86400 (write 86400 or less)",
    ]


def test_the_clock_going_back_in_the_file_tells_the_second_hour(tmp_path):
    clocks = ["02:10", "02:50", "02:20", "02:40", "02:55"]
    rows = "".join(f"2026-10-25 {c}:00,phone,handled,1,300\n" for c in clocks)
    history = read(tmp_path, HEAD + rows, minutes=60)
    assert history.offered[0, 2:4].tolist() == [2, 3]
    assert "from row 4 on" in repairs(history, "dst")[0].what


def test_without_a_sign_of_the_second_hour_contacts_are_dealt_out_in_turn(tmp_path):
    rows = "".join(f"2026-10-25 02:{m:02d}:00,phone,handled,1,300\n" for m in range(10, 20))
    history = read(tmp_path, HEAD + rows, minutes=60, opening=DAY_AND_NIGHT)
    assert history.offered[0, 2:4].tolist() == [5, 5]
    assert "not told apart" in repairs(history, "dst")[0].what


def test_arrivals_in_the_skipped_hour_move_an_hour_and_are_listed(tmp_path):
    history = read(tmp_path, HEAD + "2026-03-29 02:10:00,phone,handled,1,300\n", minutes=60)
    assert history.offered[0, at(history, "2026-03-29", "03:00")] == 1
    assert repairs(history, "dst")[0].where == "history.csv row 2"


def test_records_and_tables_may_be_read_together(tmp_path):
    table = "interval_start,queue,offered\n2026-03-02 08:00,phone,7\n2026-03-02 08:30,phone,7\n"
    records = "arrived_at,queue\n2026-03-03 08:00:00,phone\n"
    history = read(tmp_path, table, records, opening=OFFICE)
    assert history.offered[0, at(history, "2026-03-02", "08:00")] == 7
    assert history.offered[0, at(history, "2026-03-03", "08:00")] == 1


def test_a_queue_has_no_zeros_before_it_existed_but_a_rare_one_has(tmp_path):
    opening = {"phone": OFFICE["phone"], "chat": OFFICE["phone"], "rare": OFFICE["phone"]}
    rows = "".join(
        f"2026-03-{d:02d} 08:{m:02d}:00,{q},handled,{m},300\n"
        for d in (2, 3, 4, 5)
        for m in range(30)
        for q in ("phone", "chat", "rare")
        if q == "phone" or (q == "chat" and d >= 4) or (q == "rare" and (d, m) == (4, 7))
    )
    history = read(tmp_path, HEAD + rows, opening=opening)
    t = at(history, "2026-03-02", "08:00")
    assert np.isnan(history.offered[1, t])
    assert history.offered[2, t] == 0
    assert history.offered[2, at(history, "2026-03-05", "08:00")] == 0


def test_mail_outside_the_opening_hours_waits_until_the_queue_opens(tmp_path):
    rows = "2026-03-02 20:00:00,phone,handled,1,100\n2026-03-03 08:10:00,phone,handled,1,300\n"
    history = read(tmp_path, HEAD + rows, opening=OFFICE, deferrable=["phone"])
    assert history.offered[0, at(history, "2026-03-03", "08:00")] == 2
    assert repairs(history, "carried")[0].rows == 1
    assert not repairs(history, "closed")


def test_the_spread_of_handling_times_is_measured_and_forgotten_contacts_hardly_move_it(tmp_path):
    random = np.random.default_rng(5)
    sigma = np.sqrt(np.log1p(0.8**2))
    times = random.lognormal(5.5 - sigma**2 / 2, sigma, 5000)
    rows = [f"2026-03-02 08:{i % 60:02d}:00,phone,handled,1,{x:.3f}\n" for i, x in enumerate(times)]
    history = read(tmp_path, HEAD.replace("arrived_at", "contact_id,arrived_at") + number(rows), opening=OFFICE)
    assert history.aht_cv.tolist() == [pytest.approx(0.8, abs=0.06)]
    forgotten = [*rows, "2026-03-02 08:00:00,phone,handled,1,36000\n"]
    moved = read(tmp_path, HEAD.replace("arrived_at", "contact_id,arrived_at") + number(forgotten), opening=OFFICE)
    assert moved.aht_cv[0] == pytest.approx(history.aht_cv[0], abs=0.05)


def test_few_timed_contacts_tell_no_spread(tmp_path):
    rows = "2026-03-02 08:00:00,phone,handled,10,300\n2026-03-02 08:01:00,phone,handled,10,500\n"
    assert np.isnan(read(tmp_path, HEAD + rows, opening=OFFICE).aht_cv).all()


def number(rows):
    return "".join(f"{i},{row}" for i, row in enumerate(rows))
