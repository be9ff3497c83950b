"""What the first sheet of the workbook says, in plain German."""

#: (what it is about, sentences)
NOTES: tuple[tuple[str, str], ...] = tuple(
    (about, " ".join(sentences))
    for about, *sentences in (
        (
            "Wofür diese Datei ist",
            "Für alles, was keine Plattform weiß: Zahlen aus der Presse, Fragebögen auf Papier, Stimmzettel, Treffen vor Ort.",
        ),
        (
            "So geht es",
            "Auf jedem Blatt unter der blauen Überschrift eintragen.",
            "Dunkelblaue Spalten sind Pflicht. Blätter dürfen leer bleiben.",
        ),
        (
            "Beispiel",
            "Die graue Zeile über der Überschrift ist ein Beispiel. Sie wird nicht gelesen.",
            "Bitte die Zeilen bis zur Überschrift nicht ändern und nicht löschen.",
        ),
        (
            "Hilfe",
            "Wer mit der Maus auf eine Überschrift zeigt, sieht die Erklärung der Spalte.",
            "Alle Wörter zum Auswählen stehen auf dem Blatt »Listen«.",
        ),
        (
            "Leer ist nicht null",
            "Unbekannt: Zelle leer lassen. 0 nur, wenn gezählt wurde und niemand dabei war.",
            "Warum eine Zahl fehlt, gehört in die Anmerkung.",
        ),
        (
            "Genauigkeit",
            "Die Quelle sagt »über 60«: 60 eintragen und »mindestens« wählen. »rund 240«: 240 und »ungefähr«. Nichts dazurechnen.",
        ),
        ("Datum", "So genau wie bekannt: 12.06.2025, 06.2025 oder 2025."),
        ("Prozent", "Nur eintragen, was die Quelle als Prozentzahl nennt. Nie selbst ausrechnen."),
        (
            "Kennung",
            "Ein kurzer dauerhafter Name wie innenstadt-umfrage-2025. Er bleibt, auch wenn sich der Titel ändert.",
        ),
        (
            "Mehrere Wege",
            "Konnte man auf Papier und im Internet mitmachen, bekommt jeder Weg seine Zeile.",
            "Keine Summenzeile: Wer auf zwei Wegen mitgemacht hat, wäre doppelt gezählt.",
        ),
        (
            "Widersprüche",
            "Sagen zwei Quellen Verschiedenes, werden beide eingetragen, jede mit ihrer Quelle. Keine gilt als bevorzugt.",
        ),
        (
            "Frühere Angaben",
            "Eine alte Zahl wird nicht überschrieben: Die neue bekommt eine neue Zeile mit dem Tag, für den sie gilt.",
        ),
        (
            "Keine Personen",
            "Keine Namen, Anschriften, Telefonnummern oder E-Mail-Adressen, auch nicht in Anmerkungen. Keine Unterschriftenlisten.",
            "Weniger als fünf Personen gibt ein Mensch frei, bevor die Zahl veröffentlicht wird.",
        ),
        (
            "Abgeben",
            "Die Datei in den Ablageordner der Quelle legen.",
            "Was nicht gelesen werden kann, nennt klar mit Blatt, Zeile und Spalte; alles andere geht trotzdem weiter.",
        ),
    )
)
