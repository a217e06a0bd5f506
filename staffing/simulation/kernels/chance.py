"""Random numbers.

Those of xoshiro128++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021): additions,
shifts and exclusive-ors of 32-bit words, kept in 64-bit integers so that nothing can overflow. Exponential and normal ones
are cut from them by the ziggurat (Marsaglia and Tsang, "The ziggurat method for generating random variables", Journal of
Statistical Software 5, 2000), with 24 bits inside a layer and the others for the layer and the sign.
"""

# Compiled functions take their types from their arguments.
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from __future__ import annotations

import math

import numpy as np

from staffing.simulation.kernels.compiled import called, inlined

_WORD = 0xFFFFFFFF
_TO_UNIT = 2.0**-32


def _layers(n, edge, area, density, inverse):
    """Tables of a ziggurat of `n` layers of equal area: bounds of the sure part, widths, heights (`_WORDS` numbers)."""
    sure, width, height = np.zeros(n), np.empty(n), np.empty(n)
    base = area / density(edge)
    sure[0], width[0], height[0] = edge / base * _WORDS, base / _WORDS, 1.0
    width[n - 1], height[n - 1] = edge / _WORDS, density(edge)
    x = edge
    for i in range(n - 2, 0, -1):
        inner = inverse(area / x + density(x))
        sure[i + 1] = inner / x * _WORDS
        x = inner
        width[i], height[i] = x / _WORDS, density(x)
    return sure, width, height


_WORDS = 2.0**24
_E_EDGE, _N_EDGE = 7.69711747013104972, 3.442619855899
_E_SURE, _E_WIDTH, _E_HEIGHT = _layers(
    256, _E_EDGE, 0.0039496598225815571993, lambda x: math.exp(-x), lambda y: -math.log(y)
)
_N_SURE, _N_WIDTH, _N_HEIGHT = _layers(
    128, _N_EDGE, 9.91256303526217e-3, lambda x: math.exp(-0.5 * x * x), lambda y: math.sqrt(-2.0 * math.log(y))
)


@inlined
def _word(s):
    """Next 32 bits."""
    s0, s1, s2, s3 = s[0], s[1], s[2], s[3]
    x = (s0 + s3) & _WORD
    x = ((((x << 7) & _WORD) | (x >> 25)) + s0) & _WORD
    s2 ^= s0
    s3 ^= s1
    s[1] = s1 ^ s2
    s[0] = s0 ^ s3
    s[2] = s2 ^ ((s1 << 9) & _WORD)
    s[3] = ((s3 << 11) & _WORD) | (s3 >> 21)
    return x


@inlined
def uniform(s):
    """Next number in (0, 1)."""
    return (_word(s) + 0.5) * _TO_UNIT


@called
def _e_wedge(s, i, x):
    """Decide about an exponential number outside the sure part of its layer; negative: not taken."""
    if i == 0:
        return _E_EDGE - math.log(uniform(s))
    height = _E_HEIGHT[i] + uniform(s) * (_E_HEIGHT[i - 1] - _E_HEIGHT[i])
    return x if height < math.exp(-x) else -1.0


@inlined
def exponential(s):
    """Next exponential number of mean 1."""
    while True:
        word = _word(s)
        i, u = word & 255, word >> 8
        x = (u + 0.5) * _E_WIDTH[i]
        if u < _E_SURE[i]:
            return x
        x = _e_wedge(s, i, x)
        if x >= 0.0:
            return x


@called
def _n_wedge(s, i, x):
    """Decide about a normal number outside the sure part of its layer; negative: not taken."""
    if i == 0:
        while True:
            x = -math.log(uniform(s)) / _N_EDGE
            if -2.0 * math.log(uniform(s)) >= x * x:
                return _N_EDGE + x
    height = _N_HEIGHT[i] + uniform(s) * (_N_HEIGHT[i - 1] - _N_HEIGHT[i])
    return x if height < math.exp(-0.5 * x * x) else -1.0


@inlined
def normal(s):
    """Next standard normal number."""
    while True:
        word = _word(s)
        i, sign, u = word & 127, 1.0 - 2.0 * ((word >> 7) & 1), word >> 8
        x = (u + 0.5) * _N_WIDTH[i]
        if u < _N_SURE[i]:
            return sign * x
        x = _n_wedge(s, i, x)
        if x >= 0.0:
            return sign * x
