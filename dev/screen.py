"""What `serve` shows when everything runs: where to look and what to try, in 80 columns."""

from dev.ask import license_of
from dev.desk import Desk
from dev.people import BOB, MALLORY, ORGANISATION, first_name
from dev.place import this_program
from shared.operations.assign_seat import Assignee

_SCREEN = """
The license server runs at {base}

  {base}/                       what visitors see
  {base}/privacy                what is held of whom
  {base}/api/health             200 and nothing else: it serves
  {base}/.well-known/jwks.json  the keys that verify licenses

{bought}
Sign in at {base}/sign-in as any of them; it takes a click.
Ask as the add-in does. For {bob} the answer is {bob_code} now:

  {bob_curl}

For {mallory} it is {mallory_code}, signed as well:

  {mallory_curl}

Play a story in another terminal, and watch its requests arrive here:

  {program} fail-renewal    Paddle could not renew the seats
  {program} license bob     so Bob is in GRACE, the server says
  {program} recover         until the payment comes after all
  {program} assign dave     one more seat given away
  {program} --help          all there is to play

The vendors are stand-ins. Have anything happen there that can, and have things
go wrong between them and the server, by commands or by a page of each:

{controls}

  {program} play marketplace buy quantity=3
  {program} fault paddle duplicate --times 1
  {program} fault marketplace delay --seconds 20
  {program} fault graph 429 --seconds 5
  {program} faults          what is still to go wrong
  {program} mend            nothing any more

What happens is kept until make dev-reset. Ctrl-C stops everything.
"""

_BOUGHT = f"{ORGANISATION} has bought seats. Alice administers them, Bob has one, Mallory has none."
_NOTHING_BOUGHT = "Nobody has bought anything, since Paddle is not played here (PADDLE_API_URL)."

_CURL = """curl {base}/api/license -H 'Content-Type: text/plain' \\
    -d '{{"email": "{address}"}}'"""


def show(desk: Desk) -> None:
    """Print the screen; the codes on it are asked for, not promised. Raises Trouble."""
    base = desk.server.base
    print(
        _SCREEN.format(
            base=base,
            bought=_BOUGHT if desk.place.seeded.exists() else _NOTHING_BOUGHT,
            program=this_program(),
            controls="\n".join(f"  {each.control:<45} {name}" for name, each in desk.vendors.items()),
            bob=first_name(BOB),
            bob_code=_code(desk, BOB),
            bob_curl=_curl(base, BOB),
            mallory=first_name(MALLORY),
            mallory_code=_code(desk, MALLORY),
            mallory_curl=_curl(base, MALLORY),
        ),
        flush=True,
    )


def _code(desk: Desk, person: Assignee) -> str:
    return str(license_of(desk, person.addresses[0])["code"])


def _curl(base: str, person: Assignee) -> str:
    return _CURL.format(base=base, address=person.addresses[0])
