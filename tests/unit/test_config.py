"""The configuration: what is refused, in which words, and what becomes of paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapter.app.sizing import temporary_folder
from adapter.config import load
from adapter.config_problems import ConfigError
from adapter.domain.partners import PartnerKind, SignatureProfile

FUND_AT = 'address = "http://127.0.0.1:8090/fund"'
SHIPPED = Path(__file__).resolve().parents[2] / "config.toml"


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    """Return the shipped configuration with some text changed."""
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> dict[str, str]:
    """Return what is said of each wrong key."""
    with pytest.raises(ConfigError) as caught:
        load(path)
    return {problem.place: str(problem) for problem in caught.value.problems}


def test_the_shipped_file_is_complete(tmp_path: Path) -> None:
    """The file that comes with the project is accepted; relative paths are those of its folder."""
    config = load(written(tmp_path))
    assert config.store.url == f"sqlite:///{tmp_path}/var/mse-adapter.db"
    assert config.trust.roots == [tmp_path / "var/keys/ca.cert.pem"]
    assert config.partners[0].certificates == [tmp_path / "var/keys/mis.cert.pem"]
    assert {partner.kind for partner in config.partners} == set(PartnerKind) - {PartnerKind.PORTAL}


def test_all_wrong_values_are_named_at_once(tmp_path: Path) -> None:
    """Each wrong value is named by its key, with what it is and what is allowed, in Russian."""
    path = written(
        tmp_path,
        ("port = 8080", 'port = "x"'),
        ("threads = 8", "thread = 8"),
        ('"MISA01001"', '"misa"'),
        ('delivery = "poll"', 'delivery = "pull"'),
    )
    said = refused(path)
    assert said == {
        "service.port": "service.port = 'x' – допустимо: целое число",
        "service.thread": "service.thread = 8 – допустимо: убрать этот ключ, такого параметра нет",
        "partners[1].code": "partners[1].code = 'misa' – допустимо: строка вида ^[A-Z0-9]{4}[0-9]{5}$",
        "partners[3].delivery": "partners[3].delivery = 'pull' – допустимо: одно из: 'poll' или 'push'",
    }


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('public_url = "http://127.0.0.1:8080"', 'public_url = "ftp://x"', "service.public_url"),
        ('crls = ["', 'crl_urls = ["ldap://ca.test/"]\ncrls = ["', "trust.crl_urls[1]"),
        ('crls = ["', 'crl_urls = ["http://me:secret@ca.test/"]\ncrls = ["', "trust.crl_urls[1]"),
        ('zone = "Europe/Moscow"', 'zone = "Moscow"', "service.zone"),
        ('"sqlite:///var/mse-adapter.db"', '"mysql://user:secret@host/db"', "store.url"),
        ('code = "MISB01001"', 'code = "MISA01001"', "файл"),
        ('address = "http://127.0.0.1:8090/fund"', "", "partners[6]"),
        ('client_entity_id = "5b1a3f0e-0c5d-4d0e-9a55-0d6c1b6f2a01"', "", "partners[5]"),
        ('certificates = ["var/keys/mis.cert.pem"]', "", "partners[1]"),
        ('address = "127.0.0.1"\nport = 8090', 'address = "0.0.0.0"\nport = 8090', "stand.address"),
        ('key_file = "var/keys/adapter.key.pem"', "", "keys"),
        ('key_file = "var/keys/a', 'external_key = "x"\nkey_file = "var/keys/a', "keys"),
        ('key_file = "var/keys/adapter.key.pem"', 'external_key = "x"', "файл"),
        ("[trust]", '[gost]\ncommand = [""]\n[trust]', "gost.command[1]"),
        (FUND_AT, FUND_AT + '\ntls = { ca_files = ["ca.pem"] }', "partners[6]"),
        (FUND_AT, FUND_AT.replace("http:", "https:") + '\ntls = { key_file = "x" }', "partners[6].tls"),
        (FUND_AT, FUND_AT.replace("http:", "https:") + '\ntls = { password_file = "x" }', "partners[6].tls"),
        ("[trust]", "[gost]\ntimeout_seconds = 0\n[trust]", "gost.timeout_seconds"),
        ("[trust]", "[monitoring]\nwork_port = 65530\nwork_ports = 7\n[trust]", "monitoring"),
        ('oid = "1.2.643.5.1.13.13.12.2.77.7973"', 'oid = "1.02"', "partners[1].organizations[1].oid"),
    ],
)
def test_a_wrong_value_is_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    """Addresses, zones, databases, doubled codes and incomplete partners are refused by their key."""
    said = refused(written(tmp_path, (old, new)))
    assert list(said) == [key]
    assert "secret" not in said[key]


def test_nobody_is_believed_without_signature_from_outside(tmp_path: Path) -> None:
    """Transport = "none" is refused when the service is open to others, by its address or behind a proxy."""
    for old, new in (
        ('[service]\naddress = "127.0.0.1"', '[service]\naddress = "0.0.0.0"'),
        ('public_url = "http://127.0.0.1:8080"', 'public_url = "https://mse.example.org"'),
    ):
        assert "loopback" in refused(written(tmp_path, (old, new)))["файл"]


def test_the_own_key_may_stay_with_an_external_program(tmp_path: Path) -> None:
    """A named key and the command that keeps it take the place of a key file."""
    path = written(
        tmp_path,
        ('key_file = "var/keys/adapter.key.pem"', 'external_key = "register"'),
        ("[trust]", '[gost]\ncommand = ["/opt/skzi", "--quiet"]\n[trust]'),
    )
    config = load(path)
    assert (config.keys.key_file, config.keys.external_key) == (None, "register")
    assert (config.gost.command, config.gost.timeout_seconds) == (["/opt/skzi", "--quiet"], 30)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[service", b""])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    """Bytes that are not UTF-8, broken TOML and an empty file get an answer in words."""
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    assert refused(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A path to nothing is one problem of the file."""
    assert list(refused(tmp_path / "absent.toml")) == ["файл"]


