"""Compiled kernels of the staffing mathematics, by noun; imported only where numbers are computed.

| module | what |
|---|---|
| `states` | a free agent or chat slot |
| `queue`, `pool` | waits behind a pool, in the steady state |
| `loss` | pools without a queue |
| `goals`, `waits` | agents, loads and waits from what is asked for |
| `chains` | pools whose load or agents change in time |
| `strings` | the smoothest path between two cumulative curves |

Unless said otherwise time is measured in handling times: a load of `load` erlangs arrives at rate `load`, `agents` work at rate
`agents`, and mean patience and threshold come divided by the handling time. Everything keeps to sums and products of positive
numbers, so results are good to about 1e-14 at any size.
"""
