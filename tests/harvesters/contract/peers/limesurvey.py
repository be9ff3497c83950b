"""A LimeSurvey."""

from tests.harvesters.contract.peer import Peer
from tests.harvesters.limesurvey.server import PASSWORD, PATH, USER, office


def peer() -> Peer:
    here = office()
    survey = here.surveys[0]
    # One question, so that one response is one row.
    survey.questions = [each for each in survey.questions if each["title"] not in ("NUTZT", "ORTE") and each["parent_qid"] == "0"]
    for each in survey.responses:
        for name in [name for name in each if name.startswith(("NUTZT", "ORTE"))]:
            del each[name]

    # Exports are in base64: what they say of persons stands in a help text, too, so that it is said in plain words once.
    said = ("tokenWERT1", "203.0.113.101", "Mustermann", "Musterweg", "9876514321")
    survey.questions[0]["help"] = ", ".join(said)

    def remove() -> str:
        survey.responses.pop()
        return "answer/nachbar-432535/432535:5:weg"

    def surprise() -> str:
        survey.responses[-1]["sonderfeld"] = "etwas"
        return "sonderfeld"

    return Peer(
        routes=here.routes,
        path=PATH,
        tables=("process", "format"),
        microdata=("answer",),
        options={"user": USER, "surveys": {"432535": {"columns": {"ALTER": {"column": "age_group", "codes": {"A2": "18-29"}}}}}},
        settings={"personal_data": True, "legal_basis": "Beteiligungssatzung", "token_env": "LIMESURVEY_PASSWORD"},
        environment={"LIMESURVEY_PASSWORD": PASSWORD},
        identifiers=said,
        empty=survey.responses.clear,
        remove=remove,
        surprise=surprise,
    )
