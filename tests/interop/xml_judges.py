"""The programs that judge XML signatures: how each is found, and asked to sign and to verify."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree

from signing.xmldsig.profiles import DS, ENVELOPED, EXCLUSIVE_C14N
from tests.interop.openssl import Kind, OpenSsl
from tests.interop.programs import run
from tests.interop.server import ROOT
from tests.interop.toolkits import JUDGES as FOLDER
from tests.interop.toolkits import NODE_FOLDER

XML_CRYPTO = "6.3.2"
_SECONDS = 120.0
_JARS = ("xmlsec", "bcprov", "bcpkix", "commons-codec", "slf4j-api", "slf4j-nop")
_JAVA = Path("/usr/share/java")
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_XMLENC = "http://www.w3.org/2001/04/xmlenc#"
_URN = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"
_DIGEST_URIS = {
    "sha256": f"{_XMLENC}sha256",
    "sha384": f"{_MORE}sha384",
    "sha512": f"{_XMLENC}sha512",
    "md_gost12_256": f"{_URN}gostr34112012-256",
    "md_gost12_512": f"{_URN}gostr34112012-512",
}


@dataclass(frozen=True, slots=True)
class Task:
    """What a program is asked about a file in the folder of a key.

    Attributes:
        action: `sign` or `verify`.
        openssl: The key with its folder.
        file: Name of the file.
        inside: Whether the signature stands in the signed element.
        transforms: Transforms to sign with.
        output: Name of the signed file.
    """

    action: str
    openssl: OpenSsl
    file: str
    inside: bool
    transforms: tuple[str, ...]
    output: str = ""

    def path(self, name: str) -> str:
        """A file of the folder."""
        return str(self.openssl.folder / name)

    def line(self) -> str:
        """The task as a line for the programs that take many."""
        algorithm, digest = algorithms(self.openssl.kind)
        parts = ["verify", self.path(self.file), self.path("cert.pem")]
        if self.action == "sign":
            place = "inside" if self.inside else "beside"
            parts = ["sign", self.path(self.file), self.path("key.pem"), self.path("cert.pem"), algorithm]
            parts += [digest, "|".join(self.transforms), place, self.path(self.output)]
        return "\t".join(parts)


@dataclass(frozen=True, slots=True)
class Judge:
    """A program that signs and verifies XML.

    Attributes:
        name: For `--only`.
        install: What to do when it is missing.
        version: Its version; empty when it is not installed. Gets a scratch folder.
        knows: Whether it knows a kind of key.
        run: Answers tasks, each by `true`, `false`, `signed` or a complaint.
    """

    name: str
    install: str
    version: Callable[[Path], str]
    knows: Callable[[Kind], bool]
    run: Callable[[Sequence[Task]], list[str]]


def algorithms(kind: Kind) -> tuple[str, str]:
    """URIs of the signature and of the digest that go with a kind of key."""
    if kind.is_gost:
        bits = kind.algorithm[-3:]
        return f"{_URN}gostr34102012-gostr34112012-{bits}", _DIGEST_URIS[kind.digest]
    family = "rsa" if kind.algorithm == "RSA" else "ecdsa"
    return f"{_MORE}{family}-{kind.digest}", _DIGEST_URIS[kind.digest]


def _says(*command: str) -> str:
    done = run(command, ROOT, _SECONDS)
    said = (done.output or done.errors).strip()
    return said.splitlines()[0] if done.code == 0 and said else ""


def _not_gost(kind: Kind) -> bool:
    return not kind.is_gost


def _template(task: Task) -> etree._Element:
    """The document with a signature that has no values yet."""
    root = etree.parse(task.path(task.file)).getroot()
    algorithm, digest = algorithms(task.openssl.kind)
    signature = etree.SubElement(root[0] if task.inside else root, f"{{{DS}}}Signature", nsmap={"ds": DS})
    info = etree.SubElement(signature, f"{{{DS}}}SignedInfo")
    etree.SubElement(info, f"{{{DS}}}CanonicalizationMethod", Algorithm=EXCLUSIVE_C14N)
    etree.SubElement(info, f"{{{DS}}}SignatureMethod", Algorithm=algorithm)
    reference = etree.SubElement(info, f"{{{DS}}}Reference", URI="#thing-1")
    transforms = etree.SubElement(reference, f"{{{DS}}}Transforms")
    for uri in task.transforms:
        etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm=uri)
    etree.SubElement(reference, f"{{{DS}}}DigestMethod", Algorithm=digest)
    etree.SubElement(reference, f"{{{DS}}}DigestValue")
    etree.SubElement(signature, f"{{{DS}}}SignatureValue")
    data = etree.SubElement(etree.SubElement(signature, f"{{{DS}}}KeyInfo"), f"{{{DS}}}X509Data")
    etree.SubElement(data, f"{{{DS}}}X509Certificate")
    return root


# xmlsec1


def _xmlsec(tasks: Sequence[Task]) -> list[str]:
    return [_xmlsec_signs(task) if task.action == "sign" else _xmlsec_verifies(task) for task in tasks]


def _xmlsec_signs(task: Task) -> str:
    template = task.path(f"{task.output}.template")
    Path(template).write_bytes(etree.tostring(_template(task), encoding="utf-8"))
    keys = f"{task.path('key.pem')},{task.path('cert.pem')}"
    command = ("xmlsec1", "--sign", "--privkey-pem", keys, "--id-attr:Id", "urn:h:Thing")
    done = run((*command, "--output", task.path(task.output), template), task.openssl.folder, _SECONDS)
    return "signed" if done.code == 0 else done.last_words()


def _xmlsec_verifies(task: Task) -> str:
    command = ("xmlsec1", "--verify", "--trusted-pem", task.path("cert.pem"), "--id-attr:Id", "urn:h:Thing")
    done = run((*command, task.path(task.file)), task.openssl.folder, _SECONDS)
    return "true" if done.code == 0 else f"false {done.last_words()}"


# Programs that take many tasks at once.


def _many(command: Sequence[str], tasks: Sequence[Task], environment: dict[str, str]) -> list[str]:
    folder = tasks[0].openssl.folder
    lines = folder / "tasks.txt"
    lines.write_text("\n".join(task.line() for task in tasks), encoding="utf-8")
    done = run((*command, str(lines)), folder, _SECONDS, environment)
    answers = done.output.splitlines()
    return answers if len(answers) == len(tasks) else [f"error {done.last_words()}"] * len(tasks)


_CLASSES = ROOT / "var" / "interop" / "classes"
_CLASSPATH = os.pathsep.join([str(_CLASSES), *(str(_JAVA / f"{name}.jar") for name in _JARS)])


def _santuario_version(folder: Path) -> str:
    _CLASSES.mkdir(parents=True, exist_ok=True)
    build = ("javac", "-encoding", "UTF-8", "-cp", _CLASSPATH, "-d", str(_CLASSES))
    if run((*build, str(FOLDER / "XmlJudge.java")), folder, _SECONDS).code:
        return ""
    return _says("java", "-cp", _CLASSPATH, "XmlJudge")


def _santuario(tasks: Sequence[Task]) -> list[str]:
    return _many(("java", "-cp", _CLASSPATH, "XmlJudge"), tasks, {})


def _node_environment() -> dict[str, str]:
    paths = [os.environ.get("NODE_PATH", ""), str(NODE_FOLDER / "node_modules")]
    return {"NODE_PATH": os.pathsep.join(one for one in paths if one)}


def _node_version(folder: Path) -> str:
    script = "require('xml-crypto'); require('xml-crypto/package.json').version"
    done = run(("node", "-p", script), folder, _SECONDS, _node_environment())
    return done.output.strip() if done.code == 0 else ""


def _node(tasks: Sequence[Task]) -> list[str]:
    return _many(("node", str(FOLDER / "xml_judge.js")), tasks, _node_environment())


# OpenSSL: digests and signatures over octets that lxml canonicalizes plainly.


def _openssl(tasks: Sequence[Task]) -> list[str]:
    return [_openssl_signs(task) if task.action == "sign" else _openssl_verifies(task) for task in tasks]


def _openssl_signs(task: Task) -> str:
    root = _template(task)
    signature = next(root.iter(f"{{{DS}}}Signature"))
    _leaf(signature, "DigestValue").text = _base64(_digest(task, root))
    made = _call(task, _canonical(signature[0]), "-sign", "key.pem")
    _leaf(signature, "SignatureValue").text = _base64(_raw(made, task.openssl.kind))
    task.openssl.must("x509", "-in", "cert.pem", "-outform", "DER", "-out", "cert.der")
    _leaf(signature, "X509Certificate").text = _base64(Path(task.path("cert.der")).read_bytes())
    Path(task.path(task.output)).write_bytes(etree.tostring(root, encoding="utf-8"))
    return "signed"


def _openssl_verifies(task: Task) -> str:
    root = etree.parse(task.path(task.file)).getroot()
    signature = next(root.iter(f"{{{DS}}}Signature"))
    # The digest of what is signed is that of the algorithm named; ours may differ from OpenSSL's choice.
    named = _named_digest(signature, "DigestMethod")
    if _base64(_digest(task, root, named)) != "".join((_leaf(signature, "DigestValue").text or "").split()):
        return "false digest"
    value = base64.b64decode(_leaf(signature, "SignatureValue").text or "")
    Path(task.path("value")).write_bytes(_sequence(value, task.openssl.kind))
    task.openssl.must("x509", "-in", "cert.pem", "-pubkey", "-noout", "-out", "public.pem")
    Path(task.path("octets")).write_bytes(_canonical(signature[0]))
    by = f"-{_name_of(_leaf(signature, 'SignatureMethod').get('Algorithm', ''))}"
    done = task.openssl.call("dgst", by, "-verify", "public.pem", "-signature", "value", "octets")
    return "true" if done.code == 0 and "Verified OK" in done.output else "false"


def _call(task: Task, octets: bytes, *arguments: str, by: str = "") -> bytes:
    Path(task.path("octets")).write_bytes(octets)
    digest = by or task.openssl.kind.digest
    task.openssl.must("dgst", f"-{digest}", *arguments, "-binary", "-out", "answer", "octets")
    return Path(task.path("answer")).read_bytes()


def _digest(task: Task, root: etree._Element, by: str = "") -> bytes:
    """Digest of the signed element, an enveloped signature taken out of a copy."""
    copy = etree.fromstring(etree.tostring(root))
    if ENVELOPED in task.transforms:
        for signature in copy[0].findall(f"{{{DS}}}Signature"):
            copy[0].remove(signature)
    return _call(task, _canonical(copy[0]), by=by)


def _named_digest(signature: etree._Element, name: str) -> str:
    uri = _leaf(signature, name).get("Algorithm", "")
    return next(short for short, known in _DIGEST_URIS.items() if known == uri)


def _name_of(algorithm: str) -> str:
    """Name for OpenSSL of the digest within a signature algorithm."""
    gost = {"256": "md_gost12_256", "512": "md_gost12_512"}
    return gost[algorithm[-3:]] if "gost" in algorithm else algorithm.rpartition("-")[2]


def _raw(value: bytes, kind: Kind) -> bytes:
    if kind.algorithm != "EC":
        return value
    size = 48 if "384" in kind.name else 32
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(value))


def _sequence(value: bytes, kind: Kind) -> bytes:
    if kind.algorithm != "EC":
        return value
    half = len(value) // 2
    return encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))


def _canonical(node: etree._Element) -> bytes:
    octets: bytes = etree.tostring(node, method="c14n", exclusive=True, with_comments=False)
    return octets


def _leaf(signature: etree._Element, name: str) -> etree._Element:
    return next(signature.iter(f"{{{DS}}}{name}"))


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


_JAVA_PACKAGES = "libxml-security-java libbcprov-java libbcpkix-java libcommons-codec-java libslf4j-java"

JUDGES = (
    Judge("xmlsec1", "apt install xmlsec1", lambda _: _says("xmlsec1", "--version"), _not_gost, _xmlsec),
    Judge(
        "santuario",
        f"apt install default-jdk-headless {_JAVA_PACKAGES}",
        _santuario_version,
        lambda _: True,
        _santuario,
    ),
    Judge(
        "xml-crypto",
        "apt install npm; npm install --no-package-lock --no-save --prefix var/interop "
        f"xml-crypto@{XML_CRYPTO} @xmldom/xmldom",
        _node_version,
        _not_gost,
        _node,
    ),
    Judge(
        "openssl",
        "apt install openssl libengine-gost-openssl",
        lambda _: _says("openssl", "version").partition(" (")[0],
        lambda _: True,
        _openssl,
    ),
)
