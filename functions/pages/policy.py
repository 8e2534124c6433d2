"""What a browser may load, send and show for a page: nothing but the page, unless it says what else."""

from dataclasses import dataclass

_PERMISSIONS = ("camera", "display-capture", "geolocation", "microphone", "payment", "publickey-credentials-get", "usb")


@dataclass(frozen=True, slots=True)
class Allows:
    """What a page needs besides itself, as origins; `'self'` in connects for a script that asks our own API."""

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    connects: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    popups: bool = False


def headers_of(nonce: str, allows: Allows) -> dict[str, str]:
    """The headers that hold a browser to it."""
    ours = f"'nonce-{nonce}'"
    directives = {
        "default-src": ("'none'",),
        "base-uri": ("'none'",),
        "connect-src": allows.connects,
        # Chromium counts what a form's answer redirects to, too, so that no form of ours leads off this site.
        "form-action": ("'self'",),
        "frame-ancestors": ("'none'",),
        "frame-src": allows.frames,
        "img-src": ("data:", *allows.images),
        "script-src": (ours, *allows.scripts),
        "style-src": (ours, *allows.styles),
    }
    permitted = {"payment": " ".join(["self", *(f'"{origin}"' for origin in allows.payments)])}
    return {
        "Content-Security-Policy": "; ".join(f"{name} {' '.join(of)}" for name, of in directives.items() if of),
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups" if allows.popups else "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(
            f"{name}=({permitted.get(name, '') if allows.payments else ''})" for name in _PERMISSIONS
        ),
        # With no-referrer a browser would send our own forms with the origin null.
        "Referrer-Policy": "same-origin",
    }
