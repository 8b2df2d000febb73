"""brickwall by itself: a small process that waits, and starts another one for each piece of work.

The process that waits imports neither pandas nor the store. What is due is decided by comparing the
wall clock with what was done (``plan``), never by timers alone: machines sleep, clocks are
corrected, and a laptop may be off on Monday. What was mailed is decided by the ledger in the store,
which only the working process sees.
"""
