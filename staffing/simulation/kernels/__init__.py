"""The compiled heart, by noun: draw the contacts of one replication, play them against the people on duty, count the outcomes.

Times are seconds after the start of the horizon. Everything also runs uncompiled (``NUMBA_DISABLE_JIT=1``).
"""
