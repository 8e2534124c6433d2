"""A certificate for localhost and the small authority that vouches for it."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_FOR = timedelta(days=90)
RENEWED_BEFORE = timedelta(days=7)
CLOCK_DIFFERENCE = timedelta(hours=1)
LOOPBACK = (
    x509.DNSName("localhost"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
)


@dataclass(frozen=True)
class Certificates:
    """The files a server on loopback serves https with, and the authority that its callers are to trust."""

    ca: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path) -> Certificates:
    """Write `ca.pem`, `cert.pem` and `key.pem`.

    The authority's own key is forgotten at once, so trusting it trusts this one certificate.
    """
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _authority(ca_key)
    certificate = _certificate(key.public_key(), ca, ca_key)
    made = certificates_in(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.touch(mode=0o600)
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


def certificates_in(folder: Path) -> Certificates:
    """Where they are, or are going to be."""
    return Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")


def kept_certificates(folder: Path) -> Certificates:
    """Those that are there, so that who trusts them needs not do so anew; others in good time before they end."""
    kept = certificates_in(folder)
    try:
        until = x509.load_pem_x509_certificate(kept.certificate.read_bytes()).not_valid_after_utc
    except (FileNotFoundError, ValueError):
        return make_certificates(folder)
    is_whole = kept.ca.exists() and kept.key.exists()
    return kept if is_whole and until - datetime.now(UTC) > RENEWED_BEFORE else make_certificates(folder)


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("License server development authority")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        _valid_from_now(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_may(sign_certificates=True), critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )


def _certificate(
    key: ec.EllipticCurvePublicKey, ca: x509.Certificate, ca_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    return (
        _valid_from_now(_name("localhost"), ca.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_may(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(LOOPBACK), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _valid_from_now(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - CLOCK_DIFFERENCE,
        not_valid_after=now + VALID_FOR,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _may(*, sign_certificates: bool) -> x509.KeyUsage:
    """A key usage is required by Python's strict verification (3.13 and later)."""
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
