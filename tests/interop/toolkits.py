"""The five toolkits: how each is found, made into a client of the served address, and called."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.interop.calls import CALLS
from tests.interop.programs import run
from tests.interop.server import ROOT

JUDGES = Path(__file__).resolve().parent / "judges"
#: Where `npm install --prefix` of the README puts node `soap`.
NODE_FOLDER = ROOT / "var" / "interop"
NODE_SOAP = "1.13.0"

_JAXWS = "/usr/share/java/jaxws-rt.jar"
_GSOAP = "/usr/share/gsoap/import"
_PROBE_SECONDS = 30.0
_GENERATE_SECONDS = 120.0
_COMPILE_SECONDS = 300.0
_CALL_SECONDS = 120.0

_EVERY = tuple(one.name for one in CALLS)
#: Toolkits that refuse to send a referral without its required fields.
_CHECKED = tuple(one for one in _EVERY if one != "fields")


@dataclass(frozen=True, slots=True)
class Bench:
    """What a toolkit works with.

    Attributes:
        url: base address of the server.
        folder: scratch folder of this toolkit.
        mark: makes its request ids its own.
        calls: file of the calls as values, JSON.
        referral: file of the complete SubmitReferralRequest, XML.
        recipient: SMEV mnemonic of the adapter.
    """

    url: str
    folder: Path
    mark: str
    calls: Path
    referral: Path
    recipient: str

    def wsdl(self, name: str) -> str:
        """Return the address of a WSDL."""
        return f"{self.url}/ws/{name}?wsdl"


@dataclass(frozen=True, slots=True)
class Step:
    """One program to run; the last one makes the calls and prints the answers."""

    command: Sequence[str]
    seconds: float
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Toolkit:
    """A judge.

    Attributes:
        name: for `--only`.
        version: returns the version; empty when the toolkit is not installed.
        install: what to do then.
        calls: names of the calls that it makes.
        steps: what to run, in order.
        remarks: known peculiarities of the toolkit, for the table.
    """

    name: str
    version: Callable[[], str]
    install: str
    calls: tuple[str, ...]
    steps: Callable[[Bench], list[Step]]
    remarks: str = ""


def _says(*command: str, environment: Mapping[str, str] | None = None) -> str:
    """Return what a program says about itself, one line; empty when it fails."""
    finished = run(command, ROOT, _PROBE_SECONDS, environment)
    said = (finished.output or finished.errors).strip()
    return said.splitlines()[-1].strip() if finished.code == 0 and said else ""


# Toolkits of dynamic languages: one program reads the WSDL and makes the calls.


def _zeep_version() -> str:
    return _says(sys.executable, "-c", "import zeep; print(zeep.__version__)")


def _zeep(bench: Bench) -> list[Step]:
    module = "tests.interop.judges.zeep_judge"
    return [Step([sys.executable, "-m", module, bench.url, str(bench.calls)], _CALL_SECONDS, ROOT)]


def _node_environment() -> dict[str, str]:
    paths = [os.environ.get("NODE_PATH", ""), str(NODE_FOLDER / "node_modules")]
    return {"NODE_PATH": os.pathsep.join(one for one in paths if one)}


def _node_version() -> str:
    return _says("node", "-p", "require('soap/package.json').version", environment=_node_environment())


def _node(bench: Bench) -> list[Step]:
    command = ["node", str(JUDGES / "judge.js"), bench.url, str(bench.calls)]
    return [Step(command, _CALL_SECONDS, bench.folder, _node_environment())]


def _php_version() -> str:
    return _says("php", "-r", "echo extension_loaded('soap') ? PHP_VERSION : '';")


def _php(bench: Bench) -> list[Step]:
    command = ["php", str(JUDGES / "judge.php"), bench.url, str(bench.calls)]
    return [Step(command, _CALL_SECONDS, bench.folder)]


# Toolkits that write source code, which is compiled with the judge.


def _gsoap_version() -> str:
    headers = run(
        ["g++", "-fsyntax-only", "-x", "c++", "-include", "stdsoap2.h", os.devnull], ROOT, _PROBE_SECONDS
    )
    if headers.code or not _says("soapcpp2", "-V"):
        return ""
    return _says("wsdl2h", "-V")


def _gsoap(bench: Bench) -> list[Step]:
    callback = bench.folder / "callback"
    callback.mkdir()
    folder = bench.folder
    proxy = "soapReferralBindingProxy.cpp"
    services = [bench.wsdl(name) for name in ("referral", "bureau", "information")]
    return [
        Step(["wsdl2h", "-o", "c.h", bench.wsdl("remd-callback")], _GENERATE_SECONDS, callback),
        Step(["soapcpp2", "-j", "-C", "-L", "-x", "-I", _GSOAP, "c.h"], _GENERATE_SECONDS, callback),
        Step(
            ["wsdl2h", "-t", str(JUDGES / "typemap.dat"), "-o", "s.h", *services], _GENERATE_SECONDS, folder
        ),
        Step(["soapcpp2", "-j", "-C", "-L", "-x", "-I", _GSOAP, "s.h"], _GENERATE_SECONDS, folder),
        Step(
            [
                "g++",
                "-std=c++17",
                "-I.",
                "soapC.cpp",
                proxy,
                str(JUDGES / "judge.cpp"),
                "-o",
                "judge",
                "-lgsoap++",
            ],
            _COMPILE_SECONDS,
            folder,
        ),
        Step(
            [str(folder / "judge"), bench.url, bench.recipient, bench.mark, str(bench.referral)],
            _CALL_SECONDS,
            folder,
        ),
    ]


def _jaxws_version() -> str:
    if not Path(_JAXWS).is_file() or not _says("javac", "-version"):
        return ""
    return _says("wsimport", "-version").removeprefix("wsimport version").strip(' "')


def _jaxws(bench: Bench) -> list[Step]:
    classes = bench.folder / "classes"
    classes.mkdir()
    make = ["wsimport", "-quiet", "-encoding", "UTF-8", "-d", str(classes)]
    names = ("referral", "bureau", "information", "remd-callback")
    path = f"{classes}{os.pathsep}{_JAXWS}"
    build = ["javac", "-encoding", "UTF-8", "-cp", path, "-d", str(classes), str(JUDGES / "Judge.java")]
    call = ["java", "-Dfile.encoding=UTF-8", "-cp", path, "Judge"]
    given = [bench.url, bench.recipient, bench.mark, str(bench.referral)]
    return [
        *(Step([*make, bench.wsdl(name)], _GENERATE_SECONDS, bench.folder) for name in names),
        Step(build, _COMPILE_SECONDS, bench.folder),
        Step([*call, *given], _CALL_SECONDS, bench.folder),
    ]


TOOLKITS = (
    Toolkit("zeep", _zeep_version, "make env", _CHECKED, _zeep),
    Toolkit(
        "node",
        _node_version,
        f"apt install npm; npm install --no-package-lock --no-save --prefix var/interop soap@{NODE_SOAP}",
        _EVERY,
        _node,
        "numbers of restricted types arrive as text",
    ),
    Toolkit("php", _php_version, "apt install php-cli php-soap", _CHECKED, _php),
    Toolkit("gsoap", _gsoap_version, "apt install gsoap libgsoap-dev g++", _EVERY, _gsoap),
    Toolkit(
        "jaxws",
        _jaxws_version,
        "apt install jaxws default-jdk-headless",
        _EVERY,
        _jaxws,
        "skips the SOAP 1.2 port of remd-callback without -extension",
    ),
)
