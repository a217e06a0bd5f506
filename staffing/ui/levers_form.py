"""The form of a scenario's levers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from staffing.roster.problem import Agent
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.levers import Change, Hires, Levers, QueueLevers, kinds_of_agents


def levers_form(t: Texts, base: Levers, agents: Sequence[Agent], key: str) -> Levers:
    """Draw the form and return what is set; `key` is the scenario's, so that another one starts anew."""
    queues = {}
    with st.container(border=True):
        st.markdown(f"##### {t('levers.demand')}")
        for queue, old in base.queues.items():
            queues[queue] = _queue(t, queue, old, key)
    with st.container(border=True):
        st.markdown(f"##### {t('levers.people')}")
        with st.grid(3, min_column_width=150):
            hires = _hires(t, agents, key)
            shrinkage = {
                cause: st.number_input(
                    t("levers.shrinkage", cause=t(f"cause.{cause}") if t.has(f"cause.{cause}") else cause),
                    0.0,
                    60.0,
                    share,
                    0.5,
                    format="%.1f",
                    key=f"shrinkage-{cause}-{key}",
                    help=t("levers.shrinkage.help"),
                )
                for cause, share in base.shrinkage.items()
            }
    return Levers(queues, shrinkage, hires)


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
            hours = st.number_input(t("levers.response_hours"), 0.5, 240.0, hours, 0.5, key=f"hours-{queue}-{key}")
    return QueueLevers(volume, aht, level, threshold, hours)


def _hires(t: Texts, agents: Sequence[Agent], key: str) -> Hires:
    kinds = kinds_of_agents(agents)
    count = st.number_input(t("levers.hires"), 0, 50, 0, 1, key=f"hires-{key}")
    like = st.selectbox(t("levers.like"), list(kinds), format_func=lambda a: kinds[a], key=f"like-{key}")
    return Hires(count, like or "")


def change_words(t: Texts, change: Change, kinds: dict[str, str]) -> str:
    """One difference as a sentence."""
    subject = kinds.get(change.subject, change.subject)
    if change.lever == "shrinkage" and t.has(f"cause.{change.subject}"):
        subject = t(f"cause.{change.subject}")
    if change.lever in ("volume", "aht"):
        before, after = (t.signed(v) + "\N{NO-BREAK SPACE}%" for v in (change.before, change.after))
    else:
        digits = 1 if change.lever in ("shrinkage", "response_hours") else 0
        before, after = (t.number(v, digits) for v in (change.before, change.after))
    return t(f"change.{change.lever}", subject=subject, before=before, after=after)
