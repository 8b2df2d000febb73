"""Certificates for servers of tests: an authority of their own, and ``localhost`` signed by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def for_localhost(
    folder: Path, *, days: tuple[int, int] = (-1, 30), names: tuple[str, ...] = ()
) -> Path:
    """Write ``key.pem`` and ``cert.pem`` of localhost into ``folder``; the authority's file.

    ``days``: from which until which day, seen from today, the certificate is good. ``names``: of
    other hosts that it is good for.
    """
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("Test authority", authority_key, None, days=(-1, 30))
    own = _certificate("localhost", key, (authority, authority_key), days=days, others=names)
    _write(folder / "ca.pem", authority)
    _write(folder / "cert.pem", own)
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "ca.pem"


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
    *,
    days: tuple[int, int],
    others: tuple[str, ...] = (),
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    hosts = [x509.DNSName(host) for host in ("localhost", *others)]
    names = [*hosts, x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[0].subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today + timedelta(days=days[0]))
        .not_valid_after(today + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
    )
    issuer_key = signer[1] if signer else key
    issued_by = x509.SubjectKeyIdentifier.from_public_key(issuer_key.public_key())
    made = made.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
    ).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issued_by), critical=False
    )
    return made.sign(issuer_key, hashes.SHA256())
