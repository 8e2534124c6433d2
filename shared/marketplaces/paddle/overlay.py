"""Paddle's script and what it loads, which Paddle lists nowhere: what it has been seen to ask for, and no more."""

from urllib.parse import urlsplit

from shared.ports import Overlay

_CDN = "cdn.paddle.com"
# https://developer.paddle.com/build/transactions/default-payment-link
_LINK = "_ptxn"


def overlay_of(script: str, token: str) -> Overlay:
    """What opens a checkout. A script that is not Paddle's own brings everything along from where it is.

    Paddle's script also asks for its analytics (Retain), on live: that is not let in, and the checkout goes without.
    https://developer.paddle.com/paddlejs/include-paddlejs
    """
    is_sandbox = not token.startswith("live_")
    parts = urlsplit(script)
    home = f"{parts.scheme}://{parts.netloc}"
    if parts.hostname != _CDN:
        return Overlay(script, token, _LINK, is_sandbox, (home,), (home,), (home,), (home,))
    at = "https://sandbox-" if is_sandbox else "https://"
    return Overlay(
        script,
        token,
        _LINK,
        is_sandbox,
        scripts=(home,),
        styles=(f"{at}{_CDN}",),
        frames=(f"{at}buy.paddle.com",),
        connects=(f"{at}checkout-service.paddle.com", f"{at}create-checkout.paddle.com"),
    )
