"""Qualtrics' response exports: the current CSV, the DACH survey as UTF-16 TSV, the first wave in the old layout."""

import csv
import io
import json

import numpy as np
import polars as pl

from pipeline.demo.days import ZONE, minute_text, utc_minutes
from pipeline.demo.ids import account_id, token
from pipeline.demo.view import View
from pipeline.demo.voice import REASONS, Invitation
from pipeline.demo.words import words
from pipeline.demo.writers import Dialect, Sheet

COMMON = words(
    "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,"
    "RecipientLastName,"
    "RecipientFirstName,RecipientEmail,ExternalReference,LocationLatitude,LocationLongitude,DistributionChannel,UserLanguage",
    ",",
)
IMPORT_IDS = words(
    "startDate,endDate,status,ipAddress,progress,duration,finished,recordedDate,_recordId,recipientLastName,"
    "recipientFirstName,recipientEmail,externalDataReference,locationLatitude,locationLongitude,distributionChannel,userLanguage",
    ",",
)
ENGLISH = words(
    "Start Date,End Date,Response Type,IP Address,Progress,Duration (in seconds),Finished,Recorded Date,Response ID,"
    "Recipient Last Name,Recipient First Name,Recipient Email,External Data Reference,Location Latitude,"
    "Location Longitude,"
    "Distribution Channel,User Language",
    ",",
)
GERMAN = words(
    "Anfangsdatum,Enddatum,Antworttyp,IP-Adresse,Aktueller Stand,Dauer (in Sekunden),Beendet,Aufgezeichnetes Datum,"
    "Antwort-ID,Nachname des Empfängers,Vorname des Empfängers,E-Mail-Adresse des Empfängers,Externe Datenreferenz,"
    "Breitengrad des Standorts,Längengrad des Standorts,Verteilungskanal,Benutzersprache",
    ",",
)
QUESTION = "How likely is it that you would recommend Tidewick,\nto a colleague or a partner?"
FRAGE = "Wie wahrscheinlich ist es,\ndass Sie Tidewick weiterempfehlen?"
EMBEDDED = ("Account_Id", "Wave", "RenewalIntent", "FollowUpConsent")
MAIN = (*COMMON, "Q1_NPS_GROUP", "Q1", "Q2", "Q3", *EMBEDDED)
SPLIT = tuple(f"Q3_{n + 1}" for n in range(len(REASONS)))
DACH = (*COMMON, "Q1_NPS_GROUP", "Q1", "Q2", *SPLIT, *EMBEDDED)
LEGACY_FIRST = words("V1,V2,V3,V4,V5,V6,V7,V8,V9,V10,Q1,Q2,LocationLatitude,LocationLongitude,LocationAccuracy,", ",")
LEGACY_SECOND = words(
    "ResponseID,ResponseSet,Name,ExternalDataReference,EmailAddress,IPAddress,Status,StartDate,EndDate,Finished,"
    "How likely is it that you would recommend Tidewick?,What is the reason for your score?,"
    "LocationLatitude,LocationLongitude,LocationAccuracy,",
    ",",
)


def sheets(view: View, asked: list[Invitation]) -> tuple[Sheet, Sheet, Sheet]:
    """The current survey, the DACH survey of the last year, and the first wave as it was once exported."""
    answers = [i for i in asked if i.answered <= view.cut]
    legacy = [i for i in answers if i.wave_number == 0]
    dach = [i for i in answers if i.wave_number >= 8 and _country(view, i) == "Germany"]
    main = [i for i in answers if i.wave_number > 0 and not (i.wave_number >= 8 and _country(view, i) == "Germany")]
    return _main(view, main), _dach(view, dach), _legacy(view, legacy)


def _country(view: View, invitation: Invitation) -> str:
    return view.story.accounts[invitation.contact.account].country


def _times(answers: list[Invitation], zone: str) -> tuple[list[str], list[str]]:
    """Start and end of each answer in the file's zone."""
    days = np.array([i.answered for i in answers], dtype=np.int64)
    ends = utc_minutes(days, np.array([i.minute for i in answers], dtype=np.int64))
    frame = pl.DataFrame({"end": ends, "start": ends - 3})
    style = "%Y-%m-%d %H:%M:%S"
    made = frame.select(minute_text("start", style, zone).alias("s"), minute_text("end", style, zone).alias("e"))
    return made["s"].to_list(), made["e"].to_list()


def _main(view: View, answers: list[Invitation]) -> Sheet:
    starts, ends = _times(answers, ZONE)
    rows = [_main_row(view, a, s, e) for a, s, e in zip(answers, starts, ends, strict=True)]
    frame = pl.DataFrame({c: [row[c] for row in rows] for c in MAIN}, schema=dict.fromkeys(MAIN, pl.String))
    texts = [
        *ENGLISH,
        QUESTION + " - Group",
        QUESTION,
        "What is the reason for your score?",
        "What matters most?",
        *EMBEDDED,
    ]
    imports = [*_imports(ZONE), {"ImportId": "QID1_NPS_GROUP"}, {"ImportId": "QID1"}, {"ImportId": "QID2_TEXT"},
               {"ImportId": "QID3"}, *({"ImportId": name} for name in EMBEDDED)]  # fmt: skip
    return Sheet("survey_responses", frame.sort("EndDate", "ResponseId"), Dialect(), _heads(MAIN, texts, imports, ","))


