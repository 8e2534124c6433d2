"""Which directory roles make somebody an administrator here, who may give seats to others (P09).

https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""

from collections.abc import Iterable

# Those whose business it is who gets which license. Every member also has a role of their own, and readers have
# theirs, so that only what is listed counts.
ADMINISTRATORS = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "4d6ac14f-3453-41d0-bef9-a3e0c569773a": "License Administrator",
    "b0f54661-2d74-4c50-afa3-1ec803f12efe": "Billing Administrator",
    "2b745bdf-0803-4d80-aa65-822c4493daac": "Office Apps Administrator",
}


def is_administrator(roles: Iterable[object]) -> bool:
    """Whether one of these role template ids counts."""
    return any(isinstance(role, str) and role in ADMINISTRATORS for role in roles)
