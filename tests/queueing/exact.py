"""Independent reference values in 40 digits: plain sums over the states of the birth-death chains, nothing shared with ours.

The wait of a contact that finds j others waiting is a sum of exponential times with the rates n + i / c, i = 0 ... j
(in handling times, c the mean patience), so exp(-wait / c) is Beta(n c, j + 1) distributed.
"""

from __future__ import annotations

import mpmath as mp

DIGITS = 40


def erlang_b(load: float, agents: float) -> mp.mpf:
    """From 1 / B = load * integral of exp(-load t) (1 + t)**agents dt, which also holds for real agents."""
    with mp.workdps(DIGITS):
        a, n = mp.mpf(load), mp.mpf(agents)
        if n == int(n):
            inverse = mp.mpf(1)
            for k in range(1, int(n) + 1):
                inverse = 1 + k / a * inverse
            return 1 / inverse
        return 1 / (mp.e**a * a**-n * mp.gammainc(1 + n, a))


def erlang_a(load: float, agents: int, aht: float, patience: float, threshold: float) -> dict[str, mp.mpf]:
    """M/M/n+M by summing over the number of waiting contacts."""
    with mp.workdps(DIGITS):
        a, n, c = mp.mpf(load), mp.mpf(agents), mp.mpf(patience) / mp.mpf(aht)
        below = 1 / erlang_b(load, agents) - 1
        left = mp.e ** (-mp.mpf(threshold) / mp.mpf(patience))
        s = n * c
        weight, j, places = mp.mpf(1), 0, 1 / (s + 1)
        total, waits, lost, soon, early, spent = below, mp.mpf(0), mp.mpf(0), mp.mpf(0), mp.mpf(0), mp.mpf(0)
        while True:
            gets = s / (s + j + 1)
            in_time = gets * mp.betainc(s + 1, j + 1, left, 1, regularized=True)
            still = left * mp.betainc(s, j + 1, 0, left, regularized=True)
            total += weight
            waits += weight
            lost += weight * (1 - gets)
            soon += weight * in_time
            early += weight * (1 - in_time - still)
            spent += weight * gets * c * places
            j += 1
            ratio = a / (n + j / c)
            weight *= ratio
            places += 1 / (s + j + 1)
            if ratio < 1 and weight < mp.mpf(10) ** -30 * total * (1 - ratio):
                break
        served = 1 - lost / total
        level = (below + soon) / total
        h = mp.mpf(aht)
        return {
            "wait_probability": waits / total,
            "service_level": level,
            "service_level_without_early_abandons": level / (1 - early / total),
            "service_level_of_served": level / served,
            "service_level_early_abandons_count": level + early / total,
            "asa_seconds": h * spent / total / served,
            "mean_wait_seconds": h * c * lost / total,
            "abandonment": lost / total,
            "abandonment_before_threshold": early / total,
            "occupancy": a * served / n,
            "mean_queue": a * c * lost / total,
        }


def erlang_c(load: float, agents: int, aht: float, threshold: float) -> dict[str, mp.mpf]:
    with mp.workdps(DIGITS):
        a, n, h = mp.mpf(load), mp.mpf(agents), mp.mpf(aht)
        b = erlang_b(load, agents)
        wait = n * b / (n - a * (1 - b))
        return {
            "wait_probability": wait,
            "service_level": 1 - wait * mp.e ** (-(n - a) * mp.mpf(threshold) / h),
            "asa_seconds": wait * h / (n - a),
            "mean_queue": wait * a / (n - a),
            "occupancy": a / n,
        }


def erlang_a_by_gamma(load: float, agents: int, aht: float, patience: float, threshold: float) -> dict[str, mp.mpf]:
    """The same through incomplete gamma functions, for systems too large to sum in many digits."""
    with mp.workdps(60):
        a, n, c = mp.mpf(load), mp.mpf(agents), mp.mpf(patience) / mp.mpf(aht)
        s, y = n * c, a * c
        below = (1 / erlang_b(load, agents)) - 1

        def area(k: int, low: mp.mpf, high: mp.mpf) -> mp.mpf:
            """Integral of s * exp(-k v + phi(v)) over the v with low < y exp(-v) < high."""
            return s * mp.e ** (y - (s + k) * mp.log(y)) * mp.gammainc(s + k, low, high)

        cut = y * mp.e ** (-mp.mpf(threshold) / mp.mpf(patience))
        waits, stays = area(0, mp.mpf(0), y), area(1, mp.mpf(0), y)
        total = below + waits
        return {
            "wait_probability": waits / total,
            "service_level": (below + area(1, cut, y)) / total,
            "abandonment": (waits - stays) / total,
        }
