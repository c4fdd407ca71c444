"""By what two accounts of one person are recognised: the address and the name, nothing else (PO9).

Never a device, an address on the network, a cookie, or anything about how a page is used: people
share those, and nobody was told that they would be kept. Two equal keys accuse nobody; they are a
reason to ask.
"""

from __future__ import annotations

import re
import unicodedata

from integrity.core.text import search_key

# The same mailbox under two names, and the only provider known to ignore dots.
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
# An apostrophe or a dot within a word divides no word: O'Neill, O\u2019Neill and ONeill are one.
_WITHIN = re.compile("['\u2018\u2019\u02bc`.\u00b7]")
_BETWEEN = re.compile(r"[^\w]+|_+")


def email_key(email: str) -> str:
    """The mailbox behind an address: "Ana.Li+course@GoogleMail.com" is "anali@gmail.com".

    Lower case, what follows a plus left out, dots left out for Gmail only, the domain as it stands
    in the name system. "" for what is no address.
    """
    text = unicodedata.normalize("NFKC", email.strip()).lower()
    local, at, domain = text.rpartition("@")
    if not (local and at and domain):
        return ""
    domain = _in_the_name_system(domain.rstrip("."))
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        domain = "gmail.com"
        local = local.replace(".", "") or local
    return f"{local}@{domain}"[:254]


def name_key(name: str) -> str:
    """A name without case, accents, marks and order: "O\u2019Neill, In\u00e9s" is "ines oneill"."""
    words = _BETWEEN.sub(" ", _WITHIN.sub("", search_key(name))).split()
    return " ".join(sorted(words))[:150]


def _in_the_name_system(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        # Longer than a label may be, or with a character no domain has: as it was typed.
        return domain
