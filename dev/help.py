"""What `--help` says."""

HELP = """\
The license server on your machine, and what happens to it from outside.

the server
  serve                  start everything; Ctrl-C stops it (make dev)
  reset                  drop the local data, keep the keys (make dev-reset)
  messages               gather the texts of all pages for translation

the add-in
  license WHO            ask for a license, verify it and say what is in it

the administrator
  seats                  who has a seat
  assign WHO             give somebody a seat
  release WHO            take it back

Paddle, by its stand-in's signed webhooks to the running server
  purchase               a new subscription, for Alice's organisation
  renew                  the next period is paid for
  fail-renewal           the next period cannot be charged: past due
  recover                the charge succeeds after all
  change-seats NUMBER    more seats, or fewer
  schedule-cancel        cancelled for the end of the period
  undo-cancel            not cancelled after all
  cancel                 cancelled at once
  refund                 the last payment is given back, all of it
  pause, resume          no billing for a while, and billing again
  subscriptions          what the Paddle stand-in knows

the vendors' stand-ins: entra, graph, marketplace, paddle
  play VENDOR            list all that can happen there
  play VENDOR WHAT …     have it happen: play marketplace buy quantity=3
  fault VENDOR KIND      have something go wrong: duplicate, reorder, shuffle,
                         drop, delay, forged, malformed, unknown, expired,
                         slow, 429, 500, reset; fault --help says more
  faults                 what is still to go wrong
  mend                   nothing any more

the clock
  purge                  run the hourly purge now; it settles cuts in seats too

WHO is a first name (alice, bob, carol, dave, erin, frank, mallory) or an
address. Where several subscriptions would do, --subscription sub_… says which.
Each Paddle command takes --twice, --reversed, --shuffled and --delay SECONDS:
the same events repeated, out of order or late. COMMAND --help says more.
"""

PLAYED = {
    "renew": "The next period begins and is paid for.",
    "fail-renewal": "The next period begins but cannot be charged: the subscription is past due.",
    "recover": "The charge that had failed succeeds.",
    "schedule-cancel": "The subscription is cancelled for the end of its period; a renewal that is due comes first.",
    "undo-cancel": "The scheduled cancellation is taken back.",
    "cancel": "The subscription is cancelled at once, for good.",
    "refund": "The last payment is given back, all of it; a renewal that is due comes first.",
    "pause": "The subscription is paused at once.",
    "resume": "The paused subscription begins a new period and is paid for.",
}
