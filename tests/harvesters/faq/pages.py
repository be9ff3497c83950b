"""Pages of questions and answers in the shapes that offices use. All words are ours."""

import html
import json
from collections.abc import Sequence

Pair = tuple[str, str]
PAIRS: Sequence[Pair] = (
    ("Wann beginnt der Umbau?", "Im Frühjahr. Der Stadtrat hat das beschlossen."),
    ("Wie kann man mitreden?", "Online und vor Ort im Rathaus."),
    ("Was kostet der Platz?", "Das steht noch nicht fest."),
    ("Gibt es genug Schatten?", "Es kommen vierzig Bäume dazu."),
    ("Wer entscheidet am Ende?", "Der Stadtrat."),
)
#: What stands on such pages, too, and must not come along.
CONTACT = "<h2>Ansprechpartnerin</h2><p>Erika Mustermann<br>erika.mustermann@stadt.example<br>Tel. 0631 205 894</p>"


def framed(body: str) -> str:
    """With what stands around it on every page of a site."""
    return (
        "<!doctype html><html lang=de><head><meta charset=utf-8><title>Fragen</title></head><body>"
        "<nav><h2>Haben Sie das gesehen?</h2><a href=/>Start</a></nav><main><h1>Neuer Platz</h1>"
        f"{body}{CONTACT}</main><footer><h3>Wer sind wir?</h3><p>Die Stadt.</p></footer><script>var x='?'</script></body></html>"
    )


def details(pairs: Sequence[Pair] = PAIRS) -> str:
    return framed("".join(f"<details><summary>{question}</summary><p>{answer}</p></details>" for question, answer in pairs))


def definitions(pairs: Sequence[Pair] = PAIRS) -> str:
    return framed("<dl>" + "".join(f"<dt>{question}<dd>{answer}" for question, answer in pairs) + "</dl>")


def headings(pairs: Sequence[Pair] = PAIRS) -> str:
    return framed("".join(f"<h3>{question}</h3><p>{answer}</p>" for question, answer in pairs))


def bold(pairs: Sequence[Pair] = PAIRS) -> str:
    return framed("".join(f"<p><strong>{question}</strong></p><p>{answer}</p>" for question, answer in pairs))


def linked_data(pairs: Sequence[Pair] = PAIRS) -> str:
    """As plug-ins write it; the visible part is drawn by a script."""
    entities = [
        {"@type": "Question", "name": html.escape(question), "acceptedAnswer": {"@type": "Answer", "text": f"<p>{answer}</p>"}}
        for question, answer in pairs
    ]
    graph = {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, {"@type": ["FAQPage"], "mainEntity": entities}]}
    return framed(f'<script type="application/ld+json">{json.dumps(graph)}</script><div id=app></div>')


def microdata(pairs: Sequence[Pair] = PAIRS) -> str:
    return framed(
        "".join(
            f'<div itemscope itemprop="mainEntity" itemtype="https://schema.org/Question"><span itemprop="name">{question}</span>'
            f'<div itemscope itemprop="acceptedAnswer" itemtype="https://schema.org/Answer"><div itemprop="text">{answer}</div></div></div>'
            for question, answer in pairs
        )
    )


def accordion(pairs: Sequence[Pair] = PAIRS) -> str:
    """A builder's own markup: nothing of it says what is a question."""
    return framed(
        "".join(f"<div class=acc><a class=tab>{question}</a><div class=panel hidden>{answer}</div></div>" for question, answer in pairs)
    )


def running(blocks: Sequence[tuple[str, Sequence[Pair]]]) -> str:
    """A page as a text browser saves it: titles, introductions and ways back are paragraphs like any other."""
    parts = ["Skip to main content", "Wir haben eure Fragen gesammelt und hier beantwortet. Schreibt uns gern."]
    for title, pairs in blocks:
        parts += [title, f"Mehr über {title} steht hier."]
        for question, answer in pairs:
            parts += [question, *answer.split("\n")]
        parts.append("ZURÜCK")
    parts[-1] += "\nHinweis zu Cookies"
    return "\n\n".join(parts) + "\n"
