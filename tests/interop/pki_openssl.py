"""Judge chains, lists and OCSP by OpenSSL with its GOST engine: `python -m tests.interop.pki_openssl`.

Both sides are asked about the same certificates, good and bad in many ways, and must say the same; then
OpenSSL is the authority, makes certificates, lists and OCSP answers, and they must hold here, and ours there.

Debian 12: `apt install openssl libengine-gost-openssl`.

Exit status 0: all agree. 1: something does not, or the engine is not there.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp

from signing import Refusal, Trust, load_certificate, read_certificate
from signing.certificates import Certificate
from signing.pki.ocsp import OcspError, question, read_answer
from signing.pki.revocation import Standing
from tests.interop.programs import Finished, run
from tests.unit.signing.gost_pki import (
    TC26_256_A,
    TC26_512_C,
    Authority,
    as_pem,
    authority,
    gost_key,
    issue,
    leaf,
    ocsp_answer,
    rebuilt,
    responder,
    revocations,
)
from tests.unit.signing.pki import AT, NOW, SIGNS, name_of, usage, write

_SECONDS = 60.0
_DAY = timedelta(days=1)


class DisagreementError(Exception):
    """OpenSSL and this project do not say the same, or OpenSSL could not be asked."""


@dataclass(frozen=True, slots=True)
class Case:
    """One chain with its lists."""

    name: str
    holds: bool
    root: Authority
    between: tuple[Authority, ...]
    certificate: Certificate
    lists: tuple[bytes, ...]


def cases() -> list[Case]:
    """Chains that hold and chains that do not, for one cause each."""
    root, root_512 = authority("Корень"), authority("Корень 512", bits=512)
    middle = authority("Средний", root)
    signer = leaf(middle)
    fresh = (revocations(root), revocations(middle))
    mixed_root = authority("Корень RSA", key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
    mixed = authority("Средний ГОСТ", mixed_root, bits=512)
    below = authority("Нижний ECDSA", mixed, key=ec.generate_private_key(ec.SECP384R1()))
    committee = authority("Корень ТК 26", key=gost_key(curve=TC26_512_C))
    found = [
        Case("a chain of GOST-256", True, root, (middle,), signer, fresh),
        Case("GOST-512 alone", True, root_512, (), leaf(root_512, bits=512), (revocations(root_512),)),
        Case(
            "RSA, GOST-512, P-384, GOST-256",
            True,
            mixed_root,
            (mixed, below),
            leaf(below),
            tuple(revocations(one) for one in (mixed_root, mixed, below)),
        ),
        Case(
            "curves of the committee",
            True,
            committee,
            (),
            leaf(committee, key=gost_key(curve=TC26_256_A)),
            (revocations(committee),),
        ),
        Case(
            "the signer is revoked", False, root, (middle,), signer, (fresh[0], revocations(middle, signer))
        ),
        Case(
            "the authority is revoked",
            False,
            root,
            (middle,),
            signer,
            (revocations(root, middle.certificate), fresh[1]),
        ),
        Case("there is no list", False, root, (middle,), signer, fresh[:1]),
        Case("an old list", False, root, (middle,), signer, (fresh[0], revocations(middle, end=NOW - _DAY))),
        Case(
            "a forged list", False, root, (middle,), signer, (fresh[0], revocations(middle, key=gost_key()))
        ),
        Case("the signer has expired", False, root, (middle,), leaf(middle, end=NOW - _DAY), fresh),
        Case("the signer is not valid yet", False, root, (middle,), leaf(middle, begin=NOW + _DAY), fresh),
        Case(
            "a forged signature",
            False,
            root,
            (middle,),
            leaf(Authority(gost_key(), middle.certificate)),
            fresh,
        ),
        Case("an unknown authority", False, root_512, (middle,), signer, fresh),
        Case("a missing authority", False, root, (), signer, fresh),
    ]
    return found + _faulty_authorities(root)


def _faulty_authorities(root: Authority) -> list[Case]:
    """Authorities that may not do what they do."""

    def under(name: str, certificate: Certificate, key: object, above: Authority = root) -> Case:
        one = Authority(key, certificate)  # type: ignore[arg-type]
        between = (one,) if above is root else (above, one)
        lists = tuple(revocations(a) for a in (root, *between))
        return Case(name, False, root, between, leaf(one), lists)

    key = gost_key()
    no_authority = issue(name_of("Не УЦ"), key, root, extensions=((SIGNS, True),))
    basic = x509.BasicConstraints(ca=True, path_length=None)
    lists_only = issue(
        name_of("Только списки"), key, root, extensions=((basic, True), (usage(crl_sign=True), True))
    )
    short = authority("Короткий", root, path_length=0)
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    odd = authority("Странный", root, extensions=((strange, True),))
    other_algorithm = bytes.fromhex("300a06082a85030701010303")
    sound = leaf(root)
    inside = rebuilt(sound, root, lambda parts: [*parts[:2], other_algorithm, *parts[3:]])
    return [
        under("the issuer is no authority", no_authority, key),
        under("the issuer may sign lists only", lists_only, key),
        under("the path is too long", authority("Ниже", short, key=key).certificate, key, short),
        under("an unknown critical extension", odd.certificate, odd.key),
        Case("two algorithms", False, root, (), read_certificate(inside), (revocations(root),)),
    ]


def judge(case: Case, folder: Path) -> None:
    """Ask both sides about a case."""
    contents = (case.root.pem, *(one.pem for one in case.between), *(as_pem(one) for one in case.lists))
    trust = Trust([write(folder / "trust", *contents)])
    try:
        trust.check(case.certificate, at=AT, now=NOW)
    except Refusal as refusal:
        _demand(not case.holds, f"refused here: {refusal}")
    else:
        _demand(case.holds, "accepted here")
    (folder / "root.pem").write_bytes(case.root.pem)
    (folder / "between.pem").write_bytes(b"".join(one.pem for one in case.between))
    (folder / "lists.pem").write_bytes(b"".join(as_pem(one) for one in case.lists))
    (folder / "signer.pem").write_bytes(case.certificate.pem())
    between = ("-untrusted", "between.pem") if case.between else ()
    finished = _run(
        folder, "verify", "-attime", str(int(NOW.timestamp())), "-crl_check_all", "-CAfile", "root.pem",
        *between, "-CRLfile", "lists.pem", "signer.pem",
    )  # fmt: skip
    accepted = finished.code == 0 and "signer.pem: OK" in finished.output
    _demand(accepted == case.holds, f"OpenSSL: {finished.last_words()}")


def judge_our_answers(folder: Path) -> None:
    """OpenSSL believes our OCSP answers, of authorities and services, and not the forged ones."""
    now = datetime.now(UTC).replace(microsecond=0)
    root = authority("Корень")
    signer = leaf(root)
    (folder / "root.pem").write_bytes(root.pem)
    (folder / "signer.pem").write_bytes(signer.pem())
    revoked = ocsp.OCSPCertStatus.REVOKED
    wanted = {
        "signer.pem: good": ocsp_answer(signer, root, begin=now, end=now + _DAY),
        "signer.pem: revoked": ocsp_answer(
            signer, root, begin=now, end=now + _DAY, status=revoked, by=responder(root)
        ),
        "Response Verify Failure": ocsp_answer(signer, root, begin=now, end=now + _DAY, key=gost_key()),
    }
    for word, answer in wanted.items():
        (folder / "answer").write_bytes(answer)
        arguments = ("-respin", "answer", "-issuer", "root.pem", "-cert", "signer.pem", "-CAfile", "root.pem")
        finished = _run(folder, "ocsp", "-no_nonce", *arguments)
        _demand(
            word in finished.output + finished.errors, f"{word} expected, OpenSSL: {finished.last_words()}"
        )


# The commands of OpenSSL do not all take an engine as an argument; all take it from here.
_CONFIGURATION = """
openssl_conf = start
[start]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[ca]
default_ca = here
[here]
database = index.txt
default_md = default
default_crl_days = 30
crlnumber = number
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
authorityKeyIdentifier = keyid
[req]
distinguished_name = name
prompt = no
utf8 = yes
string_mask = utf8only
[name]
CN = Удостоверяющий центр
"""


def judge_their_authority(folder: Path, *, algorithm: str, parameters: str, digest: str) -> None:
    """Certificates, a list and OCSP answers that OpenSSL has made hold here, and say who is revoked."""
    (folder / "number").write_text("01\n")
    key = ("-newkey", algorithm, "-pkeyopt", f"paramset:{parameters}", "-nodes", f"-{digest}")
    _openssl(
        folder,
        "req",
        "-x509",
        *key,
        "-extensions",
        "root",
        "-days",
        "30",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
    )
    lines = []
    for number, state in (("0A", "V"), ("0B", "R")):
        _openssl(
            folder, "req", *key, "-keyout", f"{state}.key", "-out", f"{state}.csr", "-subj", f"/CN={state}"
        )
        _openssl(
            folder, "x509", "-req", f"-{digest}", "-in", f"{state}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-set_serial", f"0x{number}", "-days", "10", "-extfile", "conf", "-extensions", "signer",
            "-out", f"{state}.pem",
        )  # fmt: skip
        revoked = "260101000000Z" if state == "R" else ""
        lines.append(f"{state}\t400101000000Z\t{revoked}\t{number}\tunknown\t/CN={state}\n")
    (folder / "index.txt").write_text("".join(lines))
    _openssl(
        folder, "ca", "-gencrl", "-md", digest, "-cert", "ca.pem", "-keyfile", "ca.key", "-out", "list.pem"
    )
    good, bad, issuer = (load_certificate(folder / f"{name}.pem") for name in ("V", "R", "ca"))
    now = datetime.now(UTC)
    trust = Trust([folder / "ca.pem", folder / "list.pem"])
    trust.check(good, at=now, now=now)
    _demand(_is_refused(trust, bad, now), "their revoked certificate is accepted here")
    for certificate, name, wanted in ((good, "V", Standing.GOOD), (bad, "R", Standing.REVOKED)):
        (folder / "question").write_bytes(question(certificate, issuer))
        _openssl(
            folder, "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key",
            "-rmd", digest, "-reqin", "question", "-respout", "answer", "-ndays", "1",
        )  # fmt: skip
        try:
            answer = read_answer((folder / "answer").read_bytes(), certificate, issuer, now, lambda _: False)
        except OcspError as error:
            raise DisagreementError(f"their OCSP answer about {name}: {error}") from error
        _demand(answer.status.standing is wanted, f"their OCSP answer about {name}: {answer.status.standing}")


def main() -> int:
    """Judge everything and say so."""
    tasks: list[tuple[str, Callable[[Path], None]]] = [(one.name, partial(judge, one)) for one in cases()]
    tasks.append(("our OCSP answers", judge_our_answers))
    for algorithm, parameters, digest in (
        ("gost2012_256", "A", "md_gost12_256"),
        ("gost2012_256", "TCA", "md_gost12_256"),
        ("gost2012_512", "A", "md_gost12_512"),
    ):
        act = partial(judge_their_authority, algorithm=algorithm, parameters=parameters, digest=digest)
        tasks.append((f"OpenSSL's authority {algorithm} {parameters}", act))
    return _report(tasks)


def _report(tasks: Sequence[tuple[str, Callable[[Path], None]]]) -> int:
    failures = 0
    for name, act in tasks:
        with tempfile.TemporaryDirectory() as folder:
            try:
                act(Path(folder))
                said = f"agree    {name}"
            except (DisagreementError, Refusal) as error:
                failures += 1
                said = f"DISAGREE {name}: {error}"
        sys.stdout.write(said + "\n")
    return 1 if failures else 0


def _is_refused(trust: Trust, certificate: Certificate, now: datetime) -> bool:
    try:
        trust.check(certificate, at=now, now=now)
    except Refusal:
        return True
    return False


def _openssl(folder: Path, *arguments: str) -> None:
    finished = _run(folder, *arguments)
    _demand(finished.code == 0, finished.last_words())


def _run(folder: Path, command: str, *arguments: str) -> Finished:
    (folder / "conf").write_text(_CONFIGURATION, encoding="utf-8")
    return run(("openssl", command, *arguments), folder, _SECONDS, {"OPENSSL_CONF": str(folder / "conf")})


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise DisagreementError(otherwise)


if __name__ == "__main__":
    sys.exit(main())
