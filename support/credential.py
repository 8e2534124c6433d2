"""The operator's own right to storage: a token of the Azure command line, since no identity of the app is at hand."""

import json
import shutil
import subprocess
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

_SECONDS = 60


class AzureCliCredential:
    """An azure-core token credential over `az account get-access-token`, for whoever has run `az login`.

    Raises ClientAuthenticationError, as the SDK does, where the command line gives no token.
    https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
    """

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - azure-core's signature
        """A token for one scope."""
        program = shutil.which("az")
        if program is None:
            raise ClientAuthenticationError("the Azure command line is not installed")
        wanted = ["account", "get-access-token", "--output", "json", "--scope", scopes[0]]
        try:
            done = subprocess.run([program, *wanted], capture_output=True, check=True, timeout=_SECONDS)
            answer = json.loads(done.stdout)
            return AccessToken(answer["accessToken"], int(answer["expires_on"]))
        except (subprocess.SubprocessError, KeyError, TypeError, ValueError) as error:
            raise ClientAuthenticationError("the Azure command line gave no token: run az login") from error
