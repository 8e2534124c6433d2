"""What the table service's answers mean, and which of them are about a row at all."""

from typing import Any, NoReturn

from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline import PipelineResponse

from shared.ports import StorageUnavailable

_NOT_FOUND = 404
_CONFLICTS = {_NOT_FOUND, 409, 412}
# https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes
_NO_SUCH_ROW = {"ResourceNotFound", "EntityNotFound"}
_NO_SUCH_TABLE = {"TableNotFound", "TableBeingDeleted"}
_WAITS_ASKED_FOR = ("Retry-After", "retry-after-ms", "x-ms-retry-after-ms")


def is_about_a_missing_row(error: AzureError) -> bool:
    """Whether the service itself says that a row is not there; a missing table or any other 404 says no such thing."""
    return _status(error) == _NOT_FOUND


def is_conflict(error: AzureError) -> bool:
    """Whether a write was refused because of what stands there, or stands no more."""
    return _status(error) in _CONFLICTS


def give_up(error: AzureError) -> NoReturn:
    """Raises StorageUnavailable."""
    raise StorageUnavailable from error


def wait_no_longer(response: PipelineResponse[Any, Any]) -> None:
    """Retry when we want to: the SDK would sleep for as long as the service asks, be it an hour."""
    for name in _WAITS_ASKED_FOR:
        response.http_response.headers.pop(name, None)


def _status(error: AzureError) -> int:
    """The HTTP status of an answer about a row; 0 where there was none."""
    code = getattr(error, "error_code", None)
    name = getattr(code, "value", code)
    if not isinstance(error, HttpResponseError) or name in _NO_SUCH_TABLE:
        return 0
    if error.status_code == _NOT_FOUND and name not in _NO_SUCH_ROW:
        return 0
    return error.status_code or 0
