"""`local.settings.json`: made with keys of its own for each checkout, never committed, read by Core Tools too.

https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
"""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from dev.azurite import HOST, LEDGER, TABLES, Azurite, new_keys
from dev.place import Place
from dev.ports import ports_in
from dev.standins import StandIns
from dev.tls import certificates_in
from dev.trouble import Trouble
from shared.domain.keys import encode

PORT, TABLES_PORT = 7071, 10002


def read_or_make(path: Path) -> dict[str, str]:
    """The file's values; what is missing of them is made, what is there is kept. Raises Trouble."""
    content = _read(path)
    values: dict[str, str] = content["Values"]
    missing = {name: value for name, value in _fresh_values(values, path.parent).items() if name not in values}
    if missing:
        values.update(missing)
        _write(path, content)
    return values


def read(path: Path) -> dict[str, str]:
    """The values of a file that `serve` made. Raises Trouble."""
    if not path.exists():
        raise Trouble(f"There is no {path.name} yet: start the server with make dev.")
    values: dict[str, str] = _read(path)["Values"]
    return values


def port_of(url: str) -> int:
    """The port to serve `PUBLIC_URL` on. Raises Trouble."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in {"localhost", HOST} or not parts.port:
        raise Trouble(f"PUBLIC_URL must be like http://localhost:{PORT} here, since nothing else is served.")
    return parts.port


def azurite_of(env: Mapping[str, str], folder: Path) -> Azurite:
    """The table storage that both connection strings lead to. Raises Trouble."""
    found = [_account(env.get(name, "")) for name in ("TABLES_CONNECTION", "LEDGER_CONNECTION")]
    ports = {port for port, _, _ in found}
    if len(ports) > 1 or [account for _, account, _ in found] != [TABLES, LEDGER]:
        raise Trouble(
            "TABLES_CONNECTION and LEDGER_CONNECTION lead elsewhere than to the Azurite that is started here: "
            "remove both from local.settings.json to have them made again."
        )
    return Azurite(folder=folder, port=ports.pop(), keys={account: key for _, account, key in found})


def _account(connection: str) -> tuple[int, str, str]:
    parts = dict(part.partition("=")[::2] for part in connection.split(";"))
    endpoint = urlsplit(parts.get("TableEndpoint", ""))
    is_here = endpoint.scheme == "http" and endpoint.hostname == HOST
    return (endpoint.port or 0 if is_here else 0), parts.get("AccountName", ""), parts.get("AccountKey", "")


def _read(path: Path) -> dict[str, dict[str, str]]:
    if not path.exists():
        return {"IsEncrypted": False, "Values": {}}  # type: ignore[dict-item] # a flag of Core Tools beside the values
    try:
        content = json.loads(path.read_text())
        texts = all(isinstance(value, str) for value in content["Values"].values())
    except (ValueError, TypeError, KeyError, AttributeError):
        texts = False
    if not texts:
        raise Trouble(f"{path.name} is not a JSON object whose Values are texts: mend it, or move it away.")
    return content  # type: ignore[no-any-return] # checked as far as it is used


def _write(path: Path, content: object) -> None:
    """Whole or not at all, and readable by its owner only."""
    made = path.with_suffix(".new")
    made.touch(mode=0o600)
    made.write_text(json.dumps(content, indent=2) + "\n")
    made.replace(path)


def _fresh_values(values: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Of a vendor whom the values lead to elsewhere there are none."""
    azurite = Azurite(port=TABLES_PORT, keys=new_keys())
    vendors = StandIns(ports=ports_in(values), certificates=certificates_in(Place(folder).tls))
    return {
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AzureWebJobsStorage": "UseDevelopmentStorage=true",
        "ENVIRONMENT": "development",
        "PUBLIC_URL": f"http://localhost:{PORT}",
        "PRODUCT_ID": "example-add-in",
        "ADDIN_ORIGINS": "https://localhost:3000",
        "PLANS": json.dumps(
            {
                "team": {"title": "Team", "features": ["no-footer"]},
                "business": {"title": "Business", "features": ["no-footer", "attachments"]},
            }
        ),
        "GRACE_DAYS": "14",
        "TABLES_CONNECTION": azurite.connection_string(TABLES),
        "LEDGER_CONNECTION": azurite.connection_string(LEDGER),
        "LICENSE_SIGNING_KEYS": json.dumps([_signing_key()]),
        "IDENTITY_HASH_KEYS": json.dumps([_hash_key()]),
        "SESSION_KEYS": json.dumps([_hash_key()]),
        "TOKEN_ENCRYPTION_KEYS": json.dumps([_hash_key()]),
        **_vendor(),
        **vendors.settings(),
    }


def _vendor() -> dict[str, str]:
    return {
        "PRODUCT_NAME": "Example Mail Merge",
        "VENDOR_NAME": "Example Vendor OÜ",
        "VENDOR_COUNTRY": "Estonia",
        "SUPPORT_URL": "https://vendor.example/support",
        "PRIVACY_POLICY_URL": "https://vendor.example/privacy",
        "CHANGE_LOG_URL": "https://vendor.example/privacy/changes",
        "DPA_URL": "https://vendor.example/data-processing",
    }


def _signing_key() -> dict[str, object]:
    private = ec.generate_private_key(ec.SECP256R1())
    return {**ECAlgorithm.to_jwk(private, as_dict=True), "use_from": 0}


def _hash_key() -> dict[str, object]:
    return {"id": "k1", "key": encode(secrets.token_bytes(32)), "use_from": 0}
