"""The hourly deletion of what is due."""

import logging
from collections.abc import Callable

import azure.functions as func

from functions.edge import timer
from shared.operations import purge as operation
from shared.services import Services
from shared.telemetry import report

_log = logging.getLogger(__name__)


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The purge timer."""
    functions = func.Blueprint()

    @functions.function_name("purge")
    @functions.timer_trigger("timer", schedule="0 7 * * * *", run_on_startup=False)
    @timer
    def purge(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the schedule is all it says
        done = operation.purge(services(), report)
        counts = (done.looked, done.deleted, done.failed, done.waiting)
        _log.info("purge: looked %d, deleted %d, failed %d, waiting %d", *counts)

    return functions
