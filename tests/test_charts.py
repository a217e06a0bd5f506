from __future__ import annotations

import json
import math

import pytest

from staffing import charts

WORDS = charts.Words(
    {
        k: k.upper()
        for k in (
            "need",
            "cover",
            "short",
            "over",
            "service",
            "low",
            "high",
            "time",
            "day",
            "best",
            "bound",
            "gap",
            "seconds",
            "agents",
            "pay",
            "plan",
        )
    },
    ",",
    ".",
)
NAN = math.nan


def labels(axis) -> dict[str, str]:
    return json.loads(axis["labelExpr"].removeprefix("(").rpartition(")[datum.")[0])


def test_a_day_shows_need_cover_and_what_is_short():
    spec = charts.cover_of_day(["08:00", "08:30", "10:00"], [2, 3, 1], [2, 1.5, 2], WORDS, charts.LIGHT)
    rows = spec["data"]["values"]
    assert [r["short"] for r in rows[:3]] == [0, 1.5, 0]
    assert rows[-1]["i"] == 3
    assert rows[-1]["short"] == 0
    axis = spec["layer"][0]["encoding"]["x"]["axis"]
    assert labels(axis) == {"0": "08:00", "2": "10:00"}
    assert spec["config"]["locale"]["number"]["decimal"] == ","
    json.dumps(spec, allow_nan=False)


def test_a_day_without_intervals_is_an_empty_chart():
    assert charts.cover_of_day([], [], [], WORDS, charts.DARK)["data"]["values"] == []


@pytest.mark.parametrize(("target", "layers"), [(0.8, 3), (None, 2)])
def test_service_leaves_holes_where_nothing_arrives_and_draws_the_promise(target, layers):
    spec = charts.service_of_day(["08:00", "08:30"], [0.8, NAN], [0.7, NAN], [0.9, NAN], target, WORDS, charts.LIGHT)
    assert len(spec["data"]["values"]) == 1
    assert len(spec["layer"]) == layers
    json.dumps(spec, allow_nan=False)


def test_a_search_shows_only_what_is_known():
    spec = charts.search_of_rota([(0.0, None, 5.0), (1.0, 9.0, 6.0)], WORDS, charts.LIGHT)
    assert [(r["k"], r["v"]) for r in spec["data"]["values"]] == [("BEST", 9.0), ("BOUND", 5.0), ("BOUND", 6.0)]


def test_the_gap_of_a_search_starts_at_zero_and_its_axis_holds_the_end_readable():
    spec = charts.gap_of_search([(1.0, 0.8), (5.0, 0.04), (9.0, 0.01)], ["a", "b", "c"], WORDS, charts.DARK)
    assert spec["encoding"]["y"]["scale"]["domain"] == [0, 0.05]
    assert [r["told"] for r in spec["data"]["values"]] == ["a", "b", "c"]
    assert spec["mark"]["clip"]
    closed = charts.gap_of_search([(1.0, 0.1), (5.0, 0.0)], ["a", "b"], WORDS, charts.DARK)
    assert closed["encoding"]["y"]["scale"]["domain"] == [0, 0.1]
    assert charts.gap_of_search([], [], WORDS, charts.DARK)["encoding"]["y"]["scale"]["domain"] == [0, 1.0]


def test_a_month_is_centred_on_enough_and_blank_where_closed():
    spec = charts.gap_of_month(["Mo", "Tu"], ["08:00"], [[-3.0], [NAN]], [["3 missing"], [""]], WORDS, charts.LIGHT)
    (cell,) = spec["series"][0]["data"]
    assert (cell["value"], cell["name"], cell["label"]["formatter"]) == ([0, 0, -3.0], "3 missing", "\N{MINUS SIGN}3,0")
    slightly = charts.gap_of_month(["Mo"], ["08:00"], [[-0.4]], [["0.4 missing"]], WORDS, charts.LIGHT)
    assert "label" not in slightly["series"][0]["data"][0]
    assert (spec["visualMap"]["min"], spec["visualMap"]["max"]) == (-3.0, 3.0)
    empty = charts.gap_of_month(["Mo"], ["08:00"], [[NAN]], [[""]], WORDS, charts.DARK)
    assert empty["visualMap"]["max"] == 1.0


