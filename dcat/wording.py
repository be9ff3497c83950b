"""What a description says beyond what the source or the declaration said, in both languages."""

from zoneinfo import ZoneInfo

from dcat.terms import clean, tagged
from schemas.file_types import format_word
from schemas.links import Link
from schemas.model import Dataset, Distribution, Removal, SourceReference
from schemas.values import Text

#: What everything says that is not official.
EXAMPLE = Text(de="Beispiel, nicht amtlich.", en="Example, not official.")
_BERLIN = ZoneInfo("Europe/Berlin")


def marked(text: Text, *, official: bool) -> Text:
    """`text`, marked as an example unless it is official."""
    return text if official else _after(EXAMPLE, text)


def description(dataset: Dataset) -> Text:
    """The data set's own description; an announced removal comes first, because portals cut long texts."""
    own = dataset.description if dataset.removal is None else _after(_announcement(dataset.removal), dataset.description)
    return marked(own, official=dataset.official)


def file_title(dataset: Dataset, distribution: Distribution) -> Text:
    title, form = dataset.title, distribution.format.title
    return Text(de=f"{title.de} – {form.de}", en=f"{title.en} – {form.en}" if title.en else "")


def link_title(dataset: Dataset, link: Link) -> Text:
    """Its own title, else that of the data set with the format."""
    if link.title is not None and tagged(link.title):
        return link.title
    title, form = dataset.title, format_word(link)
    return Text(de=f"{title.de} – {form}", en=f"{title.en} – {form}" if title.en else "") if form else title


def link_rights(link: Link) -> Text:
    """Terms of use that no IRI stands for, in the words of those who gave them."""
    return Text(de=link.licence.words)


def provenance(dataset: Dataset) -> Text:
    sources = [_source(each) for each in dataset.sources]
    german_sources = f" Quellen: {'; '.join(each.de for each in sources)}." if sources else ""
    english_sources = f" Sources: {'; '.join(each.en for each in sources)}." if sources else ""
    text = dataset.provenance
    return Text(de=text.de + german_sources, en=text.en + english_sources if text.en else "")


def rights(dataset: Dataset) -> Text:
    """What the licence covers: the compilation, not the figures that others published."""
    licence = dataset.licence.title
    by = attribution(dataset)
    return Text(
        de=f"{licence.de}. " + (f"Namensnennung: {by}. " if by else "") + "Die Lizenz gilt für diese Zusammenstellung; "
        "Rechte anderer an den zusammengetragenen Angaben bleiben unberührt.",
        en=f"{licence.en}. " + (f"Attribution: {by}. " if by else "") + "The licence covers this compilation; "
        "rights of others in the facts it brings together are not affected.",
    )


def attribution(dataset: Dataset) -> str:
    """The name a "by" licence wants to be given (Konvention 35); "" for other licences."""
    return (clean(dataset.attribution) or dataset.publisher.name) if dataset.licence.attribution_required else ""


def _announcement(removal: Removal) -> Text:
    day = removal.at.astimezone(_BERLIN).date()
    german = f"Dieser Datensatz wird voraussichtlich am {day:%d.%m.%Y} entfernt: {removal.reason.de}"
    english = f"This data set will probably be removed on {day.isoformat()}: {removal.reason.in_language('en')}"
    return Text(de=german, en=english)


def _after(first: Text, text: Text) -> Text:
    """`first`, then `text`, in the languages of `text`."""
    return Text(de=f"{first.de} {text.de}", en=f"{first.en} {text.en}" if text.en else "")


def _source(source: SourceReference) -> Text:
    name = f"{source.title} <{source.url}>" if source.url else source.title
    if not source.personal_data:
        return Text(de=name, en=name)
    return Text(
        de=f"{name} (enthält personenbezogene Daten, die nicht veröffentlicht werden; Rechtsgrundlage: {source.legal_basis})",
        en=f"{name} (holds personal data, which are not published; legal basis: {source.legal_basis})",
    )
