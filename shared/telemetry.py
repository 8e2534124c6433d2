"""What leaves the process about its own running: closed log lines, and errors without anybody in them (P16)."""

import logging
import sys
from collections.abc import Mapping
from typing import Any, cast

_KEPT_OF_EVENT = ("event_id", "timestamp", "level", "platform", "release", "environment")
_KEPT_OF_FRAME = ("filename", "function", "module", "lineno", "in_app")


def quiet_libraries() -> None:
    """Keep libraries from logging URLs, which hold keys, and bodies, which hold people."""
    for name in ("azure", "urllib3", "requests", "sentry_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)


def start_error_reports(dsn: str, environment: str) -> None:
    """Send errors to Sentry as technical information only. Without a DSN nothing is loaded or sent."""
    if not dsn:
        return
    import sentry_sdk  # noqa: PLC0415 - costs 100 ms that installations without Sentry need not pay

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        auto_enabling_integrations=False,
        default_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        send_default_pii=False,
        max_breadcrumbs=0,
        send_client_reports=False,
        server_name="",
        before_send=cast("Any", technical_only),
    )


def technical_only(event: dict[str, Any], _hint: object = None) -> dict[str, Any]:
    """An error report rebuilt from a list of what may be in it: where in the code and what kind, never what about."""
    kept = {name: event[name] for name in _KEPT_OF_EVENT if name in event}
    values = event.get("exception", {}).get("values", [])
    return {**kept, "exception": {"values": [_technical_exception(value) for value in values]}}


def _technical_exception(value: dict[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames", [])
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "stacktrace": {"frames": [{name: frame[name] for name in _KEPT_OF_FRAME if name in frame} for frame in frames]},
    }


def report_settings(problems: Mapping[str, str]) -> None:
    """Log which settings are wrong, and how, without what they hold."""
    wrong = "; ".join(f"{name} {problem}" for name, problem in sorted(problems.items()))
    logging.getLogger("license_server").error("MISCONFIGURED: %s", wrong)


def report(error: BaseException) -> None:
    """Log an error by kind and place, and send it where error reports are on.

    The exception's text stays out of both: it may quote what a user sent.
    """
    place = _place(error)
    logging.getLogger("license_server").error("%s at %s", type(error).__name__, place)
    sentry_sdk = sys.modules.get("sentry_sdk")
    if sentry_sdk is not None:
        sentry_sdk.capture_exception(error)
        # The instance may be frozen or gone right after it answered.
        sentry_sdk.flush(2)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"
