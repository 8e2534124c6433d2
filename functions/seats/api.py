"""Seats one by one as JSON: list them, give and take one, and find people to give one to."""

from collections.abc import Callable
from typing import get_args

import azure.functions as func

from functions.edge import NO_STORE, document
from functions.seats.asking import (
    Json,
    body_endpoint,
    colleague,
    json_endpoint,
    seat_id,
    seat_json,
    seat_of,
    text,
    texts,
)
from shared.domain.errors import BadRequest
from shared.domain.rights import Visitor
from shared.domain.seat_list import Sort, Wanted, shown
from shared.operations.find_colleagues import Colleague, find_colleagues
from shared.operations.find_subscriptions import Theirs, find_subscription, subscriptions_of
from shared.operations.give_seat import give_seat
from shared.operations.refresh_seats import refresh_seats
from shared.operations.show_seats import show_seats
from shared.operations.take_back_seat import take_back_seat
from shared.services import Services


def register(functions: func.Blueprint, services: Callable[[], Services]) -> None:
    """The routes."""

    @functions.function_name("seats_list")
    @functions.route("api/seats", methods=["GET"])
    @json_endpoint(services)
    def seats_list(req: func.HttpRequest, outside: Services, visitor: Visitor) -> func.HttpResponse:
        return document(_list(req, outside, visitor), NO_STORE)

    @functions.function_name("seats_assign")
    @functions.route("api/seats", methods=["POST"])
    @body_endpoint(services, "subscription", "person")
    def seats_assign(outside: Services, visitor: Visitor, sent: Json) -> Json:
        subscription = text(sent["subscription"])
        given = give_seat(outside, visitor, subscription, colleague(visitor, sent["person"]))
        return {"seat": seat_json(subscription, shown(given.seat.row.key, given.seat.record)), "is_new": given.is_new}

    @functions.function_name("seats_take_back")
    @functions.route("api/seats/{seat}", methods=["DELETE"])
    @json_endpoint(services)
    def seats_take_back(req: func.HttpRequest, outside: Services, visitor: Visitor) -> func.HttpResponse:
        take_back_seat(outside, visitor, *seat_of(req.route_params["seat"]))
        return func.HttpResponse(status_code=204, headers=NO_STORE)

    @functions.function_name("seats_search")
    @functions.route("api/seats/search", methods=["POST"])
    @body_endpoint(services, "subscription", "text")
    def seats_search(outside: Services, visitor: Visitor, sent: Json) -> Json:
        found = find_colleagues(outside, visitor, text(sent["subscription"]), text(sent["text"]))
        return {"people": [_person_json(each) for each in found]}

    @functions.function_name("seats_refresh")
    @functions.route("api/seats/refresh", methods=["POST"])
    @body_endpoint(services, "subscription", "seats")
    def seats_refresh(outside: Services, visitor: Visitor, sent: Json) -> Json:
        subscription = text(sent["subscription"])
        keys = [key for of, key in map(seat_of, texts(sent["seats"])) if of == subscription]
        refreshed = refresh_seats(outside, visitor, subscription, keys)
        return {
            "changed": [seat_json(subscription, seat) for seat in refreshed.changed],
            "gone": [seat_id(subscription, key) for key in refreshed.gone],
        }


def _list(req: func.HttpRequest, outside: Services, visitor: Visitor) -> Json:
    subscription = req.params.get("subscription", "")
    if not subscription:
        return {"subscriptions": [_subscription_json(theirs) for theirs in subscriptions_of(outside, visitor)]}
    theirs = find_subscription(outside, visitor, subscription)
    sort = req.params.get("sort", "name")
    if sort not in get_args(Sort):
        raise BadRequest
    wanted = Wanted(sort=sort, after=req.params.get("after", ""))
    page = show_seats(outside, visitor, subscription, wanted)
    seats = [seat_json(subscription, seat) for seat in page.seats]
    return {**_subscription_json(theirs), "found": page.found, "next": page.next, "seats": seats}


def _subscription_json(theirs: Theirs) -> Json:
    header = theirs.header.record
    return {
        "subscription": theirs.name,
        "role": theirs.role,
        "plan": header.plan,
        "status": header.status,
        "bought": header.quantity,
        "used": header.seats_used,
    }


def _person_json(found: Colleague) -> Json:
    profile = found.profile
    return {
        "person": profile.person.object_id,
        "name": profile.name,
        "address": next(iter(profile.addresses), profile.user_name),
        "has_address": bool(profile.addresses),
        "has_seat": found.has_seat,
    }
