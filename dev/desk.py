"""What every command works with: this place's settings, the running server, and the storage behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dev import local_settings
from dev.client import Server
from dev.paddle.books import Books
from dev.place import Place
from dev.trouble import Trouble
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
    def books(self) -> Books:
        """What the Paddle stand-in knows."""
        return Books.load(self.place.paddle)


def desk_beside_server(place: Place, environ: Mapping[str, str]) -> Desk:
    """A desk for a command that needs the server to run. Raises Trouble."""
    desk = Desk(place, {**local_settings.read(place.settings), **environ})
    desk.server.require_healthy()
    return desk
