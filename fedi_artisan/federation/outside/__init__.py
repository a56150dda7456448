"""How the house looks from outside: its name, its doors, its certificate, and what becomes of questions on their way.

Only here does this server ask itself, by its own public address, as the world does: what stands in front of it (a web
server, a name, a certificate) is no part of this program, and nothing works without it.

A new look is a method that returns a Finding, and a row in one of the two tables of `looks.py`.
"""

from fedi_artisan.federation.outside.asking import Names
from fedi_artisan.federation.outside.looks import Outside, street

__all__ = ["Names", "Outside", "street"]
