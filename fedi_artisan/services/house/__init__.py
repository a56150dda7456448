"""The state of the house: what can be looked at from inside, each as a check that says what to do.

A new check is a function that returns a Finding, and a row in one of the two tables of `looks.py`; the studio's page
and `fedi-artisan doctor` show it by themselves. What only the network knows is looked at in `federation/outside.py`.
"""

from fedi_artisan.services.house.looks import bare, furnished
from fedi_artisan.services.house.rounds import Rounds, go_round
from fedi_artisan.services.house.words import in_words

__all__ = ["Rounds", "bare", "furnished", "go_round", "in_words"]