def test_postgresql_is_one_line(tmp_path: Path) -> None:
    """The plain address of a PostgreSQL database is taken as it is, with our driver."""
    config = load(written(tmp_path, ("sqlite:///var/mse-adapter.db", "postgresql://mse@127.0.0.1/mse")))
    assert config.store.url == "postgresql+psycopg://mse@127.0.0.1/mse"


REMD = 'kind = "remd"\ntransport = "none"                      # без подписи – только на loopback\n'
SIGNING = 'kind = "remd"\ncertificates = ["var/keys/remd.cert.pem"]\n'
MIS = 'kind = "mis"\ncertificates = ["var/keys/mis.cert.pem"]\n'


def test_a_registry_may_stand_behind_the_bus(tmp_path: Path) -> None:
    """Profile, skew and life of a partner behind the integration bus; without them the profile of SMEV."""
    keys = 'signature_profile = "ips-callback"\nclock_skew_seconds = 0\ntimestamp_seconds = 900\n'
    (registry,) = (
        one for one in load(written(tmp_path, (REMD, SIGNING + keys))).partners if one.kind == "remd"
    )
    assert registry.signature_profile is SignatureProfile.IPS_CALLBACK
    assert (registry.clock_skew_seconds, registry.timestamp_seconds) == (0, 900)
    usual = load(written(tmp_path)).partners[0]
    assert usual.signature_profile is SignatureProfile.SMEV
    assert (usual.clock_skew_seconds, usual.timestamp_seconds) == (300, 600)


@pytest.mark.parametrize(
    ("old", "new", "key", "word"),
    [
        (MIS, MIS + 'signature_profile = "ips"\n', "partners[1]", "РЭМД"),
        (REMD, REMD + 'signature_profile = "ips-callback"\n', "partners[5]", "transport"),
        (REMD, SIGNING + "timestamp_seconds = 600\n", "partners[5]", "timestamp_seconds"),
        (MIS, MIS + "clock_skew_seconds = 300\n", "partners[1]", "clock_skew_seconds"),
        (REMD, 'kind = "remd"\nsignature_profile = "ips"\n', "partners[5]", "сертификат"),
        (REMD, SIGNING + 'signature_profile = "sha1"\n', "partners[5].signature_profile", "ips-callback"),
        (
            REMD,
            SIGNING + 'signature_profile = "ips"\nclock_skew_seconds = -1\n',
            "partners[5].clock_skew_seconds",
            "0",
        ),
        (
            REMD,
            SIGNING + 'signature_profile = "ips"\ntimestamp_seconds = 3601\n',
            "partners[5].timestamp_seconds",
            "3600",
        ),
    ],
)
def test_nonsense_about_signatures_is_refused(
    tmp_path: Path, old: str, new: str, key: str, word: str
) -> None:
    """A bus before anybody but РЭМД, a profile without signatures, a skew without a Timestamp are refused."""
    said = refused(written(tmp_path, (old, new)))
    assert list(said) == [key]
    assert word in said[key]


STAND = "[stand]"


