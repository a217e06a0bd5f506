from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from staffing.errors import InputError, Problem
from staffing.roster.problem import Contract, ShiftType
from staffing.roster.rules.messages import ASKED, MESSAGES
from staffing.scenario import complaint, load
from staffing.ui.sentences import HOLE, known, parts, problem, sentence, sentences
from staffing.ui.texts import Texts, catalogue

ROOT = Path(__file__).parents[2] / "staffing"
SPEAKING = (
    *sorted(ROOT.glob("history/*.py")),
    *sorted(ROOT.glob("frames/*.py")),
    *sorted(ROOT.glob("forecast/*.py")),
    *sorted(ROOT.glob("scenario/*.py")),
    *sorted(ROOT.glob("ui/vm/*.py")),
    *(ROOT / "roster" / f"{n}.py" for n in ("inputs", "team", "rota", "options", "replan", "activities", "hours")),
    *(ROOT / f"{n}.py" for n in ("inputs", "requirement", "grid", "service", "store")),
    *(ROOT / "queueing" / f"{n}.py" for n in ("arguments", "calculator", "shrinkage")),
)
"""Modules whose sentences people meet in the app."""
NOT_SHOWN = {
    "{} settings, {} targets and {} patiences",
    "{} queues in the forecast, {}",
    "one of each for every queue",
    "({}, {}) or more",
    "shape {}, expected {}",
    "shape {}",
    "{} paths",
    "at least 1",
    "unknown period {}",
    "one value a day",
    "plan and actual differ in shape or interval",
    "use one axis",
    "queues x intervals: {}",
    "queue weights",
    "rotation_week {}",
    "interval {}",
}
"""Told to those who call the library with arrays of their own."""
NO_SENTENCE = {
    "staffing scenario",
    "Another scenario file, relative to this one; this file then states only its differences.",
    "command line",
    "Value error, ",
    "{}{}, not {}",
    "{}, extends",
    "date time",
    "offered calls",
    "Anna Adler",
    "Erlang C",
    "Erlang A",
    "chat, endless patience",
    "chat with abandonment",
    "finite lines",
    "finite lines with abandonment",
    "\\brow (\\d+)",
    "\\bagents\\.csv row (\\d+)",
    ", column ",
    "{} min{} {}-{} h",
    "the plan's coverage.csv",
    "{}, column handle_seconds",
}
"""Titles of the schema, names of columns and models, patterns."""
PIECES = {
    " and {} more",
    " (judged on {} past months)",
    " (too short to judge)",
    ", or nothing for all",
    "{} contacts on a day for which about {} were to be expected; counts {} in the forecast",
    "contacts {} by {} and stayed there; the forecast follows the new level",
    "wishes lie outside the horizon: left out",
    "shifts of the previous rota lie in the horizon: left out",
    "shifts of the previous rota are of people who are not in the team: left out",
    "published shifts are outside the horizon or of people who are not in the team: left out",
    "ledger rows are of people who are not in the team: left out",
    "ledger rows carry Sundays of an earlier year: those are not carried over",
}
"""Ends of sentences; the catalogue has the whole."""


