"""The hourly repair of what webhooks missed."""

import logging
from collections.abc import Callable

import azure.functions as func

from functions.edge import timer
from shared.operations import reconcile as operation
from shared.services import Services
from shared.telemetry import report

_log = logging.getLogger(__name__)


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The reconciliation timer."""
    functions = func.Blueprint()

    @functions.function_name("reconcile")
    @functions.timer_trigger("timer", schedule="0 37 * * * *", run_on_startup=False)
    @timer
    def reconcile(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the schedule is all it says
        done = operation.reconcile(services(), report)
        _log.info("reconcile: seen %d, repaired %d, failed %d", done.seen, done.repaired, done.failed)

    return functions
