"""What is asked of Microsoft Graph, as paths with their query: four fields of a person, and no others."""

from urllib.parse import quote

MOST_FOUND = 10

_FIELDS = "$select=id,displayName,mail,userPrincipalName"
_SEARCHED = ("displayName", "mail", "userPrincipalName")

ME = f"/me?{_FIELDS}"
DOMAINS = "/organization?$select=verifiedDomains"


def user_of(object_id: str) -> str:
    """One user by their id."""
    return f"/users/{_written(object_id)}?{_FIELDS}"


def matching(text: str) -> str:
    """Whose name has words, or whose addresses begin, like this."""
    # https://learn.microsoft.com/graph/search-query-parameter
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    clauses = " OR ".join(f'"{name}:{escaped}"' for name in _SEARCHED)
    return f"/users?$search={_written(clauses)}&{_FIELDS}&$top={MOST_FOUND}"


def beginning(text: str) -> str:
    """Whose name or address begins like this: for directories that cannot be searched."""
    clauses = " or ".join(f"startswith({name},{_quoted(text)})" for name in _SEARCHED)
    return f"/users?$filter={_written(clauses)}&{_FIELDS}&$top={MOST_FOUND}"


def having(address: str) -> str:
    """Whose user name or mail this is."""
    clauses = f"userPrincipalName eq {_quoted(address)} or mail eq {_quoted(address)}"
    return f"/users?$filter={_written(clauses)}&{_FIELDS}&$top={MOST_FOUND}"


def _quoted(text: str) -> str:
    # https://learn.microsoft.com/graph/query-parameters#escaping-single-quotes
    return "'{}'".format(text.replace("'", "''"))


def _written(text: str) -> str:
    return quote(text, safe="", errors="replace")