def _imports(zone: str) -> list[dict[str, str]]:
    dated = ("startDate", "endDate", "recordedDate")
    return [{"ImportId": n, "timeZone": zone} if n in dated else {"ImportId": n} for n in IMPORT_IDS]


def _heads(ids: tuple[str, ...], texts: list[str], imports: list[dict[str, str]], separator: str) -> str:
    """The three header records."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=separator, lineterminator="\n")
    writer.writerow(ids)
    writer.writerow(texts)
    writer.writerow([json.dumps(i, separators=(",", ":")) for i in imports])
    return target.getvalue()


def _common(view: View, answer: Invitation, start: str, end: str) -> dict[str, str]:
    person = answer.contact
    return {
        "StartDate": start,
        "EndDate": end,
        "Status": "IP Address",
        "IPAddress": f"192.0.2.{person.key % 250 + 1}",
        "Progress": "100",
        "Duration (in seconds)": str(180 - person.key % 120),
        "Finished": "True",
        "RecordedDate": end,
        "ResponseId": "R_" + token("response", person.key, answer.wave_number, length=15),
        "RecipientLastName": person.last,
        "RecipientFirstName": person.first,
        "RecipientEmail": person.email,
        "ExternalReference": "",
        "LocationLatitude": "",
        "LocationLongitude": "",
        "DistributionChannel": "email",
        "UserLanguage": "EN",
        "Q1": str(answer.score),
        "Q2": answer.comment,
        "Account_Id": account_id(_account(view, answer)),
        "Wave": answer.wave,
        "RenewalIntent": answer.intent,
        "FollowUpConsent": "Yes" if answer.consents else "No",
    }


def _account(view: View, answer: Invitation) -> int:
    merger = view.story.merger
    moved = answer.contact.account == merger.merged and answer.sent >= merger.day
    return merger.survivor if moved else answer.contact.account


def _main_row(view: View, answer: Invitation, start: str, end: str) -> dict[str, str]:
    group = "Promoter" if answer.score >= 9 else "Passive" if answer.score >= 7 else "Detractor"
    return _common(view, answer, start, end) | {"Q1_NPS_GROUP": group, "Q3": ",".join(answer.reasons)}


def _dach(view: View, answers: list[Invitation]) -> Sheet:
    """German header texts, coded values, times in Berlin, one column per ticked reason."""
    starts, ends = _times(answers, "Europe/Berlin")
    rows = []
    for answer, start, end in zip(answers, starts, ends, strict=True):
        group = "3" if answer.score >= 9 else "2" if answer.score >= 7 else "1"
        ticks = {
            column: (reason if reason in answer.reasons else "") for column, reason in zip(SPLIT, REASONS, strict=True)
        }
        coded = {"Status": "0", "Finished": "1", "UserLanguage": "DE", "Q1_NPS_GROUP": group}
        rows.append(_common(view, answer, start, end) | coded | ticks)
    frame = pl.DataFrame({c: [row[c] for row in rows] for c in DACH}, schema=dict.fromkeys(DACH, pl.String))
    texts = [
        *GERMAN,
        FRAGE + " - Gruppe",
        FRAGE,
        "Was ist der Grund?",
        *(f"Was zählt? - {r}" for r in REASONS),
        *EMBEDDED,
    ]
    imports = [*_imports("Europe/Berlin"), {"ImportId": "QID1_NPS_GROUP"}, {"ImportId": "QID1"},
               {"ImportId": "QID2_TEXT"}, *({"ImportId": "QID3", "choiceId": str(n + 1)} for n in range(len(REASONS))),
               *({"ImportId": name} for name in EMBEDDED)]  # fmt: skip
    dialect = Dialect(encoding="utf-16", separator="\t")
    return Sheet("survey_responses", frame.sort("EndDate", "ResponseId"), dialect, _heads(DACH, texts, imports, "\t"))


def _legacy(view: View, answers: list[Invitation]) -> Sheet:
    """Two header rows, a BOM, and a comma at the end of every line."""
    starts, ends = _times(answers, ZONE)
    rows = [_common(view, a, s, e) for a, s, e in zip(answers, starts, ends, strict=True)]
    columns = {
        "V1": [row["ResponseId"] for row in rows],
        "V2": ["Default Response Set"] * len(rows),
        "V3": [f"{row['RecipientLastName']}, {row['RecipientFirstName']}" for row in rows],
        "V4": [row["Account_Id"] for row in rows],
        "V5": [row["RecipientEmail"] for row in rows],
        "V6": [row["IPAddress"] for row in rows],
        "V7": ["0"] * len(rows),
        "V8": starts,
        "V9": ends,
        "V10": ["1"] * len(rows),
        "Q1": [row["Q1"] for row in rows],
        "Q2": [row["Q2"] for row in rows],
        "LocationLatitude": [""] * len(rows),
        "LocationLongitude": [""] * len(rows),
        "LocationAccuracy": ["-1"] * len(rows),
        "": [""] * len(rows),
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).sort("V9", "V1")
    header = ",".join(LEGACY_FIRST) + "\n" + ",".join(LEGACY_SECOND) + "\n"
    return Sheet("survey_responses", frame, Dialect(bom=b"\xef\xbb\xbf"), header)
