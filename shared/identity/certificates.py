"""Until when a certificate is good."""

from datetime import datetime

from cryptography import x509


def expiry_of(pem: str) -> datetime:
    """When the first certificate of a PEM expires: the app's own, before those that vouch for it.

    Raises ValueError for what holds none.
    """
    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
