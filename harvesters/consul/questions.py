"""What CONSUL Democracy is asked (platforms.md 1; the types stand in its app/graphql/types).

One collection of 25 a question, at most one more inside of it: depth 8 and complexity 2500 allow no more. Authors are never asked for, nor
is `users`; words of participants and their tags only where the source's options want them.
"""

_PAGE = "pageInfo { hasNextPage endCursor }"
_TAGS = "tags(first: 10) { edges { node { id name } } }"


def proposals(*, texts: bool, tags: bool) -> str:
    words = _if(texts, "title summary description")
    return _collection("proposals", f"id {words} publicCreatedAt retiredAt geozone {{ id name }} {_if(tags, _TAGS)}")


def debates(*, texts: bool, tags: bool) -> str:
    return _collection("debates", f"id {_if(texts, 'title description')} publicCreatedAt {_if(tags, _TAGS)}")


def comments(*, texts: bool) -> str:
    return _collection("comments", f"id {_if(texts, 'body')} commentableType commentableId publicCreatedAt")


def votes() -> str:
    return _collection("votes", "id votableType votableId voteFlag publicCreatedAt")


def budgets() -> str:
    return _collection("budgets", "id name phase")


def milestones(*, texts: bool) -> str:
    """`texts`: words of the city, not of participants."""
    return _collection("milestones", f"id title {_if(texts, 'description')} publicationDate")


def geozones() -> str:
    return _collection("geozones", "id name")


def investments(*, texts: bool) -> str:
    """Of one budget, as the question goes; as the answer goes, of every budget (app/graphql/types/budget_type.rb)."""
    fields = f"id {_if(texts, 'title description')} feasibility"
    inner = f"investments(first: 25, after: $after) {{ {_PAGE} edges {{ node {{ {_tidy(fields)} }} }} }}"
    return f"query Investments($id: ID!, $after: String) {{ budget(id: $id) {{ {inner} }} }}"


def _collection(name: str, fields: str) -> str:
    head = f"query {name.capitalize()}($after: String) {{ {name}(first: 25, after: $after)"
    return f"{head} {{ {_PAGE} edges {{ node {{ {_tidy(fields)} }} }} }} }}"


def _if(wanted: bool, fields: str) -> str:
    return fields if wanted else ""


def _tidy(fields: str) -> str:
    return " ".join(fields.split())
