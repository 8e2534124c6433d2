"""The add-in's question: `POST /api/license`, and the keys that verify the answer."""

from collections.abc import Callable

import azure.functions as func

from functions.budgets import Budgets
from functions.cors import allow_addin, allow_anyone
from functions.edge import NO_STORE, body_of, document, endpoint, members_of
from shared.domain.errors import AddressInvalid, AuthorizationNotAccepted, MediaTypeUnsupported
from shared.operations.answer_license import answer_license
from shared.services import Services

_MOST_BYTES = 2048
_MEMBERS = frozenset({"email"})
_MEDIA_TYPES = frozenset({"application/json", "text/plain"})
_CHARSETS = frozenset({"", "charset=utf-8"})
_JWKS_HEADERS = {"Cache-Control": "public, max-age=3600"}


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The license and the keys."""
    functions = func.Blueprint()
    budgets = Budgets()

    @functions.function_name("license")
    @functions.route("api/license", methods=["POST", "OPTIONS"])
    @allow_addin(services)
    @endpoint
    def license(req: func.HttpRequest) -> func.HttpResponse:  # noqa: A001 - the noun of every layer
        outside = services()
        budgets.spend_source(req.headers.get("x-forwarded-for", ""), outside.clock)
        address = _address(req)
        budgets.spend_address(address, outside.identities, outside.clock)
        answer = answer_license(outside, address)
        return document({"code": answer.code, "license": answer.token}, NO_STORE)

    @functions.function_name("license_keys")
    @functions.route(".well-known/jwks.json", methods=["GET"])
    @allow_anyone
    @endpoint
    def license_keys(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the trigger's one argument
        return document({"keys": services().signer.published()}, _JWKS_HEADERS)

    return functions


def _address(req: func.HttpRequest) -> str:
    """The address in a well-formed question. Raises what is wrong with any other."""
    body = body_of(req, _MOST_BYTES)
    if "authorization" in req.headers:
        raise AuthorizationNotAccepted
    media_type, _, parameter = req.headers.get("content-type", "").lower().partition(";")
    if media_type.strip() not in _MEDIA_TYPES or parameter.replace(" ", "").replace('"', "") not in _CHARSETS:
        raise MediaTypeUnsupported
    address = members_of(body, _MEMBERS)["email"]
    if not isinstance(address, str):
        raise AddressInvalid
    return address
