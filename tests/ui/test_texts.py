from __future__ import annotations

import ast
import re
import string
from datetime import date, datetime
from pathlib import Path

import pytest

from staffing.ui.texts import LANGUAGES, NONE, Texts, catalogue, plain, preferred

UI = Path(__file__).parents[2] / "staffing" / "ui"
NBSP = "\N{NO-BREAK SPACE}"


def used_keys() -> tuple[set[str], set[str]]:
    """Keys in the code: whole ones, and beginnings of those that are put together."""
    whole, begun = set(), set()
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name not in ("t", "has", "self"):
                continue
            for part in ast.walk(node.args[0]):
                if (
                    isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", part.value)
                ):
                    whole.add(part.value)
            if isinstance(node.args[0], ast.JoinedStr) and isinstance(node.args[0].values[0], ast.Constant):
                begun.add(str(node.args[0].values[0].value))
    return whole, begun


def fields(entry: str | dict[str, str]) -> set[str]:
    forms = entry.values() if isinstance(entry, dict) else (entry,)
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_both_languages_have_the_same_keys_with_the_same_gaps_and_forms():
    german, english = (catalogue(x) for x in LANGUAGES)
    assert german.keys() == english.keys()
    for key, text in german.items():
        assert type(text) is type(english[key]), key
        assert fields(text) == fields(english[key]), key
        assert all(text.values() if isinstance(text, dict) else (text,)), key


def test_every_key_in_the_code_has_a_text_and_every_text_is_used():
    whole, begun = used_keys()
    keys = set(catalogue("en"))
    assert whole - keys == set()
    families = [prefix for prefix in begun if "." in prefix]
    assert [p for p in families if not any(k.startswith(p) for k in keys)] == []
    unused = {k for k in keys - whole if not any(k.startswith(p) for p in families)}
    assert unused == set()


ALIKE = {"Plan", "Export", "Team", "Simulation", "Coaching", "Name", "Band", "Version"}
"""Words that are the same in both languages."""


def test_no_text_is_left_untranslated():
    german, english = catalogue("de"), catalogue("en")
    same = {k: re.sub(r"\{\w+\}", "", str(v)).strip() for k, v in english.items() if german[k] == v}
    alike = {w.casefold() for w in ALIKE}
    left = {k for k, v in same.items() if re.search(r"[A-Za-z]{4}", v) and v.casefold() not in alike}
    assert left == {"measure.fairness"}


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("de", ("1.234,5", f"81,2{NBSP}%", "−3,3", f"1.235{NBSP}€", f"−1.235{NBSP}€", f"7{NBSP}h")),
        ("en", ("1,234.5", "81.2%", "−3.3", "€1,235", "−€1,235", f"7{NBSP}h")),
    ],
)
def test_numbers_are_written_as_people_write_them(language, shown):
    t = Texts(language)
    assert (
        t.number(1234.5, 1),
        t.percent(0.812, 1),
        t.signed(-3.26, 1),
        t.money(1234.6, "EUR"),
        t.money(-1234.6, "EUR"),
        t.hours(7.2),
    ) == shown


def test_zero_has_no_sign_and_almost_zero_has_both():
    t = Texts("en")
    assert (t.signed(0), t.signed(0.001), t.signed(2), t.number(-0.0001)) == ("0", "±0", "+2", "0")
    assert t.money(12.0, "EUR", signed=True) == "+€12"
    assert (t.count(2.0), t.count(2.25)) == ("2", "2.2")


@pytest.mark.parametrize("value", [None, float("nan")])
def test_what_is_not_known_is_a_dash(value):
    t = Texts("de")
    shown = {
        t.number(value),
        t.percent(value),
        t.signed(value),
        t.hours(value),
        t.seconds(value),
        t.money(value, "EUR"),
    }
    assert shown == {NONE}


def test_days_and_moments_follow_the_language():
    day = date(2027, 1, 4)
    assert (Texts("de").day(day), Texts("en").day(day)) == ("Mo 04.01.", "Mon 4 Jan")
    assert (Texts("de").long_day(day), Texts("en").month(day)) == ("Montag, 4. Januar 2027", "January 2027")
    assert Texts("de").moment(datetime(2027, 1, 4, 9, 5)) == "04.01. 09:05"
    assert (Texts("en").seconds(119.7), Texts("en").seconds(599.8)) == (f"2:00{NBSP}min", f"10:00{NBSP}min")
    assert (Texts("en").signed_percent(0.2, 1), Texts("de").signed_percent(-0.2)) == ("+20.0%", f"−20{NBSP}%")
    assert (Texts("en").seconds(90), Texts("en").seconds(125)) == (f"90{NBSP}s", f"2:05{NBSP}min")


def test_plural_forms_and_lists():
    assert Texts("en")("problems.title", n=1) == "One thing is wrong"
    assert Texts("en")("problems.title", n=3) == "3 things are wrong"
    assert Texts("de").listing(["a"]) == "a"
    assert Texts("de").listing(["a", "b", "c"]) == "a, b und c"


def test_the_browser_chooses_the_language():
    assert [preferred(x) for x in ("de-CH", "DE", "en-US", None)] == ["de", "de", "en", "en"]


def test_names_of_users_do_not_become_markup():
    assert plain("a*b_[c](d) :red[x] $y$") == r"a\*b\_\[c\]\(d\) \:red\[x\] \$y\$"


def test_counts_in_sentences_have_their_thousands_grouped():
    assert Texts("de")("edit.conflicts", n=1096).startswith("1.096 ")
    assert Texts("en")("edit.conflicts", n=1096).startswith("1,096 ")
    assert Texts("en")("edit.conflicts", n=1) != Texts("en")("edit.conflicts", n=2)
