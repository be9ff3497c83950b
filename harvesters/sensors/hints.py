"""What a person may want to know before a new layer is published: nothing of it changes a data set.

That a data set is one of high value, only `curation/` says (reference/sensors/mapping.md, section 5); the table of properties hints at
which category the law may put it under.
"""

from collections.abc import Iterable

from harvesters.sensors.properties import observed
from schemas.values import HvdCategory


def high_value_hint(dataset: str, properties: Iterable[str]) -> str:
    """A German sentence for staff; "" where nothing hints at a category. `properties`: as rows name them."""
    known = (found for each in set(properties) if (found := observed(each)) and found.hvd_hint)
    codes = {each.hvd_hint for each in known}
    categories = [each for each in HvdCategory if each.code in codes]
    if not categories:
        return ""
    titles = " und ".join(f"»{each.title.de}«" for each in categories)
    words = ", ".join(f'"{each.name.lower()}"' for each in categories)
    return (
        f"Vielleicht ein hochwertiger Datensatz der Kategorie {titles} nach (EU) 2023/138. Das entscheidet ein Mensch: mit "
        f"[hvd] categories = [{words}] in curation/{dataset}.toml; von selbst geschieht nichts."
    )
