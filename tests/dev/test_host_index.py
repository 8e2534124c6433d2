"""Which apps the local host refuses to serve, as Azure would find no functions in them or treat them otherwise."""

import azure.functions as func
import pytest

from dev.host import AppRefused, Host
from dev.host.index import HttpFunction, TimerFunction
from tests.runtime.asking import HOST_JSON, new_years_eve

HOURLY = "0 0 * * * *"


def host(app: func.FunctionApp) -> Host:
    return Host(app, host_json=HOST_JSON, clock=new_years_eve)


def test_what_the_app_declares_is_read_from_its_bindings() -> None:
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    @app.route("seats/{seat}", methods=["GET", "POST"])
    def seat(req: func.HttpRequest) -> func.HttpResponse:
        raise LookupError(req)

    @app.route("", auth_level=func.AuthLevel.FUNCTION)
    def rootless(req: func.HttpRequest) -> func.HttpResponse:
        raise LookupError(req)

    @app.timer_trigger(arg_name="timer", schedule=HOURLY)
    def purge(timer: func.TimerRequest) -> None: ...

    assert host(app).functions == [
        HttpFunction("seat", "req", "seats/{seat}", frozenset({"GET", "POST"}), anonymous=True),
        HttpFunction("rootless", "req", "rootless", frozenset(), anonymous=False),
        TimerFunction("purge", "timer", HOURLY),
    ]


def test_two_names_that_differ_in_case_are_refused() -> None:
    app = func.FunctionApp()

    @app.timer_trigger(arg_name="timer", schedule=HOURLY)
    def purge(timer: func.TimerRequest) -> None: ...

    @app.timer_trigger(arg_name="timer", schedule=HOURLY)
    def Purge(timer: func.TimerRequest) -> None: ...  # noqa: N802 - the case is the case

    with pytest.raises(AppRefused, match=r"Purge: the name must be unique .* purge"):
        host(app)


@pytest.mark.parametrize("name", ["host", "1st", "a b", "a" * 129])
def test_a_name_that_azure_does_not_take_is_refused(name: str) -> None:
    app = func.FunctionApp()

    @app.function_name(name)
    @app.timer_trigger(arg_name="timer", schedule=HOURLY)
    def purge(timer: func.TimerRequest) -> None: ...

    with pytest.raises(AppRefused, match=f"^{name}: a function's name"):
        host(app)


def test_other_triggers_and_bindings_are_refused_since_they_would_never_run() -> None:
    app = func.FunctionApp()

    @app.queue_trigger(arg_name="msg", queue_name="q", connection="C")
    def queued(msg: func.QueueMessage) -> None: ...

    with pytest.raises(AppRefused, match=r"queued: this host knows HTTP and timer .* not queueTrigger"):
        host(app)


def test_an_output_binding_beside_http_is_refused() -> None:
    app = func.FunctionApp()

    @app.route("x")
    @app.queue_output(arg_name="out", queue_name="q", connection="C")
    def both(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
        raise LookupError(req, out)

    with pytest.raises(AppRefused, match="both: this host knows"):
        host(app)


def test_parameters_that_are_not_bound_are_refused() -> None:
    app = func.FunctionApp()

    @app.route("x")
    def greedy(req: func.HttpRequest, more: str) -> func.HttpResponse:
        raise LookupError(req, more)

    with pytest.raises(AppRefused, match=r"greedy: it takes \['more', 'req'\], but 'req' is bound"):
        host(app)


def test_run_on_startup_is_refused() -> None:
    app = func.FunctionApp()

    @app.timer_trigger(arg_name="timer", schedule=HOURLY, run_on_startup=True)
    def eager(timer: func.TimerRequest) -> None: ...

    with pytest.raises(AppRefused, match="eager: run_on_startup fires on every restart"):
        host(app)


def test_a_bad_schedule_is_refused_when_the_host_is_made() -> None:
    app = func.FunctionApp()

    @app.timer_trigger(arg_name="timer", schedule="0 61 * * * *")
    def odd(timer: func.TimerRequest) -> None: ...

    with pytest.raises(AppRefused, match=r"odd: the schedule '0 61 \* \* \* \*'"):
        host(app)