def templates(path: Path) -> Iterator[str]:
    """Every sentence in a module's code, with holes; words alone and docstrings are none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(part)
        for node in ast.walk(tree)
        for part in (
            [node.value] if isinstance(node, ast.Expr) else ast.walk(node) if isinstance(node, ast.JoinedStr) else ()
        )
        if isinstance(part, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(v.value) if isinstance(v, ast.Constant) else HOLE for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            text = node.value
        else:
            continue
        if re.search(r"[a-z]{2}\W*\{\}|\{\} *[a-z]{2}|[A-Za-z\],.:;)] [A-Za-z0-9\[(]", text) and " " in text:
            yield text


@pytest.mark.parametrize("path", SPEAKING, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_sentence_of_the_library_that_people_meet_has_a_german_one(path):
    ours = sentences("de").keys() | NOT_SHOWN | NO_SENTENCE | PIECES
    assert [text for text in templates(path) if text not in ours] == []


def test_what_needs_no_german_is_still_in_the_code():
    found = {text for path in SPEAKING for text in templates(path)}
    assert {t for t in NOT_SHOWN | NO_SENTENCE | PIECES if t not in found} == set()


def filled(template: str) -> tuple[str, list[str]]:
    values = [f"'v{i}'" for i in range(template.count(HOLE))]
    pieces = template.split(HOLE)
    return "".join(a + b for a, b in zip(pieces, [*values, ""], strict=True)), values


@pytest.mark.parametrize("template", sentences("de"))
def test_a_sentence_is_told_by_its_own_template_with_its_values(template):
    made, values = filled(template)
    told = known(made, "de")
    assert told is not None
    expected = sentences("de")[template]
    for i, value in enumerate(values):
        expected = expected.replace(f"{{{i}}}", value)
    for value in values:
        expected = expected.replace(HOLE, value, 1)
    assert told == expected


def test_holes_of_the_german_are_those_of_the_english():
    for english, german in sentences("de").items():
        holes = re.findall(r"\{(\d*)\}", german)
        assert all(h == "" for h in holes) or all(int(h) < english.count(HOLE) for h in holes), english
        assert len(holes) <= english.count(HOLE), english


@pytest.mark.parametrize("family", ["violation", "asked"])
def test_rules_in_conflict_are_told_as_the_app_tells_them(family):
    for key, template in {"violation": MESSAGES, "asked": ASKED}[family].items():
        names = re.findall(r"\{(\w+)\}", template)
        values = {name: f"'{name}'" for name in names}
        told = known(template.format(**values), "de")
        assert told == str(catalogue("de")[f"{family}.{key}"]).format(**values), key


def test_what_stands_against_a_rota_is_told_with_its_repair():
    t = Texts("de")
    assert problem(t, "cheapest repair, give up: Anna Adler: at most 6 days in a row").startswith(
        "günstigste Abhilfe, aufgeben: Anna Adler: höchstens 6 "
    )
    line = "all of these 3 agents (of at least 9 who cannot be planned) could be planned without: min_rest"
    assert (
        problem(t, line)
        == "alle diese 3 Personen (von mindestens 9, die nicht planbar sind) wären planbar ohne: min_rest"
    )


def test_a_problem_is_told_part_by_part_and_english_stays_as_it_is():
    found = Problem("agents.csv row 7, column contract", "unknown contract 'fulll'", "did you mean 'full'?")
    german = "agents.csv Zeile 7, Spalte contract: unbekannter Vertrag 'fulll' (meinen Sie 'full'?)"
    assert problem(Texts("de"), found) == problem(Texts("de"), str(found)) == german
    assert problem(Texts("en"), found) == problem(Texts("en"), str(found)) == str(found)
    assert parts(Texts("de"), found).todo == "meinen Sie 'full'?"


@pytest.mark.parametrize(
    "said", ["Segmentation fault", "Error: out of memory (killed)", "", "it: is: (not) known: (x)"]
)
def test_what_is_not_known_is_told_as_it_is(said):
    assert problem(Texts("de"), said) == said


def test_values_of_people_are_not_translated():
    t = Texts("de")
    assert problem(t, Problem("a.csv row 2", "unknown queue 'is missing'")) == (
        "a.csv Zeile 2: unbekannte Warteschlange 'is missing'"
    )
    assert sentence(t, "unknown contract 'changes nothing', 'x'") == "unbekannter Vertrag 'changes nothing', 'x'"


def test_how_a_queue_was_forecast_is_told_piece_by_piece():
    method = "calendar effects 65%, mean of the last 4 same weekdays 35% (judged on 3 past months)"
    assert sentence(Texts("de"), f"{method}; day shape remembered over about 8 weeks") == (
        "Kalendereffekte 65 %, Mittel der letzten 4 gleichen Wochentage 35 % (an 3 vergangenen Monaten gemessen); "
        "Tagesverlauf aus etwa 8 Wochen"
    )


WRONG = {
    "weekly_hours": [90, 0, "many", [1]],
    "max_shifts_per_week": [9, 2.5, "x"],
    "shifts": [3],
    "max_weekly_hours_in": [[["soon", "later"]]],
    "account_hours": [[1], [1, 2, 3]],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in WRONG.items() for v in values])
def test_what_is_refused_by_the_settings_themselves_is_told_in_german(name, value):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Contract).validate_python({"weekly_hours": 40, name: value})
    for details in caught.value.errors():
        what, todo = complaint(details)
        assert known(what, "de"), what
        assert not todo or known(todo, "de"), todo


@pytest.mark.parametrize(
    ("name", "value"), [("start", "noon"), ("unpopular", "perhaps"), ("code", ""), ("code", "x" * 9)]
)
def test_what_is_refused_of_a_shift_type_is_told_in_german(name, value):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(ShiftType).validate_python({"code": "E", "start": "08:00", "hours": 8, name: value})
    assert all(known(complaint(details)[0], "de") for details in caught.value.errors())


def test_a_scenario_full_of_mistakes_is_told_in_german(team, tmp_path):
    path = tmp_path / "bad.toml"
    text = (team / "base.toml").read_text()
    path.write_text(
        text.replace("service_level = 0.80", "service_level = 80", 1)
        .replace("weekly_hours = 40", 'weekly_hours = "lots"')
        .replace("[solver]", "[solver]\nsecond = 3\n")
    )
    with pytest.raises(InputError) as caught:
        load(path)
    assert len(caught.value.problems) >= 3
    for found in caught.value.problems:
        assert known(found.what, "de"), found.what
        assert not found.todo or known(found.todo, "de"), found.todo


def kinds(path: Path) -> Iterator[str]:
    """Kinds of the repairs that a module notes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) >= 3:
            place = {"add": 1, "rows": 2}.get(node.func.attr)
            called = ast.unparse(node.func.value)
            if place is not None and called == "listing":
                yield from (n.value for n in ast.walk(node.args[place]) if isinstance(n, ast.Constant))


def test_every_kind_of_repair_has_a_title():
    found = {kind for path in sorted(ROOT.glob("history/*.py")) for kind in kinds(path)}
    assert {"dst", "duplicate", "gap", "queue", "handled"} <= found
    assert {k for k in found if not Texts("de").has(f"repair.{k}")} == set()
