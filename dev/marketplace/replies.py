"""How the API says no."""

from dev.marketplace.world import World
from dev.wire import Reply, answer

# Nothing to say, and yet of that type.
RECEIVED = Reply(200, b"", {"Content-Type": "application/json"})


def error(status: int, code: str, message: str) -> Reply:
    return answer({"code": code, "message": message, "target": None, "details": []}, status)


def missing(world: World, what: str) -> Reply:
    return error(world.shapes.missing, "EntityNotFound", f"There is no such {what}.")
