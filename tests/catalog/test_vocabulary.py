"""Words by their parts: what the fast scan finds is what looking at every word would find."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.search.vocabulary import SHORTEST_PART, Vocabularies, Vocabulary

words = st.text(alphabet="abeornst0123ß", min_size=1, max_size=9)
vocabularies = st.dictionaries(words, st.integers(1, 31), max_size=25)
EMPTY = Vocabulary({})


def is_part(part: str, word: str) -> bool:
    """By definition, slowly."""
    if word == part or len(part) < SHORTEST_PART:
        return False
    starts = [at for at in range(len(word)) if word.startswith(part, at)]
    endings = {"", "e", "n", "s", "en", "er", "es", "em"}
    return any(at == 0 or (at >= 3 and (len(word[at + len(part) :]) >= 3 or word[at + len(part) :] in endings)) for at in starts)


@given(vocabularies, words)
def test_a_word_is_found_where_it_stands_and_nowhere_else(found: dict[str, int], word: str) -> None:
    vocabulary = Vocabulary.from_bytes(Vocabulary(found).to_bytes())

    assert vocabulary.words() == sorted(found)
    assert {each: vocabulary.places(each) for each in found} == found
    assert vocabulary.places(word) == found.get(word, 0)


@given(vocabularies, st.data())
def test_compounds_are_the_words_with_the_part_in_them(found: dict[str, int], data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([*found, "rost"]))
    part = whole[data.draw(st.integers(0, 3)) :]

    compounds = list(Vocabulary(found).compounds(part))

    assert compounds == sorted((word, places) for word, places in found.items() if is_part(part, word))


@given(vocabularies, vocabularies, st.data())
def test_two_vocabularies_are_read_as_one(large: dict[str, int], small: dict[str, int], data: st.DataObject) -> None:
    gone = frozenset(data.draw(st.lists(st.sampled_from([*large, "rost"]), max_size=5)))
    kept = {word: places for word, places in large.items() if word not in gone}
    both = {word: kept.get(word, 0) | small.get(word, 0) for word in kept.keys() | small.keys()}
    part = data.draw(st.sampled_from([*large, *small, "rost"]))

    merged = Vocabularies(Vocabulary(large), gone, Vocabulary(small))

    assert list(merged.compounds(part)) == list(Vocabulary(both).compounds(part))
    assert all(merged.places(word) == both.get(word, 0) for word in (*large, *small))


def test_there_may_be_no_words_at_all() -> None:
    assert (EMPTY.words(), EMPTY.places("baum"), list(EMPTY.compounds("baum"))) == ([], 0, [])
