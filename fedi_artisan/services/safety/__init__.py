"""Who is kept out, what is held back, what is reported, and what is written down of it."""

from fedi_artisan.services.safety.clearing import clear
from fedi_artisan.services.safety.deciding import block_author, heed, remove, show
from fedi_artisan.services.safety.imports import Fate, Foreseen, Outlook, foresee
from fedi_artisan.services.safety.imports import apply as apply_import
from fedi_artisan.services.safety.imports import give as give_import
from fedi_artisan.services.safety.judging import judge_follow, judge_post, judge_reaction, judge_sender, unless_blocked
from fedi_artisan.services.safety.lists import agree, review, seen_of, subscribe, unsubscribe
from fedi_artisan.services.safety.people import block, find, mute, unblock, unmute
from fedi_artisan.services.safety.reports import called_of_ours, report, settle, take_in, whom_about
from fedi_artisan.services.safety.servers import block as block_server
from fedi_artisan.services.safety.servers import free as free_server
from fedi_artisan.services.safety.servers import rule as rule_server
from fedi_artisan.services.safety.servers import set_limits, set_only_listed
from fedi_artisan.services.safety.words import add as add_word
from fedi_artisan.services.safety.words import remove as remove_word

__all__ = [
    "Fate",
    "Foreseen",
    "Outlook",
    "add_word",
    "agree",
    "apply_import",
    "block",
    "block_author",
    "block_server",
    "called_of_ours",
    "clear",
    "find",
    "foresee",
    "free_server",
    "give_import",
    "heed",
    "judge_follow",
    "judge_post",
    "judge_reaction",
    "judge_sender",
    "mute",
    "remove",
    "remove_word",
    "report",
    "review",
    "rule_server",
    "seen_of",
    "set_limits",
    "set_only_listed",
    "settle",
    "show",
    "subscribe",
    "take_in",
    "unblock",
    "unless_blocked",
    "unmute",
    "unsubscribe",
    "whom_about",
]
