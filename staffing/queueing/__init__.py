"""Staffing mathematics, usable on its own: service of given agents, agents for given goals, for every channel.

| module | what |
|---|---|
| `erlang` | Erlang B, C, A: service levels, waits, abandonment, occupancy, wait quantiles |
| `inverse` | fewest agents for any combination of goals, and the load that agents carry |
| `chat` | several contacts at a time |
| `deferred`, `blending` | e-mail and the like within a promise, and in idle voice time |
| `patience`, `lines` | any law of patience; finite lines and redials |
| `transient`, `uncertain` | load that changes, and load that is not known |
| `shrinkage` | from people at work to people rostered |
| `calculator` | one input, one table: what the command line and the app show |

Units are seconds, erlangs and fractions. Compiled code lives in `kernels`, loaded on first use.
"""
