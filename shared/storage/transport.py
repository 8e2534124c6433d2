"""How storage is reached: over kept connections, enough for all who ask at once, whatever the environment says."""

from typing import Any

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter
from urllib3 import Retry

_CONNECTIONS = 64


def transport(**options: Any) -> RequestsTransport:  # noqa: ANN401 - azure-core's options
    """A transport for the SDK, which makes its own otherwise.

    Of its own the SDK keeps ten connections, so that at 16 requests at a time every third of them opened one anew;
    and requests then searches the environment for proxies each time, a fifth of the processor time of a read.
    """
    session = requests.Session()
    session.trust_env = False
    # As the SDK has it: it does the retries itself.
    adapter = HTTPAdapter(
        pool_maxsize=_CONNECTIONS, max_retries=Retry(total=False, redirect=False, raise_on_status=False)
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return RequestsTransport(session=session, **options)
