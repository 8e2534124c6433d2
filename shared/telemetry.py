"""What leaves the process about its own running: closed log lines, and errors without anybody in them (P16)."""

import logging
import sys
from collections.abc import Mapping
from typing import Any, cast

_LONGEST_STORY = 5
_KEPT_OF_EVENT = ("event_id", "timestamp", "level", "platform", "environment")
_KEPT_OF_FRAME = ("filename", "function", "module", "lineno", "in_app")

_log = logging.getLogger("license_server")


def quiet_libraries() -> None:
    """Keep libraries from logging URLs, which hold keys, and bodies, which hold people."""
    for name in ("azure", "requests", "sentry_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # At DEBUG it tells codes, verifiers and who it was, and it says nothing that we do not say ourselves.
    msal = logging.getLogger("msal")
    msal.setLevel(logging.WARNING)
    msal.propagate = False
    msal.handlers = [logging.NullHandler()]
    # It warns of each retry, and names the URL.
    logging.getLogger("urllib3").setLevel(logging.ERROR)


def start_error_reports(dsn: str, environment: str) -> None:
    """Send errors to Sentry as technical information only. Without a DSN nothing is loaded or sent."""
    if not dsn:
        return
    # Costs 100 ms that installations without Sentry need not pay.
    import sentry_sdk  # noqa: PLC0415
    from sentry_sdk.envelope import Envelope  # noqa: PLC0415
    from sentry_sdk.transport import HttpTransport  # noqa: PLC0415

    class ErrorsOnly(HttpTransport):
        """Sessions, traces, metrics and attachments pass no filter of ours, so that they stop at the door."""

        def capture_envelope(self, envelope: Envelope) -> None:
            envelope.items = [item for item in envelope.items if item.type == "event"]
            if envelope.items:
                super().capture_envelope(envelope)

    sentry_sdk.init(
        dsn=dsn,
        transport=ErrorsOnly,
        environment=environment,
        # Given, lest they be looked for in the environment, in git and at the machine's name.
        release="",
        server_name="",
        debug=False,
        spotlight=False,
        default_integrations=False,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        send_client_reports=False,
        before_send=cast("Any", technical_only),
    )


def technical_only(event: dict[str, Any], _hint: object = None) -> dict[str, Any] | None:
    """An error report rebuilt from a list of what may be in it: where in the code and what kind, never what about.

    None, so that nothing is sent, for what reports no exception.
    """
    kept = {name: event[name] for name in _KEPT_OF_EVENT if name in event}
    values = event.get("exception", {}).get("values", [])
    return {**kept, "exception": {"values": [_technical_exception(value) for value in values]}} if values else None


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
    _log.error("MISCONFIGURED: %s", wrong)


def note(error: BaseException) -> None:
    """Log by kind and place what others failed to do for us; error reports would only repeat it for every request."""
    _log.warning("%s", _story(error))


def report(error: BaseException) -> None:
    """Log an error by kind and place, and send it where error reports are on.

    The exception's text stays out of both: it may quote what a user sent.
    """
    _log.error("%s", _story(error))
    sentry_sdk = sys.modules.get("sentry_sdk")
    if sentry_sdk is not None:
        sentry_sdk.capture_exception(error)
        # The instance may be frozen or gone right after it answered.
        sentry_sdk.flush(2)


def _story(error: BaseException) -> str:
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < _LONGEST_STORY:
        told.append(f"{_kind(cause)} at {_place(cause)}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return " from ".join(told)


def _kind(error: BaseException) -> str:
    status = getattr(error, "status_code", None)
    return f"{type(error).__name__} {status}" if isinstance(status, int) else type(error).__name__


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"
