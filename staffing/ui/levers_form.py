"""The form of a scenario's levers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from staffing.grid import WEEKDAYS
from staffing.roster.problem import Agent
from staffing.ui import frame
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
        with st.grid(3, min_column_width=150):
            hires = _hires(t, agents, key)
            shrinkage = {
                cause: st.number_input(
                    t("levers.shrinkage", cause=t(f"cause.{cause}") if t.has(f"cause.{cause}") else cause),
                    0.0,
                    60.0,
                    share,
                    0.5,
                    format=SHORTEST,
                    key=f"shrinkage-{cause}-{key}",
                    help=t("levers.shrinkage.help"),
                )
                for cause, share in base.shrinkage.items()
            }
            training = _training(t, agents, list(base.queues), key)
    with st.expander(t("levers.limits"), icon=":material/gavel:"):
        with st.grid(3, min_column_width=200):
            law = {name: _limit(t, name, value, key) for name, value in base.law.items()}
        st.page_link(
            frame.PAGES["team"], label=t("levers.elsewhere"), icon=":material/groups:", query_params={"part": "shifts"}
        )
    return Levers(queues, shrinkage, hires, training, law)


def _limit(t: Texts, name: str, value: float, key: str) -> float:
    label = t(f"law.{name}") if t.has(f"law.{name}") else name.replace("_", " ")
    step = 1 if isinstance(value, int) else 0.5
    return st.number_input(label, type(value)(0), None, value, step, format=SHORTEST, key=f"lever-{name}-{key}")


def _training(t: Texts, agents: Sequence[Agent], queues: Sequence[str], key: str) -> Training:
    kinds = kinds_of_agents(agents)
    count = st.number_input(t("levers.training"), 0, 50, 0, 1, key=f"training-{key}")
    like = st.selectbox(t("levers.of"), list(kinds), format_func=lambda a: kinds[a], key=f"training-like-{key}")
    skills = next((a.queues for a in agents if a.id == like), ())
    queue = st.selectbox(t("levers.learn"), [q for q in queues if q not in skills], key=f"training-queue-{key}-{like}")
    return Training(count, like or "", queue or "")


def _queue(t: Texts, queue: str, old: QueueLevers, key: str) -> QueueLevers:
    st.markdown(f"**{plain(queue)}**")
    with st.grid(4, min_column_width=130, key=f"queue-{queue}"):
        volume = st.number_input(t("levers.volume"), -90, 300, old.volume, 5, key=f"volume-{queue}-{key}")
        aht = st.number_input(t("levers.aht"), -80, 200, old.aht, 5, key=f"aht-{queue}-{key}")
        level, threshold, hours = old.service_level, old.threshold, old.response_hours
        if level is not None:
            level = st.number_input(t("levers.service_level"), 1, 100, level, 1, key=f"level-{queue}-{key}")
        if threshold is not None:
            threshold = st.number_input(t("levers.threshold"), 0, 3600, threshold, 5, key=f"threshold-{queue}-{key}")
        if hours is not None:
            hours = st.number_input(
                t("levers.response_hours"), 0.5, 240.0, hours, 0.5, format=SHORTEST, key=f"hours-{queue}-{key}"
            )
    opening = st.text_input(
        t("levers.opening"), old.opening, key=f"opening-{queue}-{key}-{t.language}", help=t("levers.opening.help")
    )
    return QueueLevers(volume, aht, level, threshold, hours, opening.strip())


def _hires(t: Texts, agents: Sequence[Agent], key: str) -> Hires:
    kinds = kinds_of_agents(agents)
    count = st.number_input(t("levers.hires"), 0, 50, 0, 1, key=f"hires-{key}")
    like = st.selectbox(t("levers.like"), list(kinds), format_func=lambda a: kinds[a], key=f"like-{key}")
    return Hires(count, like or "")


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