@pytest.mark.parametrize(
    ("added", "key"),
    [
        ("[deadlines]\nnear_days = 61", "deadlines.near_days"),
        ('[[deadlines.terms]]\ncode = "NONE"\nsource = "x"', "deadlines.terms[1].code"),
        ('[[deadlines.terms]]\ncode = "MO_REWORK"\nlength = -1\nsource = "x"', "deadlines.terms[1].length"),
        ('[[deadlines.terms]]\ncode = "MO_REWORK"\nunit = "WEEK"\nsource = "x"', "deadlines.terms[1].unit"),
        ('[[deadlines.terms]]\ncode = "MO_REWORK"\nsince = "soon"\nsource = "x"', "deadlines.terms[1].since"),
        ('[[deadlines.terms]]\ncode = "MO_REWORK"', "deadlines.terms[1].source"),
        ('[[deadlines.chain]]\nlevel = "chief"\ndays = 1', "deadlines.chain[1].level"),
        ('[[deadlines.chain]]\nlevel = "head"\ndays = 300', "deadlines.chain[1].days"),
        ('[[deadlines.chain]]\nlevel = "head"\ndays = 1\nterms = ["X"]', "deadlines.chain[1].terms[1]"),
        (
            "[deadlines]\nchain = [{level='head', days=1}, {level='head', days=1, terms=['MO_REWORK']}]",
            "deadlines",
        ),
        ('[mail]\nhost = "mail.example.ru"', "mail"),
        ('[mail]\nhost = "mail.example.ru"\nsender = "a@x.ru"\nsecurity = "none"', "mail"),
        ('[mail]\nhost = "mail.example.ru"\nsender = "a@x.ru"\nuser = "u"', "mail"),
        ('[mail]\nhost = "mail.example.ru/x"', "mail.host"),
        ('[[mail.contacts]]\nlevel = "head"\nemail = "a@x.ru\\nBcc: b@x.ru"', "mail.contacts[1].email"),
        ('[[mail.contacts]]\nlevel = "head"\nemail = "a@x.ru"\nsubject = "00"', "mail.contacts[1].subject"),
    ],
)
def test_terms_and_letters_are_checked(tmp_path: Path, added: str, key: str) -> None:
    """A wrong term, step, server or contact is refused with its key."""
    assert key in refused(written(tmp_path, (STAND, f"{added}\n{STAND}")))


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example.ru/news",
        "https://user:secret@portal.example.ru/",
        "file:///etc/passwd",
        "https://portal.example.ru/#x",
    ],
)
def test_news_leave_to_safe_addresses_only(tmp_path: Path, url: str) -> None:
    """TLS, no password in the address; the address is not repeated where it may hold one."""
    files = 'webhook_secret_files = ["s"]'
    path = written(tmp_path, ('kind = "mis"\ncert', f'kind = "mis"\nwebhook = "{url}"\n{files}\ncert'))
    said = refused(path)
    assert list(said) == ["partners[1].webhook", "partners[2].webhook"]
    assert url not in "".join(said.values())


def test_news_need_a_secret_and_a_receiver(tmp_path: Path) -> None:
    """An address without a secret, or at a bureau, is refused."""
    url = 'webhook = "https://portal.example.ru/news"'
    bare = written(tmp_path, ('kind = "mis"\ncert', f'kind = "mis"\n{url}\ncert'))
    assert "webhook_secret_files" in refused(bare)["partners[1]"]
    files = 'webhook_secret_files = ["s"]'
    bureau = written(tmp_path, ('delivery = "poll"', f'delivery = "poll"\n{url}\n{files}'))
    assert "МИС и портала" in refused(bureau)["partners[3]"]


def test_sections_of_terms_and_letters(tmp_path: Path) -> None:
    """What is given is read; paths are those of the folder."""
    added = (
        '[deadlines]\ncalendar_file = "calendar.toml"\n'
        '[[deadlines.terms]]\ncode = "MO_REWORK"\nunit = "WORKING_DAY"\nsince = 2026-03-01\nsource = "акт"\n'
        '[[deadlines.chain]]\nlevel = "head"\ndays = -1\n'
        '[mail]\nhost = "localhost"\nsecurity = "none"\nsender = "mse@больница.рф"\n'
        '[[mail.contacts]]\nlevel = "head"\nemail = "a@x.ru"\nsubject = "77"\n'
    )
    config = load(written(tmp_path, (STAND, f"{added}{STAND}")))
    assert config.deadlines.calendar_file == tmp_path / "calendar.toml"
    (term,) = config.deadlines.terms
    assert (term.length, term.unit, str(term.since)) == (None, "WORKING_DAY", "2026-03-01")
    assert (config.mail.sender, config.mail.contacts[0].subject) == ("mse@больница.рф", "77")


def test_large_files_lie_beside_the_database_unless_a_folder_is_named(tmp_path: Path) -> None:
    """Without a folder: beside the SQLite file, with PostgreSQL where temporary files last."""
    postgresql = ("sqlite:///var/mse-adapter.db", "postgresql://mse@127.0.0.1/mse")
    assert temporary_folder(load(written(tmp_path))) == tmp_path / "var"
    chosen = temporary_folder(load(written(tmp_path, postgresql)))
    assert chosen in {Path("/var/tmp"), None}  # noqa: S108 - nothing is written
    path = written(tmp_path, postgresql)
    text = path.read_text(encoding="utf-8")
    path.write_text(f'{text}\n[files]\ntemporary_folder = "spool"\n', encoding="utf-8")
    assert temporary_folder(load(path)) == tmp_path / "spool"
