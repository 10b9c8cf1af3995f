from __future__ import annotations

import asyncio
import ssl
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import trustme

from demo.certificate import CertificateFiles, ensure_certificate

if TYPE_CHECKING:
    from pathlib import Path


async def handshake(files: CertificateFiles, name: str) -> None:
    """Connects to a server that has the certificate, as a client that trusts its issuer."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(files.certificate, files.key)
    client_side = ssl.create_default_context(cafile=str(files.issuer))

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_side) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=client_side, server_hostname=name
        )
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


def contents(files: CertificateFiles) -> tuple[bytes, ...]:
    return tuple(file.read_bytes() for file in (files.certificate, files.key, files.issuer))


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
async def test_is_good_for_this_machine(name: str, tmp_path: Path) -> None:
    await handshake(ensure_certificate(tmp_path / "certificate"), name)


async def test_is_good_for_no_other(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await handshake(ensure_certificate(tmp_path), "example.org")


def test_keeps_the_key_to_its_owner(tmp_path: Path) -> None:
    files = ensure_certificate(tmp_path / "certificate")
    assert stat.S_IMODE(files.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(files.key.parent.stat().st_mode) == 0o700
    files.key.chmod(0o644)
    assert stat.S_IMODE(ensure_certificate(tmp_path / "certificate").key.stat().st_mode) == 0o600


def test_is_kept(tmp_path: Path) -> None:
    first = contents(ensure_certificate(tmp_path))
    assert contents(ensure_certificate(tmp_path)) == first


@pytest.mark.parametrize(("days", "kept"), [(29, False), (31, True)])
async def test_is_made_anew_a_month_before_it_expires(days: int, tmp_path: Path, *, kept: bool) -> None:
    files = ensure_certificate(tmp_path)
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", not_after=datetime.now(UTC) + timedelta(days=days))
    files.certificate.write_bytes(issued.cert_chain_pems[0].bytes())
    files.key.write_bytes(issued.private_key_pem.bytes())
    files.issuer.write_bytes(authority.cert_pem.bytes())
    before = contents(files)
    assert (contents(ensure_certificate(tmp_path)) == before) is kept
    await handshake(files, "localhost")


@pytest.mark.parametrize("name", ["localhost.pem", "localhost.key", "issuer.pem"])
@pytest.mark.parametrize("damage", ["missing", "empty", "another's"])
async def test_is_made_anew_when_a_file_is_damaged(name: str, damage: str, tmp_path: Path) -> None:
    files = ensure_certificate(tmp_path / "certificate")
    file = tmp_path / "certificate" / name
    if damage == "missing":
        file.unlink()
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        ensure_certificate(tmp_path / "other")
        file.write_bytes((tmp_path / "other" / name).read_bytes())
    ensure_certificate(tmp_path / "certificate")
    await handshake(files, "localhost")
