"""What is measured: the app's services over one Azurite, metered, under a clock of our own; and the app over HTTP."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from azure.core.credentials import TokenCredential
from azure.data.tables import TableServiceClient

from dev.azurite import LEDGER, TABLES, Azurite
from dev.bench.meter import Meter
from dev.bench.plain import Asker
from dev.host import Host, running
from dev.local_settings import read_or_make
from dev.place import CHECKOUT
from functions import create_app
from shared.services import Services, connect
from shared.storage import keys
from shared.storage.credential import IdentityEndpoint, ManagedIdentityCredential
from shared.storage.tables import Account, AzureTables

BEGINNING = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


@dataclass
class Stage:
    """Tables that are there and, but for what others left, empty."""

    azurite: Azurite
    now: datetime = BEGINNING
    meter: Meter = field(default_factory=Meter)

    def __post_init__(self) -> None:
        self.env = _environment(self.azurite)
        connected = connect(self.env, self.clock)
        self.services: Services = replace(connected, tables=self.tables(self.meter.see))
        self.tables().make_tables()

    def clock(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def tables(self, on_request: Callable[[object], None] | None = None) -> AzureTables:
        """Storage as the app uses it, under another eye or none."""
        main, ledger = (Account(self.azurite.connection_string(name), "") for name in (TABLES, LEDGER))
        return AzureTables(main, ledger, self._nobody(), self.clock, on_request=on_request)

    def _nobody(self) -> TokenCredential:
        return ManagedIdentityCredential(IdentityEndpoint(url="", header="", client_id=""), self.clock)

    def empty(self) -> None:
        """Leave every table there and empty."""
        for account, names in ((TABLES, keys.TABLES), (LEDGER, keys.LEDGER_TABLES)):
            with TableServiceClient.from_connection_string(self.azurite.connection_string(account)) as service:
                for name in names:
                    service.delete_table(name)
        self.tables().make_tables()

    @contextmanager
    def serving(self) -> Iterator[Asker]:
        """The app on the local host."""
        host_json = json.loads((CHECKOUT / "host.json").read_text())
        # The host's own clock stands still, so that no timer runs by itself.
        host = Host(create_app(lambda: self.services), host_json=host_json, clock=lambda: BEGINNING)
        with running(host) as base, Asker(base) as asker:
            yield asker


def _environment(azurite: Azurite) -> dict[str, str]:
    """The settings that `make dev` would make, with keys of this run."""
    with tempfile.TemporaryDirectory() as folder:
        made = read_or_make(Path(folder) / "local.settings.json")
    connections = {
        "TABLES_CONNECTION": azurite.connection_string(TABLES),
        "LEDGER_CONNECTION": azurite.connection_string(LEDGER),
    }
    # The authority of stand-ins that nobody starts here.
    return made | connections | {"EXTRA_CA_FILE": ""}
