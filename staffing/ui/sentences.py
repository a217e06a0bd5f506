"""What the library says in English sentences (problems, repairs, notes), told in the reader's language.

The library knows no languages: its command line, its files and its errors speak English. The catalogue has each of its
sentences as a template with holes, and a sentence is told by finding the template that it was made from. A sentence that
is not in the catalogue is told as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

from staffing.errors import Problem
from staffing.roster.rules.messages import ASKED, MESSAGES
from staffing.ui.texts import Texts, catalogue

HOLE = "{}"
_ORIGINAL = "en"
_NAMED = re.compile(r"\{(\w+)\}")
_QUOTED = ("'", '"')


class Template:
    """A sentence with holes, and how another language says it.

    Parameters
    ----------
    original
        The library's template, with ``{}`` for each value.
    told
        The same in the other language; holes may be numbered.
    """

    def __init__(self, original: str, told: str) -> None:
        self.parts = original.split(HOLE)
        self.told = [p if i % 2 == 0 else int(p or -1) for i, p in enumerate(re.split(r"\{(\d*)\}", told))]
        self.pattern = re.compile("(.*?)".join(map(re.escape, self.parts)), re.S)

    @property
    def weight(self) -> int:
        """Characters that are not holes; the heavier template knows a sentence better."""
        return sum(map(len, self.parts))

    def values(self, sentence: str) -> Sequence[str] | None:
        """What stands in the holes of a sentence that was made from the template; None where it was not."""
        if not all(part in sentence for part in self.parts):
            return None
        found = self.pattern.fullmatch(sentence)
        return None if found is None else found.groups()

    def say(self, values: Sequence[str]) -> str:
        """The sentence in the other language."""
        out, following = [], iter(range(len(values)))
        for part in self.told:
            out.append(part if isinstance(part, str) else values[next(following) if part < 0 else part])
        return "".join(out)


@lru_cache
def sentences(language: str) -> dict[str, str]:
    """The library's templates, and how a language says them; empty for English."""
    if language == _ORIGINAL:
        return {}
    file = resources.files("staffing.ui") / "i18n" / f"sentences.{language}.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found


@lru_cache
def _templates(language: str) -> tuple[Template, ...]:
    made = [Template(original, told) for original, told in sentences(language).items()]
    for family, messages in (("violation", MESSAGES), ("asked", ASKED)):
        for key, original in messages.items():
            names = _NAMED.findall(original)
            told = str(catalogue(language)[f"{family}.{key}"])
            numbered = _NAMED.sub(lambda hole, names=names: f"{{{names.index(hole[1])}}}", told)  # type: ignore[misc]
            made.append(Template(_NAMED.sub(HOLE, original), numbered))
    return tuple(sorted(made, key=lambda template: -template.weight))


@lru_cache(8192)
def known(sentence: str, language: str) -> str | None:
    """A sentence of the library in a language; None where the catalogue does not have it.

    Examples
    --------
    >>> print(known("unknown contract 'fulll'", "de"), known("all is well", "de"))
    unbekannter Vertrag 'fulll' None
    """
    if language == _ORIGINAL:
        return sentence
    exact = sentences(language).get(sentence)
    if exact is not None and HOLE not in exact:
        return exact
    for template in _templates(language):
        values = template.values(sentence)
        if values is not None:
            return template.say([_inside(value, language) for value in values])
    return None


def _inside(value: str, language: str) -> str:
    """What stands in a hole: words of the library are told too, what people wrote stays as it is."""
    if not re.search(r"[a-z]{2}", value) or value.startswith(_QUOTED):
        return value
    return _pieces(value, language) or value


def _pieces(text: str, language: str) -> str | None:
    """A list of sentences, or one; None where there is an unknown one among them."""
    for mark in ("; ", ", "):
        told = [known(piece, language) for piece in text.split(mark)]
        if len(told) > 1 and all(told):
            return mark.join(piece for piece in told if piece)
    return known(text, language)


def sentence(t: Texts, text: str) -> str:
    """A sentence of the library in the reader's language; a list of them piece by piece.

    Examples
    --------
    >>> print(sentence(Texts("de"), "calendar effects 65%, mean of the last 4 same weekdays 35%"))
    Kalendereffekte 65 %, Mittel der letzten 4 gleichen Wochentage 35 %
    """
    return _pieces(text, t.language) or text


def parts(t: Texts, found: Problem) -> Problem:
    """A problem, each part in the reader's language."""
    where, what, todo = (sentence(t, part) if part else "" for part in (found.where, found.what, found.todo))
    return Problem(where, what, todo)


def problem(t: Texts, found: Problem | str) -> str:
    """A problem in the reader's language, as ``where: what (what to do)``; also one that is a line already.

    Examples
    --------
    >>> print(problem(Texts("de"), "agents.csv row 7, column contract: unknown contract 'fulll' (one of: full, part)"))
    agents.csv Zeile 7, Spalte contract: unbekannter Vertrag 'fulll' (eines von: full, part)
    """
    if t.language == _ORIGINAL:
        return str(found)
    told = parts(t, found if isinstance(found, Problem) else _split(found, t.language))
    return str(told) if told.where else told.what


def _split(line: str, language: str) -> Problem:
    """The parts of a line; where several divisions are possible, the one whose parts are known."""
    colons = [m.start() for m in re.finditer(": ", line)]
    opened = [m.start() for m in re.finditer(r" \(", line)] if line.endswith(")") else []
    for colon in colons:
        for bracket in (*(b for b in opened if b > colon), len(line)):
            what, todo = line[colon + 2 : bracket], line[bracket + 2 : -1]
            if known(what, language) and (not todo or known(todo, language)):
                return Problem(line[:colon], what, todo)
    return Problem(line[: colons[0]], line[colons[0] + 2 :]) if colons else Problem("", line)