def test_plans_of_a_day_lie_over_each_other():
    spec = charts.cover_of_plans(["08:00"], {"A": ([2], [1]), "B": ([3], [4])}, WORDS)
    assert [(r["p"], r["k"], r["v"]) for r in spec["data"]["values"]] == [
        ("A", "NEED", 2),
        ("A", "COVER", 1),
        ("B", "NEED", 3),
        ("B", "COVER", 4),
    ]


def test_a_history_has_holes_where_nothing_is_known():
    spec = charts.lines_of_days(["Mo", "Tu"], {"a.b[c]": [3.04, NAN]}, {0: "Mo"}, "Contacts", WORDS)
    assert spec["data"]["values"] == [{"i": 0, "t": "Mo", "v0": 3.0}, {"i": 1, "t": "Tu", "v0": None}]
    line, hover = spec["layer"]
    for channel in ("color", "strokeDash"):  # told apart without colours too, in one legend
        assert labels(line["encoding"][channel]["legend"]) == {"v0": "a.b[c]"}
    assert labels(line["encoding"]["x"]["axis"]) == {"0": "Mo"}
    assert [x["title"] for x in hover["encoding"]["tooltip"]] == ["DAY", "a.b[c]"]


def test_every_chart_of_numbers_writes_them_as_the_language_does():
    spec = charts.lines_of_days(["Mo"], {"chat": [25_000.0]}, {}, "Contacts", WORDS)
    assert spec["config"]["locale"]["number"]["thousands"] == "."
    assert charts.lines_of_days([], {}, {}, "", WORDS)["data"]["values"] == []


@pytest.mark.parametrize(("target", "layers"), [(0.8, 4), (None, 3)])
def test_plans_are_points_of_cost_and_service(target, layers):
    spec = charts.cost_against_service([("A", 100.0, 0.8, 0.7, 0.9)], target, WORDS, charts.DARK)
    assert spec["data"]["values"] == [{"p": "A", "x": 100.0, "y": 0.8, "low": 0.7, "high": 0.9, "k": 0}]
    assert len(spec["layer"]) == layers


def test_names_of_plans_that_lie_close_together_stand_apart():
    plans = [("A", 100.0, 0.8, 0.7, 0.9), ("B", 200.0, 0.9, 0.8, 0.95), ("C", 101.0, 0.81, 0.7, 0.9)]
    spec = charts.cost_against_service(plans, None, WORDS, charts.DARK)
    assert [row["k"] for row in spec["data"]["values"]] == [0, 0, 1]
    names = [layer for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    assert [(x["transform"][0]["filter"], x["mark"]["dy"]) for x in names] == [
        ("datum.k == 0", -14),
        ("datum.k == 1", 18),
    ]


def test_the_months_service_is_orange_below_the_target_and_says_so_in_figures() -> None:
    level = [[0.6, 0.9], [NAN, 0.8]]
    tips = [["low", "high"], ["", "at target"]]
    spec = charts.service_of_month(["Mo", "Tu"], ["08:00", "08:30"], level, 0.8, tips, WORDS, charts.LIGHT)
    cells = spec["series"][0]["data"]
    assert [c["value"] for c in cells] == [[0, 0, 0.6], [1, 0, 0.9], [1, 1, 0.8]]
    assert [c.get("label", {}).get("formatter") for c in cells] == ["60", None, None]
    assert spec["visualMap"]["min"] == pytest.approx(0.6)
    free = charts.service_of_month(["Mo"], ["08:00"], [[0.2]], None, [["x"]], WORDS, charts.DARK)
    assert (free["visualMap"]["min"], "label" in free["series"][0]["data"][0]) == (0.0, False)
