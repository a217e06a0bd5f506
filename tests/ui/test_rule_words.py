"""Every broken rule and every demand has its words in both languages."""

from __future__ import annotations

import string
from datetime import date, datetime

import pytest

from staffing.roster import rules
from staffing.roster.rules.messages import ASKED, MESSAGES
from staffing.ui.rota.rule_words import asked, told
from staffing.ui.texts import LANGUAGES, Texts, catalogue
from tests.roster.test_rules import case


@pytest.mark.parametrize(("prefix", "templates"), [("violation", MESSAGES), ("asked", ASKED)])
def test_the_catalogues_hold_every_message_with_its_values(prefix, templates):
    def gaps(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for language in LANGUAGES:
        texts = {k.removeprefix(f"{prefix}."): v for k, v in catalogue(language).items() if k.startswith(f"{prefix}.")}
        assert texts.keys() == templates.keys()
        assert all(gaps(texts[key]) == gaps(text) for key, text in templates.items())
        assert all(f"rule.{name}" in catalogue(language) for name in rules.RULES)
    english = catalogue("en")
    assert all(english[f"{prefix}.{key}"] == text for key, text in templates.items())


def test_violations_of_any_rota_are_told_in_both_languages():
    problem, _, _, roster = case(0)
    found = rules.audit(problem, roster)
    assert len({v.message for v in found}) > 8
    for v in found:
        english, german = (told(Texts(language), v) for language in ("en", "de"))
        assert english
        assert german
        assert english != german
        assert "{" not in german


def test_values_are_written_as_the_language_does():
    values = (("low", 7.5), ("high", 38.25), ("day", date(2027, 1, 4)))
    assert asked(Texts("de"), "hours_between_week", values) == "7,5 bis 38,25 h in der Woche vom Mo 04.01."
    moment = (("hours", 9.0), ("begin", datetime(2027, 1, 4, 6)), ("least", 11.0))
    violation = rules.Violation(0, 0, "min_rest", "Anna", date(2027, 1, 4), "min_rest", moment)
    assert told(Texts("en"), violation) == "9 h of rest before the shift at 4 Jan 06:00, at least 11 h are due"
    assert str(violation).startswith("Anna, 2027-01-04: 9 h of rest before the shift at 2027-01-04T06:00")
