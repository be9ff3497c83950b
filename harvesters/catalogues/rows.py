"""An adopted data set as a row of the table of adopted data sets."""

from catalog.codec import dumps
from harvesters.catalogues.iris import global_iri, is_global
from harvesters.catalogues.outcome import Adopted, Unusable
from schemas.row import Row, Value
from schemas.upstream import StatedLicence, UpstreamDataset

TABLE = "upstream_dataset"
#: Characters of one record: what is longer is no description of a data set any more.
_LONGEST = 1_000_000


def row_of(adopted: Adopted, *, catalogue: str, origin: str) -> Row:
    """`catalogue`: title of the source. Raises Unusable for one that is too long."""
    dataset = adopted.dataset
    record = dumps(UpstreamDataset, dataset)
    if len(record) > _LONGEST:
        raise Unusable("too-long", "record", f"Die Beschreibung hat mehr als {_LONGEST} Zeichen.", uri=dataset.uri)
    values: dict[str, Value] = {
        "uri": dataset.uri,
        "identifier": shared_identifier(adopted),
        "title": dataset.title.de,
        "publisher": dataset.publisher or None,
        "licence": "; ".join(_licences(dataset)) or None,
        "modified": dataset.modified.strftime("%Y-%m-%dT%H:%M:%SZ") if dataset.modified else None,
        "landing_page": dataset.landing_page or None,
        "catalogue": catalogue,
        "record": record,
    }
    address = dataset.landing_page or (dataset.uri if dataset.uri.startswith(("http://", "https://")) else "")
    return Row(table=TABLE, key=dataset.uri, values=values, source_url=address, origin=origin)


def shared_identifier(adopted: Adopted) -> str:
    """By what the same data set is known in other catalogues: its dct:identifier where that means the same thing everywhere, as GovData
    compares them, else its own IRI."""
    return global_iri(adopted.identifier) if is_global(adopted.identifier) else adopted.dataset.uri


def _licences(dataset: UpstreamDataset) -> list[str]:
    stated = [_licence(each) for each in (dataset.licence, *(link.licence for link in dataset.links))]
    return sorted({each for each in stated if each})


def _licence(licence: StatedLicence) -> str:
    return licence.known.iri if licence.known else licence.stated
