"""The key `tls` of a partner: from the file of the configuration to a connection."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from adapter.app.partner_tls import load_partner_tls
from adapter.clients.sending import Sent, send
from adapter.config import load
from adapter.config_problems import ConfigError
from tests.integration.delivery.conftest import PATIENT
from tests.integration.delivery.emulator import answer, serving
from tests.integration.delivery.tls_house import TlsHouse

SHIPPED = Path(__file__).parents[3] / "config.toml"
FUND, FUND_AT = "FOMS01001", 'address = "http://127.0.0.1:8090/fund"'
WORD = "тайна"


def configured(folder: Path, address: str, tls: str) -> Path:
    """Write the shipped configuration with a fund behind https."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert FUND_AT in text
    path = folder / "config.toml"
    path.write_text(text.replace(FUND_AT, f'address = "{address}"\ntls = {{ {tls} }}'), encoding="utf-8")
    return path


def test_a_configured_partner_is_called_by_its_files(tmp_path: Path) -> None:
    """Relative paths are those of the folder; authorities, our certificate and its password are used."""
    house = TlsHouse(tmp_path)
    house.pair("ours", password=WORD)
    (tmp_path / "word").write_text(f"{WORD}\n", encoding="utf-8")
    shown = house.pair("fund").serve()
    shown.verify_mode = ssl.CERT_REQUIRED
    shown.load_verify_locations(house.ca_file)
    tls = (
        'ca_files = ["ca.pem"], certificate_file = "ours.pem", key_file = "ours.key", password_file = "word"'
    )
    with serving(answer(b"<b/>"), shown) as fund:
        contexts = load_partner_tls(load(configured(tmp_path, fund.address, tls)))
        assert list(contexts) == [FUND]
        found = send(
            b"<a/>",
            fund.address,
            content_type="text/xml",
            headers={},
            timeouts=PATIENT,
            tls=contexts[FUND],
        )
        assert isinstance(found, Sent)
        assert len(fund.received) == 1


@pytest.mark.parametrize(
    ("tls", "key"),
    [
        ('ca_files = ["absent.pem"]', "ca_files"),
        ('certificate_file = "config.toml", key_file = "config.toml"', "certificate_file"),
        ('certificate_file = "a", key_file = "b", password_file = "absent"', "password_file"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, tls: str, key: str) -> None:
    """The key in the file is told, and no content of the file."""
    config = load(configured(tmp_path, "https://127.0.0.1:8090/fund", tls))
    with pytest.raises(ConfigError) as caught:
        load_partner_tls(config)
    assert [one.place for one in caught.value.problems] == [f"partners[6].tls.{key}"]
