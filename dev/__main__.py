"""`python -m dev …`: serve the app locally, and play what happens to it from outside."""

import os
import sys

from dev.arguments import parser
from dev.azurite import AzuriteError
from dev.desk import desk_beside_server
from dev.place import Place
from dev.reset import reset
from dev.serve import serve
from dev.trouble import Trouble
from shared.domain.errors import Refusal

_INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run one command; answers the exit status."""
    try:
        _run(arguments)
    except (Trouble, AzuriteError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except Refusal as refusal:
        print(f"{refusal.sentence} ({refusal.code})", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def _run(arguments: list[str]) -> None:
    known = parser()
    chosen = known.parse_args(arguments)
    place = Place(chosen.folder.resolve())
    match chosen.command:
        case None:
            known.print_help()
        case "serve":
            serve(place)
        case "reset":
            reset(place)
        case "messages":
            # This loads the whole app, which no other command needs in this process.
            from dev.messages import update_catalogues  # noqa: PLC0415

            update_catalogues()
        case _:
            chosen.run(desk_beside_server(place, os.environ), chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
