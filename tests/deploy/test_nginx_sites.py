"""nginx itself takes the configuration of every way of deployment, TLS and all."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.deploy.nginx import check, install, running
from tests.deploy.shards import running_shards
from tests.ports import free_ports
from tests.stack import PATIENCE_SECONDS, ROOT

pytestmark = pytest.mark.nginx

SITES = {
    "compose": ROOT / "deploy" / "compose" / "site",
    "kubernetes": ROOT / "deploy" / "kubernetes" / "base" / "site",
    "systemd": ROOT / "deploy" / "systemd" / "site",
}
NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)


def certificate(folder: Path, name: str) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, and its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(NOW + timedelta(days=3650))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.crt"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


def on_this_machine(text: str, port: int, log: Path) -> str:
    """A site's file with a free port, a log of the test, and no name that only a cluster knows."""
    text = re.sub(r"\blisten (\[::\]:)?\d+ ssl", rf"listen 127.0.0.1:{port} ssl", text)
    text = re.sub(r"^server (rasa-\d+|casestore):", "server 127.0.0.1:", text, flags=re.M)
    text = re.sub(r"access_log \S+", f"access_log {log}", text)
    # Both families would be one address here.
    return text.replace(f"listen 127.0.0.1:{port} ssl;\n", "", text.count("listen ") - 1)


def installed(folder: Path, site: Path) -> tuple[Path, int]:
    """The main file, and the port customers come to."""
    customers, console = free_ports(2)
    ports = {"customers.conf": customers, "console.conf": console}
    files = {
        file.name: on_this_machine(
            file.read_text(encoding="utf-8"), ports.get(file.name, 0), folder / "access.log"
        )
        for file in site.iterdir()
    }
    main = install(folder / "etc", files)
    for name in ("customers", "console"):
        certificate(folder / "etc" / "xiaobao" / "tls", name)
    return main, customers


@pytest.mark.parametrize("name", SITES)
def test_nginx_takes_the_configuration_without_a_word(tmp_path: Path, name: str) -> None:
    main, _ = installed(tmp_path, SITES[name])
    assert check(main) == ""


def test_nginx_would_not_take_a_word_it_does_not_know(tmp_path: Path) -> None:
    main, _ = installed(tmp_path, SITES["compose"])
    sharding = main.parent / "xiaobao" / "sharding.conf"
    sharding.write_text(sharding.read_text().replace("consistent", "consistently"))
    assert "consistently" in check(main)


def test_over_tls_browsers_are_told_to_come_that_way_only(tmp_path: Path) -> None:
    main, port = installed(tmp_path, SITES["compose"])
    with running_shards(2) as shards:
        (main.parent / "xiaobao" / "site" / "shards.conf").write_text(
            "".join(f"server 127.0.0.1:{shard.port};\n" for shard in shards)
        )
        trusted = str(main.parent / "xiaobao" / "tls" / "customers.crt")
        with running(main):
            url = f"https://127.0.0.1:{port}"
            answers = [_get(url + path, trusted) for path in ("/webhooks/web/", "/", "/version")]
    assert [answer.status_code for answer in answers] == [200, 302, 404]
    for answer in answers:
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answers[0].json()["headers"]["X-Forwarded-Proto"] == "https"
    assert answers[1].headers["Location"] == "/webhooks/web/", (
        "the port in here is nobody's business"
    )


def _get(url: str, trusted: str) -> requests.Response:
    return requests.get(url, verify=trusted, timeout=PATIENCE_SECONDS, allow_redirects=False)
