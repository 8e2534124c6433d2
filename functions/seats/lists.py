"""Seats by the dozen: lists of people, in parts that a page's script drives, and all that there are as a file."""

from collections.abc import Callable

import azure.functions as func

from functions.caller import caller, script_body_of
from functions.edge import NO_STORE, document, endpoint
from functions.pages import LANGUAGES, language_of, translated
from functions.seats.asking import Json, body_endpoint, json_endpoint, seat_id, text, texts
from shared.domain.errors import BodyNotAsDocumented
from shared.domain.exported import to_csv
from shared.domain.people_list import read_list
from shared.domain.rights import Visitor
from shared.operations.seat_people import Row, check_people, seat_people
from shared.operations.show_seats import all_seats
from shared.services import Services

# Ten thousand lines of a spreadsheet with a few columns.
MOST_LIST_BYTES = 4 * 1024 * 1024
# The catalogues have them, too.
HEADINGS = ("Name", "E-mail", "Other addresses", "Assigned on", "Ends on", "Kept")
YES = "yes"


def register(functions: func.Blueprint, services: Callable[[], Services]) -> None:
    """The routes."""

    def seats_read(req: func.HttpRequest) -> func.HttpResponse:
        outside = services()
        session = caller(req, outside)
        body = script_body_of(req, outside, session, "application/octet-stream", MOST_LIST_BYTES)
        return document({"lines": _lines(body)}, NO_STORE)

    functions.function_name("seats_read")(functions.route("api/seats/read", methods=["POST"])(endpoint(seats_read)))

    @functions.function_name("seats_check")
    @functions.route("api/seats/check", methods=["POST"])
    @body_endpoint(services, "subscription", "addresses", "taken")
    def seats_check(outside: Services, visitor: Visitor, sent: Json) -> Json:
        subscription, addresses = text(sent["subscription"]), texts(sent["addresses"])
        taken = sent["taken"]
        if not isinstance(taken, int) or isinstance(taken, bool):
            raise BodyNotAsDocumented
        return _rows(subscription, check_people(outside, visitor, subscription, addresses, taken))

    @functions.function_name("seats_give")
    @functions.route("api/seats/give", methods=["POST"])
    @body_endpoint(services, "subscription", "addresses")
    def seats_give(outside: Services, visitor: Visitor, sent: Json) -> Json:
        subscription = text(sent["subscription"])
        return _rows(subscription, seat_people(outside, visitor, subscription, texts(sent["addresses"])))

    @functions.function_name("seats_export")
    @functions.route("api/seats/export", methods=["GET"])
    @json_endpoint(services)
    def seats_export(req: func.HttpRequest, outside: Services, visitor: Visitor) -> func.HttpResponse:
        asked = req.params.get("language", "")
        language = asked if asked in LANGUAGES else language_of(req)
        return _export(outside, visitor, req.params.get("subscription", ""), language)


def _lines(body: bytes) -> list[Json]:
    return [
        {"line": line.number, "text": line.text, "address": line.address, "problem": line.problem}
        for line in read_list(body)
    ]


def _rows(subscription: str, rows: list[Row]) -> Json:
    return {
        "rows": [
            {
                "address": row.address,
                "result": row.result,
                "name": row.profile.name if row.profile else "",
                "seat": seat_id(subscription, row.seat) if row.seat else "",
            }
            for row in rows
        ]
    }


def _export(outside: Services, visitor: Visitor, subscription: str, language: str) -> func.HttpResponse:
    headings = [translated(language, text) for text in HEADINGS]
    rows = [
        (
            seat.name,
            seat.addresses[0] if seat.addresses else "",
            " ".join(seat.addresses[1:]),
            seat.assigned_on.isoformat() if seat.assigned_on else "",
            seat.ends_at.date().isoformat() if seat.ends_at else "",
            translated(language, YES) if seat.kept else "",
        )
        for seat in all_seats(outside, visitor, subscription)
    ]
    headers = {
        **NO_STORE,
        "Content-Disposition": 'attachment; filename="seats.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    return func.HttpResponse(to_csv([headings, *rows]), headers=headers, mimetype="text/csv", charset="utf-8")
