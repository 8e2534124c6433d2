"""One line for each request that was answered: status, method and path, and nothing of whoever asked."""

import logging

from dev.client import HEALTH
from dev.host.asgi import Application, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)


def logged(app: Application) -> Application:
    """The same application, which now says what it answers."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            # Every command of these tools asks first whether the server is well.
            if message["type"] == "http.response.start" and scope["path"] != HEALTH:
                _log.info("%s %s %s", message["status"], scope["method"], ascii(scope["path"])[1:-1])
            await send(message)

        await app(scope, receive, note)

    return answer
