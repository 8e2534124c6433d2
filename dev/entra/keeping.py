"""What the stand-in writes down about people, so that they and their consents outlive a restart."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from dev.entra.people import Directory, Tenant, User
from dev.entra.sign_ins import Issued, SignIn
from dev.entra.state import State

Kept = dict[str, Any]


def written(state: State) -> str:
    """As JSON; codes and what was ordered last minutes, and are left out."""
    directory, consents, sign_ins = state.directory, state.consents, state.sign_ins
    return json.dumps(
        {
            "tenants": [asdict(tenant) for tenant in list(directory.tenants.values())],
            "users": [{**asdict(user), "roles": sorted(user.roles)} for user in list(directory.users.values())],
            "consents": [[*key, sorted(scopes)] for key, scopes in list(consents.given.items())],
            "for_administrators": {name: sorted(scopes) for name, scopes in list(consents.for_administrators.items())},
            "refresh_tokens": {token: _issued(it) for token, it in list(sign_ins.refresh_tokens.items())},
            "generations": dict(sign_ins.generations),
        }
    )


def restore(state: State, kept: Kept) -> None:
    """Go on from there."""
    state.directory = Directory(
        (Tenant(**{**each, "domains": tuple(each["domains"])}) for each in kept["tenants"]),
        (User(**{**each, "roles": set(each["roles"])}) for each in kept["users"]),
    )
    state.consents.given.update({(application, holder): set(some) for application, holder, some in kept["consents"]})
    state.consents.for_administrators.update(
        {tenant: frozenset(scopes) for tenant, scopes in kept["for_administrators"].items()}
    )
    state.sign_ins.refresh_tokens.update({token: _read(it) for token, it in kept["refresh_tokens"].items()})
    state.sign_ins.generations.update(kept["generations"])


def _issued(it: Issued) -> Kept:
    sign_in = {**asdict(it.it), "scopes": sorted(it.it.scopes), "at": it.it.at.isoformat()}
    return {"it": sign_in, "at": it.at.isoformat(), "generation": it.generation}


def _read(kept: Kept) -> Issued:
    it = kept["it"]
    sign_in = SignIn(**{**it, "scopes": frozenset(it["scopes"]), "at": datetime.fromisoformat(it["at"])})
    return Issued(sign_in, datetime.fromisoformat(kept["at"]), kept["generation"])
