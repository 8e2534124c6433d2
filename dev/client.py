"""The tools' one door to the running server."""

from collections.abc import Mapping

import requests

from dev.trouble import Trouble

HEALTH = "/api/health"
_SECONDS = 30


class Server:
    """The server at ``base``, asked over HTTP like by anyone else; ``ca`` vouches for its certificate."""

    def __init__(self, base: str, ca: str = "") -> None:
        self.base = base
        self._ca = ca
        self._session = requests.Session()
        # A proxy of the developer's is not for loopback.
        self._session.trust_env = False

    def require_healthy(self) -> None:
        """Raises Trouble if the server does not run, or cannot serve."""
        status = self.get(HEALTH).status_code
        if status != requests.codes.ok:
            raise Trouble(f"What answers at {self.base} is not well ({status}): its own terminal may say why.")

    def get(self, path: str) -> requests.Response:
        return self.ask("GET", path)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> requests.Response:
        return self.ask("POST", path, body, headers)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        try:
            return self._session.request(
                method, self.base + path, data=body, headers=headers, timeout=_SECONDS, verify=self._ca or True
            )
        except requests.ConnectionError:
            raise Trouble(f"Nothing answers at {self.base}: start the server with make dev.") from None
        except requests.RequestException as error:
            raise Trouble(f"{self.base} gave no proper answer ({type(error).__name__}).") from None
