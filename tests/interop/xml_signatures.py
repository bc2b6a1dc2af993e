"""Judge XML signatures by foreign programs: `python -m tests.interop.xml_signatures [--only NAME]`.

xmlsec1, Apache Santuario with BouncyCastle, node xml-crypto, OpenSSL with its GOST engine. For every kind of
key that OpenSSL makes, and for a signature beside the signed element and one enveloped in it: what is signed
here holds there, what they sign holds here, and with one bit changed in the content, in a digest or in the
signature value neither holds anywhere.

Exit status 0: all agree. 1: something does not, or a program is not installed (unless allowed).
"""

from __future__ import annotations

import argparse
import base64
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from signing import sign_app_data, sign_document, verify_app_data, verify_document
from signing.keys import SigningKey
from signing.reasons import Refusal
from signing.verified import Verified
from signing.xmldsig.profiles import APP_DATA, DOCUMENT, DS, Profile
from tests.interop.openssl import KINDS, Kind, OpenSsl
from tests.interop.xml_judges import JUDGES, Judge, Task

_XML = '<h xmlns="urn:h"><Thing Id="thing-1"><a b="1">Направление &amp; \u00ab1\u00bb</a> ещё </Thing></h>'


@dataclass(frozen=True, slots=True)
class Form:
    """Where a signature stands.

    Attributes:
        profile: The profile.
        inside: Whether the signature stands in the signed element.
        sign: Signs the document.
        verify: Whether the document holds.
    """

    profile: Profile
    inside: bool
    sign: Callable[[etree._Element, SigningKey], object]
    verify: Callable[[etree._Element], bool]


def _holds(verify: Callable[[], object]) -> bool:
    try:
        outcome = verify()
    except Refusal:
        return False
    return isinstance(outcome, Verified)


FORMS = (
    Form(DOCUMENT, False, sign_document, lambda root: _holds(lambda: verify_document(root)[0])),
    Form(
        APP_DATA,
        True,
        lambda root, key: sign_app_data(root[0], key),
        lambda root: _holds(lambda: verify_app_data(root[0])),
    ),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """A key with its files."""

    openssl: OpenSsl
    key: SigningKey

    @property
    def kind(self) -> Kind:
        """The kind of the key."""
        return self.openssl.kind

    def task(self, action: str, file: str, form: Form, output: str = "") -> Task:
        """A task for a judge about a file of the key's folder."""
        return Task(action, self.openssl, file, form.inside, form.profile.transforms[0], output)


def tampered(octets: bytes) -> dict[str, bytes]:
    """The document with one bit changed, here and there."""
    changed = {"content": octets.replace(b'b="1"', b'b="0"')}
    for name in ("DigestValue", "SignatureValue"):
        root = etree.fromstring(octets)
        leaf = next(root.iter(f"{{{DS}}}{name}"))
        value = bytearray(base64.b64decode(leaf.text or ""))
        value[len(value) // 2] ^= 1
        leaf.text = base64.b64encode(value).decode()
        changed[name] = etree.tostring(root)
    return changed


def judge(program: Judge, benches: Sequence[Bench]) -> list[tuple[Bench, Form, list[str]]]:
    """Let a program judge every key in every form; returns what went wrong, for each."""
    known = [(b, f) for b in benches for f in FORMS if program.knows(b.kind)]
    signing, verifying = [], []
    for bench, form in known:
        name = f"{program.name}-{form.profile.name}"
        signing.append(bench.task("sign", "plain.xml", form, f"{name}.theirs.xml"))
        for what, octets in _ours(bench, form).items():
            (bench.openssl.folder / f"{name}.{what}.xml").write_bytes(octets)
            verifying.append((bench.task("verify", f"{name}.{what}.xml", form), what == "good"))
    for bench, _ in known:
        (bench.openssl.folder / "plain.xml").write_text(_XML, encoding="utf-8")
    answers = program.run([*signing, *(task for task, _ in verifying)])
    signed, verified = answers[: len(signing)], answers[len(signing) :]
    found = []
    for number, (bench, form) in enumerate(known):
        problems = [] if signed[number] == "signed" else [f"does not sign: {signed[number]}"]
        problems += _theirs(bench, form, signing[number]) if not problems else []
        for (task, wanted), said in zip(verifying, verified, strict=True):
            if (
                task.openssl is bench.openssl
                and task.inside is form.inside
                and (said == "true") is not wanted
            ):
                problems.append(f"{task.file}: {said}")
        found.append((bench, form, problems))
    return found


def _ours(bench: Bench, form: Form) -> dict[str, bytes]:
    root = etree.fromstring(_XML)
    form.sign(root, bench.key)
    good: bytes = etree.tostring(root, encoding="utf-8")
    return {"good": good, **tampered(good)}


def _theirs(bench: Bench, form: Form, task: Task) -> list[str]:
    octets = (bench.openssl.folder / task.output).read_bytes()
    problems = [] if form.verify(etree.fromstring(octets)) else ["what it signs does not hold here"]
    for what, changed in tampered(octets).items():
        if changed == octets or form.verify(etree.fromstring(changed)):
            problems.append(f"what it signs holds here with one bit changed in {what}")
    return problems


def _benches(folder: Path) -> list[Bench]:
    made = []
    for number, kind in enumerate(KINDS):
        openssl = OpenSsl(folder / str(number), kind)
        made.append(Bench(openssl, openssl.make_key()))
    return made


def main(arguments: Sequence[str] = ()) -> int:
    """Let every program judge and print a line for each kind of key; return the exit status."""
    reader = argparse.ArgumentParser(prog="python -m tests.interop.xml_signatures", description=__doc__)
    reader.add_argument("--only", choices=[one.name for one in JUDGES], default="", help="one program")
    reader.add_argument("--allow-missing", action="store_true", help="a missing program is no failure")
    options = reader.parse_args(arguments)
    if shutil.which("openssl") is None:
        sys.stdout.write("openssl: not judged: install with `apt install openssl libengine-gost-openssl`\n")
        return 0 if options.allow_missing else 1
    failed = False
    with tempfile.TemporaryDirectory(prefix="mse-xml-") as name:
        folder = Path(name)
        benches = _benches(folder)
        for program in JUDGES:
            if options.only not in ("", program.name):
                continue
            version = program.version(folder)
            if not version:
                sys.stdout.write(f"{program.name}: not judged: install with `{program.install}`\n")
                failed = failed or not options.allow_missing
                continue
            sys.stdout.write(f"{program.name} {version}\n")
            for bench, form, problems in judge(program, benches):
                failed = failed or bool(problems)
                said = "; ".join(problems) or "agree"
                sys.stdout.write(f"  {bench.kind.name:18} {form.profile.name:9} {said}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
