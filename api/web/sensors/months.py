"""The history of a layer: collected values by month, as the page of their data set shows them (docs/sampling.md)."""

from collections.abc import Iterator

from api.web.pages import Download, Link, Snippet
from api.web.texts import text
from api.web.web import Web
from api.web.wording import partial_date
from schemas.declaration import VALUES_SUFFIX
from schemas.model import Dataset

_QUERY = "SELECT datastream, count(*), avg(value) FROM '{file}' GROUP BY datastream ORDER BY datastream"


def months_of(dataset: Dataset, language: str) -> tuple[Download, ...]:
    """Files that rows of this data set name, newest first."""
    return tuple(
        Download(
            format=partial_date(month, language),
            key="parquet",
            path=f"/datasets/{dataset.name}/months/{month}.parquet",
            size=each.byte_size,
        )
        for each in reversed(dataset.links)
        if (month := _month(each.download_url))
    )


def month_examples(dataset: Dataset) -> tuple[Snippet, ...]:
    """For the newest month."""
    if not dataset.links or dataset.upstream is not None:
        return ()
    address = dataset.links[-1].download_url
    file = f"{_month(address)}.parquet"
    return (
        Snippet(title="curl", code=f"curl -O {address}"),
        Snippet(
            title="Python, DuckDB",
            code="\n".join(
                (
                    "import urllib.request",
                    "",
                    "import duckdb",
                    "",
                    f'urllib.request.urlretrieve("{address}", "{file}")',
                    f'print(duckdb.sql("{_QUERY.format(file=file)}"))',
                )
            ),
        ),
    )


def history_of(web: Web, dataset: Dataset, language: str) -> Link | None:
    """From a layer to its collected values, where they are published."""
    found = next(iter(web.services.store.datasets_named([f"{dataset.name}{VALUES_SUFFIX}"])), None)
    return None if found is None else Link(label=text("values_history", language), link=_page(web, found.dataset, language))


def layer_behind(web: Web, dataset: Dataset, language: str) -> Iterator[Link]:
    """From collected values to the list that says what their datastreams are."""
    if dataset.links and dataset.name.endswith(VALUES_SUFFIX):
        for each in web.services.store.datasets_named([dataset.name.removesuffix(VALUES_SUFFIX)]):
            yield Link(label=text("values_layer", language), link=_page(web, each.dataset, language))


def _page(web: Web, dataset: Dataset, language: str) -> str:
    return web.addresses.page(f"/datasets/{dataset.name}", language)


def _month(address: str) -> str:
    return address.rpartition("/")[2].removesuffix(".parquet")
