"""Lists of words as they are easiest to read and to extend."""


def word_list(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(text.split())
