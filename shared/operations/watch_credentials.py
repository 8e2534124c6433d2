"""What the server proves itself with: what expires soon, what is refused already, and what nobody can watch."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.domain.errors import Unavailable
from shared.domain.instants import write_instant
from shared.operations.finding import Finding
from shared.ports import Credential, HoldsCredentials, Outside
from shared.web import Denied

# Long enough for whoever must ask somebody else for a new one.
_EXPIRES_WITHIN = timedelta(days=30)


def watch_credentials(outside: Outside) -> Iterator[Finding]:
    """Every credential that an operator must see to, or should know to be unwatched.

    Whoever does not answer is red too, since nothing is known then.
    """
    holders: dict[str, HoldsCredentials] = {**outside.marketplaces, "sign-in": outside.sign_in_app}
    for name, holder in holders.items():
        try:
            for credential in holder.credentials():
                yield from _look_at(name, credential, outside.clock())
        except Denied as denied:
            yield Finding("CREDENTIAL_REFUSED", name, detail=denied.causes)
        except Unavailable:
            yield Finding("CREDENTIAL_UNKNOWN", name, detail="no answer, so that nothing is known of its credentials")


def _look_at(name: str, credential: Credential, now: datetime) -> Iterator[Finding]:
    about = f"{name} {credential.setting}"
    if credential.unwatched:
        yield Finding("CREDENTIAL_UNWATCHED", about, detail=credential.unwatched, is_red=False)
    elif credential.expires and credential.expires <= now + _EXPIRES_WITHIN:
        yield Finding("CREDENTIAL_EXPIRES", about, detail=f"good until {write_instant(credential.expires)}")
