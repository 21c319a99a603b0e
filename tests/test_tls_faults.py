"""Which class an error is: by the codes of a chain, the texts of OpenSSL, and what the socket says."""

from __future__ import annotations

import socket

import pytest

from crawler.tls.faults import of_connect, of_handshake, of_reasons, of_verification


@pytest.mark.parametrize(
    ("errors", "fault"),
    [
        ([], None),
        ([(20, 0), (21, 0)], "no-issuer"),
        ([(18, 0)], "self-signed"),
        ([(19, 1)], "unknown-root"),
        ([(20, 0), (10, 0)], "expired"),
        ([(10, 1)], "expired-issuer"),
        ([(20, 0), (62, 0)], "hostname"),
        ([(18, 0), (62, 0), (10, 0)], "self-signed"),
        ([(66, 0), (20, 0)], "weak-certificate"),
        ([(68, 1)], "weak-certificate"),
        ([(9, 0)], "not-yet-valid"),
        ([(26, 0)], "bad-certificate"),
        ([(9999, 3)], "bad-certificate"),
    ],
)
def test_the_gravest_error_of_a_chain_is_its_class(errors: list[tuple[int, int]], fault: str | None) -> None:
    assert of_verification(errors) == fault, errors


@pytest.mark.parametrize(
    ("reasons", "fault"),
    [
        (["tlsv1 alert protocol version"], "protocol"),
        (["unsupported protocol"], "protocol"),
        (["sslv3 alert handshake failure"], "handshake"),
        (["tls alert handshake failure"], "handshake"),
        (["tlsv1 alert internal error"], "internal-error"),
        (["dh key too small"], "dh-too-small"),
        (["unsafe legacy renegotiation disabled"], "no-rfc5746"),
        (["tlsv1 unrecognized name"], "unrecognized-name"),
        (["wrong version number"], "garbled"),
        (["a text of a later OpenSSL"], "garbled"),
        ([], "garbled"),
    ],
)
def test_the_texts_of_openssl_lead_to_a_class(reasons: list[str], fault: str) -> None:
    assert of_reasons(reasons) == fault, reasons


@pytest.mark.parametrize(
    ("error", "first_bytes", "fault"),
    [
        (TimeoutError(), b"", "handshake-timeout"),
        (ConnectionResetError(), b"", "reset"),
        (BrokenPipeError(), b"", "reset"),
        (EOFError(), b"", "closed"),
        (EOFError(), b"HTTP/1.1 400 Bad Request\r\n", "plain-http"),
        (EOFError(), b"<!DOCTYPE HTML PUBLIC", "plain-http"),
        (TimeoutError(), b"\r\nHTTP/1.0 400", "plain-http"),
        (EOFError(), b"SSH-2.0-OpenSSH", "closed"),
        (OSError(113, "no route"), b"", "unreachable"),
    ],
)
def test_an_error_of_the_handshake_leads_to_a_class(error: Exception, first_bytes: bytes, fault: str) -> None:
    assert of_handshake(error, first_bytes) == fault, (error, first_bytes)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "no-such-host"),
        (socket.gaierror(socket.EAI_NODATA, "No address associated with hostname"), "no-such-host"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), "dns"),
        (TimeoutError(), "connect-timeout"),
        (ConnectionRefusedError(), "refused"),
        (OSError(101, "Network is unreachable"), "unreachable"),
    ],
)
def test_an_error_of_connecting_leads_to_a_class(error: OSError, fault: str) -> None:
    assert of_connect(error) == fault, error
