"""The delegated permissions that are known here, and what Entra's consent screen says of each."""

from dev.entra.errors import problem

GRAPH = "00000003-0000-0000-c000-000000000000"
_GRAPH_URL = "https://graph.microsoft.com/"

OFFLINE = "offline_access"
OPENID = frozenset({"openid", "profile", "email", OFFLINE})
TEXTS = {
    "openid": "Sign you in",
    "profile": "View your basic profile",
    "email": "View your email address",
    OFFLINE: "Maintain access to data you have given it access to",
    "User.Read": "Sign you in and read your profile",
    "User.ReadBasic.All": "Read all users' basic profiles",
}
# What an application asks for unless it names scopes; personal accounts have no directory to read.
REGISTERED = frozenset({"openid", "profile", OFFLINE, "User.Read", "User.ReadBasic.All"})
_WORK_ONLY = frozenset({"User.ReadBasic.All"})


def read_scopes(text: str, *, personal: bool = False) -> frozenset[str]:
    """Those that are named. Raises Problem for what there is not, or not for such an account."""
    named = frozenset(each.removeprefix(_GRAPH_URL) for each in text.split())
    if named == {".default"}:
        return REGISTERED - _WORK_ONLY if personal else REGISTERED
    if named - TEXTS.keys():
        raise problem(650053)
    if not named or (personal and named & _WORK_ONLY):
        raise problem(70011)
    return named
