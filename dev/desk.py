"""What every command works with: this place's settings, the running server, and the storage behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from dev import local_settings
from dev.client import Server
from dev.place import Place
from dev.ports import SETTINGS, led_to, ports_in
from dev.trouble import Trouble
from dev.vendor import Vendor
from shared.services import Services, connect
from shared.settings import SettingsInvalid


@dataclass(frozen=True)
class Desk:
    """``env`` holds the settings, as the app sees them."""

    place: Place
    env: Mapping[str, str]

    @cached_property
    def server(self) -> Server:
        return Server(self.env["PUBLIC_URL"].rstrip("/"))

    @cached_property
    def services(self) -> Services:
        """The app's own services, over the same storage. Raises Trouble."""
        try:
            return connect(self.env)
        except SettingsInvalid as invalid:
            problems = "; ".join(f"{name} {problem}" for name, problem in sorted(invalid.problems.items()))
            raise Trouble(f"These settings are wrong: {problems}.") from None

    @cached_property
    def vendors(self) -> Mapping[str, Vendor]:
        """The stand-ins that the settings lead to."""
        ports, ca = ports_in(self.env), self.env.get("EXTRA_CA_FILE", "")
        found = {name: (getattr(ports, name), led_to(self.env, name)) for name in SETTINGS}
        return {
            name: Vendor(name, f"{urlsplit(url).scheme}://localhost:{port}", ca)
            for name, (port, url) in found.items()
            if port and url
        }

    def vendor(self, name: str) -> Vendor:
        """Raises Trouble where the settings lead elsewhere."""
        if name not in self.vendors:
            raise Trouble(f"{SETTINGS[name][0]} leads elsewhere than to the stand-in that make dev starts.")
        return self.vendors[name]


def desk_beside_server(place: Place, environ: Mapping[str, str]) -> Desk:
    """A desk for a command that needs the server to run. Raises Trouble."""
    desk = Desk(place, {**local_settings.read(place.settings), **environ})
    desk.server.require_healthy()
    return desk
