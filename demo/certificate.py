"""The development certificate of the demo: for this machine's own names, trusted by nobody yet.

Its issuer is made with it and its key thrown away: who tells a browser to trust the issuer trusts no
more than this certificate.
"""

from __future__ import annotations

import os
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature

if TYPE_CHECKING:
    from pathlib import Path

_NAMES: Final = ("localhost", "127.0.0.1", "::1")
_VALID: Final = timedelta(days=397)  # browsers refuse certificates that are valid for longer
_CLOCK_SKEW: Final = timedelta(hours=1)
_RENEW: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Files in PEM form.

    Attributes:
        certificate: The certificate.
        key: Its private key, readable by its owner alone.
        issuer: The issuer's certificate, for whoever wants to trust it.
    """

    certificate: Path
    key: Path
    issuer: Path


def ensure_certificate(folder: Path) -> CertificateFiles:
    """The certificate in this folder, made anew when it is missing, damaged or expires within 30 days.

    Raises:
        OSError: The folder cannot be used.
    """
    files = CertificateFiles(folder / "localhost.pem", folder / "localhost.key", folder / "issuer.pem")
    if not _usable(files):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        authority = trustme.CA(organization_name="Loadstone demo")
        now = datetime.now(UTC)
        issued = authority.issue_cert(*_NAMES, not_before=now - _CLOCK_SKEW, not_after=now + _VALID)
        _write(files.key, issued.private_key_pem.bytes(), 0o600)
        _write(files.issuer, authority.cert_pem.bytes(), 0o644)
        _write(files.certificate, issued.cert_chain_pems[0].bytes(), 0o644)
    return files


def _usable(files: CertificateFiles) -> bool:
    # A run that was interrupted between two files leaves a key that is not the certificate's.
    with suppress(FileNotFoundError, ValueError, InvalidSignature, ssl.SSLError):
        files.key.chmod(0o600)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.certificate, files.key)
        leaf = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(files.issuer.read_bytes()))
        return leaf.not_valid_after_utc - datetime.now(UTC) > _RENEW
    return False


def _write(file: Path, content: bytes, mode: int) -> None:
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as output:
        output.write(content)
    new.replace(file)
