"""What host.json and the platform's own settings say about HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_LARGEST_BODY = 104_857_600


@dataclass(frozen=True)
class Options:
    route_prefix: str
    custom_headers: Mapping[str, str]
    most_requests: int
    largest_body: int
    homepage: bool

    @classmethod
    def read(cls, host_json: Mapping[str, Any], settings: Mapping[str, str]) -> Self:
        """Leaves hsts out: the real host sends it over https only, and this one speaks http."""
        http = host_json.get("extensions", {}).get("http", {})
        return cls(
            route_prefix=http.get("routePrefix", "api").strip("/"),
            custom_headers=http.get("customHeaders", {}),
            most_requests=http.get("maxOutstandingRequests", -1),
            largest_body=int(settings.get("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", _LARGEST_BODY)),
            homepage=settings.get("AzureWebJobsDisableHomepage", "").lower() != "true",
        )
