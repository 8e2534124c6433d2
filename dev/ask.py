"""The commands that only ask the server: for a license, as the add-in does, and for a run of the purge."""

import json
from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

import jwt
import requests

from dev.desk import Desk
from dev.people import address_of
from dev.trouble import Trouble
from shared.domain.people import normalise_address
from shared.signing import TYPE, bind


def show_license(desk: Desk, chosen: Namespace) -> None:
    """Print what the server says of an address, once it is verified. Raises Refusal, Trouble."""
    address = address_of(chosen.address)
    claims = license_of(desk, address)
    expires = datetime.fromtimestamp(claims["exp"], UTC)
    plan = f"plan {claims['plan']} ({', '.join(claims['features'])})" if claims["plan"] else "no plan"
    print(f"{address}: {claims['code']}\n  {plan}, until {expires:%Y-%m-%d %H:%M} UTC, signature verified")


def license_of(desk: Desk, address: str) -> dict[str, Any]:
    """The claims of a license that this server signed for this address and product. Raises Refusal, Trouble."""
    wanted = normalise_address(address)
    question = json.dumps({"email": address}).encode()
    answer = desk.server.post("/api/license", question, {"Content-Type": "text/plain"})
    if answer.status_code != requests.codes.ok:
        raise Trouble(f"The server answered {answer.status_code}: {answer.json().get('title', '')}")
    token = answer.json()["license"]
    claims = _verify(desk, token)
    if claims["sub"] != bind(claims["salt"], wanted):
        raise Trouble("The license that came is for another address.")
    return claims


def run_purge(desk: Desk, _chosen: Namespace) -> None:
    """Have the hourly purge run now. Raises Trouble."""
    answer = desk.server.post("/admin/functions/purge", b"{}", {"Content-Type": "application/json"})
    if answer.status_code != requests.codes.accepted:
        raise Trouble(f"The server answered {answer.status_code}.")
    print("The purge runs; the server's terminal shows what it looked at and deleted.")


def _verify(desk: Desk, token: str) -> dict[str, Any]:
    published = jwt.PyJWKSet.from_dict(desk.server.get("/.well-known/jwks.json").json())
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(
            token,
            published[header["kid"]],
            algorithms=["ES256"],
            audience=desk.env["PRODUCT_ID"],
            issuer=desk.env["PUBLIC_URL"].rstrip("/"),
        )
    except (jwt.PyJWTError, KeyError) as error:
        raise Trouble(f"The license that came does not verify ({type(error).__name__}).") from None
    if header["typ"] != TYPE:
        raise Trouble("What came is signed, but it is no license.")
    return claims
