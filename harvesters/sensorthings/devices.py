"""Names that hold the number of a device, by which anybody finds and imitates it (reference/sensors/sources.md, section 4)."""

import re

#: What stands in what is kept where such a name stood.
A_DEVICE = "(Gerät)"
#: Sixteen hexadecimal digits (EUI-64), twelve in pairs (MAC), or a long number: a device, not a model. What every match begins with comes
#: first, here and below, and what has to stand before it is looked for after that: every name is searched, and few hold any of these.
_DEVICE = re.compile(
    r"""[0-9A-Fa-f] (?:
        (?<=[0-9]) [0-9]{5}
        | (?<![0-9A-Fa-f].) (?: [0-9A-Fa-f]{15} | [0-9A-Fa-f](?:[:-][0-9A-Fa-f]{2}){5,7} ) (?![0-9A-Fa-f])
    )""",
    re.ASCII | re.VERBOSE,
)
_SERIAL = re.compile(r"[sSſ](?<=\b.)(?:/?[nN]|(?i:er(?:ial(?: ?number)?|iennummer)))\b")


def names_a_device(text: str) -> bool:
    """Whether the number of one device stands in it, or is announced."""
    return not text.isalpha() and bool(_DEVICE.search(text) or _SERIAL.search(text))
