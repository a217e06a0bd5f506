"""The form of a scenario's levers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from staffing.grid import WEEKDAYS
from staffing.roster.problem import Agent
from staffing.ui import frame
from staffing.ui.fields import begin_with
from staffing.ui.texts import SHORTEST, Texts, plain
from staffing.ui.vm.levers import Change, Hires, Levers, QueueLevers, Training, kinds_of_agents


def levers_form(t: Texts, base: Levers, agents: Sequence[Agent], key: str) -> Levers:
    """Draw the form and return what is set; `key` is the scenario's, so that another one starts anew."""
    queues = {}
    with st.container(border=True):
        st.markdown(f"## {t('levers.demand')}")
        for queue, old in base.queues.items():
            queues[queue] = _queue(t, queue, old, key)
    with st.container(border=True):
        st.markdown(f"## {t('levers.people')}")
        with st.grid(3, min_column_width=150, vertical_alignment="bottom"):
            hires = _hires(t, agents, key)
            shrinkage = {cause: _shrinkage(t, cause, share, key) for cause, share in base.shrinkage.items()}
            training = _training(t, agents, list(base.queues), key)
    with st.expander(t("levers.limits"), icon=":material/gavel:"):
        with st.grid(3, min_column_width=200, vertical_alignment="bottom"):
            law = {name: _limit(t, name, value, key) for name, value in base.law.items()}
        st.page_link(
            frame.PAGES["team"], label=t("levers.elsewhere"), icon=":material/groups:", query_params={"part": "shifts"}
        )
    return Levers(queues, shrinkage, hires, training, law)


def _number(label: str, low: Any, high: Any, value: Any, step: float, key: str, **settings: Any) -> Any:
    """A lever: what was typed stays wherever the planner looks meanwhile; else it follows what is saved."""
    begin_with(key, value)
    return st.number_input(label, low, high, value, step, key=key, persist_state="session", **settings)


def _choice(label: str, options: Sequence[str], key: str, named: Mapping[str, str] | None = None) -> str:
    chosen = st.selectbox(
        label, options, format_func=lambda a: (named or {}).get(a, a), key=key, persist_state="session"
    )
    return chosen or ""


def _shrinkage(t: Texts, cause: str, share: float, key: str) -> float:
    label = t("levers.shrinkage", cause=t(f"cause.{cause}") if t.has(f"cause.{cause}") else cause)
    told = t("levers.shrinkage.help")
    return float(_number(label, 0.0, 60.0, share, 0.5, f"shrinkage-{cause}-{key}", format=SHORTEST, help=told))


def _limit(t: Texts, name: str, value: float, key: str) -> float:
    label = t(f"law.{name}") if t.has(f"law.{name}") else name.replace("_", " ")
    step = 1 if isinstance(value, int) else 0.5
    found: float = _number(label, type(value)(0), None, value, step, f"lever-{name}-{key}", format=SHORTEST)
    return found


def _training(t: Texts, agents: Sequence[Agent], queues: Sequence[str], key: str) -> Training:
    kinds = kinds_of_agents(agents)
    count = _number(t("levers.training"), 0, 50, 0, 1, f"training-{key}")
    like = _choice(t("levers.of"), list(kinds), f"training-like-{key}", kinds)
    skills = next((a.queues for a in agents if a.id == like), ())
    queue = _choice(t("levers.learn"), [q for q in queues if q not in skills], f"training-queue-{key}-{like}")
    return Training(count, like, queue)


def _queue(t: Texts, queue: str, old: QueueLevers, key: str) -> QueueLevers:
    st.markdown(f"**{plain(queue)}**")
    with st.grid(4, min_column_width=130, vertical_alignment="bottom", key=f"queue-{queue}"):
        volume = _number(t("levers.volume"), -90, 300, old.volume, 5, f"volume-{queue}-{key}")
        aht = _number(t("levers.aht"), -80, 200, old.aht, 5, f"aht-{queue}-{key}")
        level, threshold, hours = old.service_level, old.threshold, old.response_hours
        if level is not None:
            level = _number(t("levers.service_level"), 1, 100, level, 1, f"level-{queue}-{key}")
        if threshold is not None:
            threshold = _number(t("levers.threshold"), 0, 3600, threshold, 5, f"threshold-{queue}-{key}")
        if hours is not None:
            hours = _number(t("levers.response_hours"), 0.5, 240.0, hours, 0.5, f"hours-{queue}-{key}", format=SHORTEST)
    opening_key = f"opening-{queue}-{key}"
    begin_with(opening_key, old.opening)
    opening = st.text_input(
        t("levers.opening"), old.opening, key=opening_key, help=t("levers.opening.help"), persist_state="session"
    )
    return QueueLevers(volume, aht, level, threshold, hours, opening.strip())


def _hires(t: Texts, agents: Sequence[Agent], key: str) -> Hires:
    kinds = kinds_of_agents(agents)
    count = _number(t("levers.hires"), 0, 50, 0, 1, f"hires-{key}")
    return Hires(count, _choice(t("levers.like"), list(kinds), f"like-{key}", kinds))


def opening_words(t: Texts) -> dict[str, str]:
    """What days and ``closed`` are called in opening hours."""
    days = {day: t(f"weekday.{day}") for day in WEEKDAYS}
    return {**days, "holiday": t("levers.holiday"), "closed": t("levers.closed")}


def change_words(t: Texts, change: Change, kinds: dict[str, str]) -> str:
    """One difference as a sentence."""
    subject = kinds.get(change.subject, change.subject)
    before, after = change.before, change.after
    if change.lever == "opening":
        return t("change.opening", subject=subject, before=before, after=after)
    if change.lever == "training":
        return t("change.training", subject=subject, queue=before, after=after)
    if change.lever == "law":
        label = t(f"law.{subject}") if t.has(f"law.{subject}") else subject.replace("_", " ")
        return f"{label}: {_told(t, before, 1)} → {_told(t, after, 1)}"
    if change.lever == "shrinkage" and t.has(f"cause.{subject}"):
        subject = t(f"cause.{subject}")
    if change.lever in ("volume", "aht"):
        signed = [t.signed_percent((v or 0.0) / 100) for v in (before, after) if not isinstance(v, str)]
        return t(f"change.{change.lever}", subject=subject, before=signed[0], after=signed[1])
    digits = 1 if change.lever in ("shrinkage", "response_hours") else 0
    return t(f"change.{change.lever}", subject=subject, before=_told(t, before, digits), after=_told(t, after, digits))


def _told(t: Texts, value: float | str | None, digits: int) -> str:
    return value if isinstance(value, str) else t.number(value, digits)
