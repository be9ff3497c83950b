"""German words for statistics: the same on the command line and on the operator pages."""

from collections.abc import Sequence

from api.cubes import State
from catalog.cubes.outlook import Changes, Fate, Newcomers, Outlook
from catalog.disclosure.rules import NEWCOMERS as ENOUGH

FATES = {
    Fate.SAFE: "kann veröffentlicht werden",
    Fate.HELD: "angehalten",
    Fate.SAME: "nichts Neues",
    Fate.RELEASED: "veröffentlicht als Stand",
}
NEWCOMERS = {
    Newcomers.NONE: "keine",
    Newcomers.FEW: f"1 bis {ENOUGH - 1}",
    Newcomers.ENOUGH: f"{ENOUGH} oder mehr",
}


def state_text(state: State) -> str:
    """One sentence about a statistic."""
    outlook = state.outlook
    if outlook is None:
        return "noch nie gezählt" if state.head is None else "veröffentlicht"
    if outlook.fate is Fate.HELD:
        return f"angehalten: {outlook.reason}"
    return "veröffentlicht" if outlook.fate is Fate.RELEASED else f"{FATES[outlook.fate]}"


def table_text(table: Sequence[str]) -> str:
    return " × ".join(table) or "Gesamtzahl"


def withheld_text(outlook: Outlook) -> str:
    return f"{outlook.cells}, davon geheim gehalten {outlook.withheld} ({outlook.withheld_percent} %)"


def merged_texts(outlook: Outlook) -> tuple[str, ...]:
    """What was put together, each a sentence."""
    return tuple(text.de for text in outlook.merged.values())


def changes_text(changes: Changes | None) -> str:
    if changes is None:
        return "es ist der erste"
    counts = ((changes.changed, "geändert"), (changes.new, "neu"), (changes.gone, "entfallen"), (changes.same, "gleich"))
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "nichts geändert"
