"""The pages that people see at the stand-in: plain, and each a form of buttons."""

from collections.abc import Iterable, Mapping
from html import escape

from dev.entra.people import ROLES, Directory, User
from dev.entra.scopes import TEXTS
from dev.wire import Reply

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 36rem; margin: 2rem auto; padding: 0 1rem }
header { border: 2px dashed; padding: .5rem 1rem }
ul { list-style: none; padding: 0 }
li { margin: .5rem 0 }
button { font: inherit; padding: .5rem 1rem; min-height: 2.75rem; overflow-wrap: anywhere }
"""
_NAMES = {id_: name for name, id_ in ROLES.items()}


def page(title: str, *parts: str, status: int = 200, cookie: str | None = None) -> Reply:
    """``parts`` are HTML."""
    text = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}: stand-in for Microsoft Entra ID</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<header>Stand-in for Microsoft Entra ID, for development only. Nobody needs a password here.</header>
<main>
<h1>{escape(title)}</h1>
{"".join(parts)}
</main>
</body>
</html>
"""
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    return Reply(status, text.encode(), {**headers, **({"Set-Cookie": cookie} if cookie else {})})


def picker(application: str, users: Iterable[User], directory: Directory) -> Reply:
    buttons = "".join(
        f'<li>{_button(user.name, "user", user.id, f"of-{user.id}")} <span id="of-{user.id}">'
        f"{escape(_described(user, directory))}</span></li>"
        for user in users
    )
    return page(
        "Pick an account",
        f"<p>to continue to {escape(application)}</p>",
        _form(f"<ul>{buttons}</ul>", _button("Cancel", "action", "cancel")),
    )


def consent(
    application: str, user: User, scopes: Iterable[str], *, for_all: bool = False, may_for_all: bool = False
) -> Reply:
    """``for_all``: it is for the whole organisation; ``may_for_all``: whether that can be chosen."""
    choice = (
        '<p><label><input type="checkbox" name="organisation" value="yes"> Consent on behalf of your organization'
        "</label></p>"
    )
    return page(
        "Permissions requested for your organization" if for_all else "Permissions requested",
        f"<p>{escape(user.name)} ({escape(user.user_principal_name)})</p>",
        f"<p>{escape(application)} would like to:</p>{_listed(scopes)}",
        _form(
            _hidden({"user": user.id}),
            choice if may_for_all else "",
            _button("Accept", "action", "accept"),
            _button("Cancel", "action", "decline"),
        ),
    )


def approval_required(application: str, user: User, scopes: Iterable[str]) -> Reply:
    return page(
        "Approval required",
        f"<p>{escape(user.name)} ({escape(user.user_principal_name)})</p>",
        f"<p>{escape(application)} needs permissions that only an administrator can grant:</p>{_listed(scopes)}",
        "<p>AADSTS90094: ask an administrator of your organization to grant them.</p>",
        _form(
            _hidden({"user": user.id}),
            _button("Back to app", "action", "back"),
            _button("Use another account", "action", "other"),
        ),
    )


def refusal(number: int, words: str, *, may_choose: bool = False) -> Reply:
    """Something that the application is not told, unless somebody goes back by themself."""
    other = _button("Use another account", "action", "other") + _button("Cancel", "action", "cancel")
    return page(
        "Sorry, but we are having trouble signing you in",
        f"<p>AADSTS{number}: {escape(words)}</p>",
        _form(other) if may_choose else "",
        status=400,
    )


def _form(*parts: str) -> str:
    """It goes to where it came from, with everything that the application asked."""
    return f'<form method="post">{" ".join(parts)}</form>'


def _button(name: str, field: str, value: str, described_by: str = "") -> str:
    described = f' aria-describedby="{escape(described_by)}"' if described_by else ""
    return f'<button name="{field}" value="{escape(value)}"{described}>{escape(name)}</button>'


def _hidden(fields: Mapping[str, str]) -> str:
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields.items())


def _listed(scopes: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(TEXTS[scope])} ({scope})</li>" for scope in sorted(scopes)) + "</ul>"


def _described(user: User, directory: Directory) -> str:
    roles = "".join(f", {_NAMES.get(role, role)}" for role in sorted(user.roles))
    return f"{user.user_principal_name} at {directory.tenants[user.tenant].name}{roles}"
