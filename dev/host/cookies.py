"""What becomes of a Set-Cookie on Azure: the worker takes it apart, and the host writes it anew.

An absent Domain comes back as an empty one, which is why no cookie named with the __Host- prefix survives:
https://github.com/Azure/azure-functions-python-worker/issues/1902.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.cookies import Morsel, SimpleCookie
from typing import Self
from urllib.parse import quote

_EXPIRES = "%a, %d %b %Y %H:%M:%S GMT"


@dataclass(frozen=True)
class Cookie:
    name: str
    value: str
    domain: str
    path: str
    expires: datetime | None
    max_age: float | None
    secure: bool
    http_only: bool
    same_site: str

    @classmethod
    def parse(cls, name: str, morsel: "Morsel[str]") -> Self:
        """As the worker reads it; raises ValueError for an Expires or Max-Age that the worker rejects."""
        expires, max_age, same_site = morsel["expires"], morsel["max-age"], morsel["samesite"].lower()
        return cls(
            name=name,
            value=morsel.value,
            domain=morsel["domain"],
            path=morsel["path"],
            expires=datetime.strptime(expires, _EXPIRES).replace(tzinfo=UTC) if expires else None,
            max_age=float(max_age) if max_age else None,
            secure=bool(morsel["secure"]),
            http_only=bool(morsel["httponly"]),
            same_site=same_site if same_site in ("lax", "strict", "none") else "",
        )

    def header(self) -> str:
        """As ASP.NET Core writes it, in its order and case; the value is URL-escaped."""
        parts = [
            f"{self.name}={quote(self.value, safe='')}",
            self.expires and f"expires={format_datetime(self.expires, usegmt=True)}",
            self.max_age is not None and f"max-age={int(self.max_age)}",
            f"domain={self.domain}",
            f"path={self.path}",
            self.secure and "secure",
            self.same_site and f"samesite={self.same_site}",
            self.http_only and "httponly",
        ]
        return "; ".join(part for part in parts if part)


def rewritten(cookies: Iterable["SimpleCookie"]) -> list[str]:
    """The Set-Cookie values that a browser gets; what SimpleCookie cannot parse is not there any more."""
    return [Cookie.parse(name, morsel).header() for cookie in cookies for name, morsel in cookie.items()]
