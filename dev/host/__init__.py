"""The local host: serves the FunctionApp that Azure would serve, by the rules of the Functions host.

`serve(Host(app, host_json=..., clock=...), port)` runs it; `running(...)` runs it in a thread for tests.
"""

from dev.host.application import Host
from dev.host.index import AppRefused
from dev.host.server import PortInUse, running, serve

__all__ = ["AppRefused", "Host", "PortInUse", "running", "serve"]
