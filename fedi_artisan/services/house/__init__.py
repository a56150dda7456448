"""The state of the house: what can be looked at from inside, each as a check that says what to do.

A new check is a function that returns a Finding, and a row in one of the two tables of `looks.py`; the studio's page
and `fedi-artisan doctor` show it by themselves. What only the network knows is looked at in `federation/outside/`.

What a server needs from its start stands here; `looks.py` with all that it looks at is loaded when somebody looks.
"""

from fedi_artisan.services.house.rounds import LOOK_WITHIN_S, Rounds, go_round, nobody
from fedi_artisan.services.house.words import GROUPS, in_words, summary

__all__ = ["GROUPS", "LOOK_WITHIN_S", "Rounds", "go_round", "in_words", "nobody", "summary"]
