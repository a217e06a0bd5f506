"""Draws the plots of docs/background/queueing: ``python docs/background/queueing/plots.py`` (needs matplotlib)."""

from __future__ import annotations

import math
from pathlib import Path
from statistics import NormalDist

import matplotlib as mpl
import numpy as np

mpl.use("svg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from staffing.queueing.blending import blended_service
from staffing.queueing.chat import chat_service, completions
from staffing.queueing.deferred import due_curves, plan_deferred
from staffing.queueing.erlang import erlang_a, erlang_b, erlang_c
from staffing.queueing.inverse import Goals, agents_needed
from staffing.queueing.lines import line_service, redial_service
from staffing.queueing.patience import exponential, fixed, general_service, lognormal, weibull
from staffing.queueing.transient import modified_offered_load, transient_service

HERE = Path(__file__).parent
EIGHTY_TWENTY = Goals(service_level=0.8, threshold_seconds=20)
AHT, PATIENCE = 300.0, 150.0


def panels(name: str, count: int) -> tuple[list[Axes], object]:
    """A row of axes, and what saves and closes it."""
    figure, axes = plt.subplots(1, count, figsize=(5.2 * count, 3.6), layout="constrained", squeeze=False)

    def save() -> None:
        figure.savefig(HERE / f"{name}.svg", metadata={"Date": None})
        plt.close(figure)

    return list(axes[0]), save


def label(axis: Axes, title: str, x: str, y: str) -> None:
    """Title, axes, grid and legend."""
    axis.set(title=title, xlabel=x, ylabel=y)
    axis.grid(alpha=0.3)
    axis.legend(frameon=False, fontsize=8)


def erlang() -> None:
    """Service by agents, and what Erlang C asks for beyond Erlang A."""
    (left, right), save = panels("erlang", 2)
    agents = np.arange(88, 121)
    left.plot(agents, 1 - erlang_b(100, agents), label="Erlang B: nobody waits", color="tab:grey")
    left.plot(agents, erlang_a(100, agents, AHT, PATIENCE).service_level, label="Erlang A: patience 150 s")
    left.plot(agents, erlang_c(100, agents, AHT).service_level, label="Erlang C: nobody gives up", color="tab:red")
    left.axhline(0.8, color="black", lw=0.6)
    label(left, "100 erlangs, AHT 300 s", "agents", "answered within 20 s / offered")
    loads = np.geomspace(2, 1000, 60)
    c = agents_needed(loads, AHT, EIGHTY_TWENTY, fractional=True)
    for patience in (60, 150, 600):
        a = agents_needed(loads, AHT, EIGHTY_TWENTY, patience, fractional=True)
        right.plot(loads, 100 * (c / a - 1), label=f"patience {patience} s")
    right.set_xscale("log")
    label(right, "what Erlang C asks for beyond Erlang A, 80/20", "erlangs", "% more agents")
    save()
    a150 = agents_needed([20, 100, 300], AHT, EIGHTY_TWENTY, PATIENCE)
    c150 = agents_needed([20, 100, 300], AHT, EIGHTY_TWENTY)
    print("erlang: C", c150, "A", a150)


def patience() -> None:
    """The same mean patience in four laws."""
    (axis,), save = panels("patience", 1)
    agents = np.arange(85, 116)
    for law, name in (
        (exponential(60), "exponential"),
        (fixed(60), "everybody exactly 60 s"),
        (lognormal(60, 2), "lognormal, variation 2"),
        (weibull(60, 0.5), "Weibull, shape 0.5"),
    ):
        level = general_service(100, agents, AHT, law).service_level
        axis.plot(agents, level, label=name)
        print("patience", name, "first at 0.8:", agents[np.argmax(level >= 0.8)], "level at 95:", level[10].round(3))
    axis.axhline(0.8, color="black", lw=0.6)
    label(axis, "100 erlangs, mean patience 60 s in four laws", "agents", "answered within 20 s / offered")
    save()


def lines() -> None:
    """Busy tones, and redials."""
    (left, right), save = panels("lines", 2)
    places = np.arange(100, 161)
    ours = line_service(105, 100, places, AHT, math.inf)
    left.plot(places, ours.service.service_level, label="answered within 20 s / offered")
    left.plot(places, ours.blocked, label="busy tone")
    label(left, "105 erlangs, 100 agents, nobody gives up", "lines", "share of offered")
    agents = np.arange(80, 111)
    for redial in (0.0, 0.3, 0.6, 0.9):
        service = redial_service(100, agents, AHT, PATIENCE, redial)
        right.plot(agents, service.service.service_level, label=f"{redial:.0%} of the lost redial")
        if redial in (0.0, 0.6):
            print(
                "redial",
                redial,
                "load at 85, 95:",
                service.load[[5, 15]].round(1),
                service.service.service_level[[5, 15]],
            )
    label(right, "100 erlangs of first calls, patience 150 s", "agents", "answered within 20 s, per attempt")
    save()


def chat() -> None:
    """The chain against three shortcuts."""
    (axis,), save = panels("chat", 1)
    agents, k, slow, aht, patient, threshold = 12, 4, 0.127, 480.0, 180.0, 30.0
    load = np.linspace(24, 44, 81)
    exact = chat_service(load, agents, aht, k, slow, patient, threshold).service_level
    factor = float(completions(k, slow))
    slot = aht * (1 + slow * (k - 1))
    shortcuts = {
        "AHT / 4": erlang_a(load / k, agents, aht / k, patient, threshold).service_level,
        "AHT / effective concurrency": erlang_a(load / factor, agents, aht / factor, patient, threshold).service_level,
        "48 single agents, slowest AHT": erlang_a(
            load * slot / aht, agents * k, slot, patient, threshold
        ).service_level,
    }
    axis.plot(load, exact, color="black", lw=2, label="birth-death chain")
    for name, level in shortcuts.items():
        axis.plot(load, level, label=name, ls="--")
        print("chat", name, "largest error", np.abs(level - exact).max().round(3))
    label(
        axis,
        "12 agents, 4 chats each, 12.7% slower per further chat",
        "erlangs of single chats",
        "answered within 30 s",
    )
    save()


def deferred() -> None:
    """The taut string, the staffing it gives, and blending."""
    (left, middle, right), save = panels("deferred", 3)
    day = np.zeros(48, dtype=bool)
    day[16:36] = True
    is_open = np.tile(day, 5)
    wave = np.where(is_open, 12 + 8 * np.sin(np.arange(240) / 48 * 2 * np.pi * 2), 3.0)
    contacts, aht = 0.25 * wave * np.repeat([1.1, 1.0, 0.9, 1.0, 1.0], 48), np.full(240, 480.0)
    bare = plan_deferred(contacts, aht, is_open, 1800, 2 * 3600, None)
    plan = plan_deferred(contacts, aht, is_open, 1800, 2 * 3600, 0.9)
    arrived, due = due_curves(contacts * aht / 3600, is_open, 1800, 2 * 3600, 0.0)
    hours = np.arange(arrived.size) / 2
    left.plot(hours, arrived, label="arrived")
    left.plot(hours, due, label="due (2 open hours)")
    left.plot(
        hours, np.concatenate([[0], np.cumsum(bare.agents[is_open]) / 2]), color="black", label="done: taut string"
    )
    label(left, "a week of e-mail", "open hours", "agent-hours")
    as_it_comes = np.diff(arrived) * 2
    middle.step(hours[1:], as_it_comes, color="tab:grey", lw=0.8, label="as it comes")
    middle.step(hours[1:], bare.agents[is_open], label="smoothest, expected work")
    middle.step(hours[1:], plan.agents[is_open], label="smoothest, 90% in time")
    middle.set_ylim(0, 7)
    label(middle, "agents", "open hours", "agents")
    print("deferred hours", bare.agents.sum() / 2, plan.agents.sum() / 2, "peaks", as_it_comes.max(), plan.agents.max())
    reserve = np.arange(0, 13)
    blend = blended_service(40, 46, reserve, AHT, PATIENCE)
    right.plot(reserve, blend.voice.service_level, label="voice within 20 s")
    right.plot(reserve, blend.deferred_load / (46 - 40), label="e-mail done / (agents - erlangs)")
    label(right, "46 agents, 40 erlangs of voice, blended", "reserve of idle agents", "share")
    alone = erlang_a(40, 46, AHT, PATIENCE).service_level
    print("blend", alone, blend.voice.service_level[[0, 2, 4, 6]].round(3), blend.deferred_load[[0, 2, 4, 6]].round(2))
    save()


def transient() -> None:
    """A day with two peaks, exact and by steady-state formulas."""
    (left, right), save = panels("transient", 2)
    hour = np.arange(48) / 4
    for axis, aht, title in ((left, 300.0, "AHT 300 s"), (right, 1200.0, "AHT 1200 s")):
        load = 12 * (0.25 + np.exp(-((hour - 3) ** 2) / 1.5) + 0.8 * np.exp(-((hour - 8.5) ** 2) / 2))
        contacts = load * 900 / aht
        agents = agents_needed(load, aht, EIGHTY_TWENTY, PATIENCE)
        exact = transient_service(contacts, agents, aht, 900, PATIENCE).service_level
        steady = erlang_a(load, agents, aht, PATIENCE).service_level
        shifted = erlang_a(modified_offered_load(contacts, aht, 900), agents, aht, PATIENCE).service_level
        axis.plot(hour, exact, color="black", lw=2, label="exact, interval after interval")
        axis.plot(hour, steady, ls="--", label="Erlang A, each interval on its own")
        axis.plot(hour, shifted, ls=":", label="Erlang A on the modified offered load")
        axis.axhline(0.8, color="black", lw=0.6)
        label(axis, f"staffed by Erlang A, {title}", "hours", "answered within 20 s / offered")
        axis.set_ylim(0.3, 1.01)
        print(
            "transient",
            aht,
            "worst",
            exact.min().round(3),
            "missed intervals",
            int((exact < 0.8).sum()),
            "mean error steady",
            np.abs(steady - exact).mean().round(3),
            "shifted",
            np.abs(shifted - exact).mean().round(3),
        )
    save()


def uncertain() -> None:
    """How sure a number of agents makes the target."""
    (axis,), save = panels("uncertain", 1)
    agents = np.arange(92, 126)
    share = (np.arange(400) + 0.5) / 400
    scores = np.array([NormalDist().inv_cdf(p) for p in share])
    for error in (0.02, 0.05, 0.10):
        level = erlang_a(100 * (1 + error * scores)[:, None], agents, AHT, PATIENCE).service_level
        met = (level >= 0.8).mean(axis=0)
        axis.plot(agents, met, label=f"{error:.0%} error of the forecast")
        print(
            "uncertain",
            error,
            "agents for 50, 90%",
            agents[np.argmax(met >= 0.5)],
            agents[np.argmax(met >= 0.9)],
            "10% day at the mean's answer",
            np.quantile(level[:, 99 - 92], 0.1).round(3),
        )
    label(axis, "100 erlangs expected, AHT 300 s, patience 150 s", "agents", "probability of 80/20")
    save()


if __name__ == "__main__":
    plt.rcParams["svg.hashsalt"] = "staffing"
    plt.rcParams["svg.fonttype"] = "none"
    for draw in (erlang, patience, lines, chat, deferred, transient, uncertain):
        draw()
