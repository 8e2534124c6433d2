"""What an operator is told of the server's health."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """A closed code, what it is about, and since when or, in ``detail``, what more there is to it.

    Ids, codes, times and names of settings, never people. What is not red is only good to know.
    """

    code: str
    about: str
    since: datetime | None = None
    detail: str = ""
    is_red: bool = True
