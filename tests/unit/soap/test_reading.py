"""What the reader protects beyond single messages: signatures, memory, the Python versions."""

from __future__ import annotations

import encodings
import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from lxml import etree

from adapter.contract.call import SoapFault
from adapter.soap.reading import Limits, check_encoding, parse
from tests.unit.soap.harness import ECHO, NS, envelope

COMMENTED = f'<Echo xmlns="{NS}">direct<!-- -->or</Echo>'
PLAIN = f'<Echo xmlns="{NS}">director</Echo>'


def canonical(text: str) -> bytes:
    """Return the exclusive c14n without comments, which is what signatures cover."""
    return etree.tostring(etree.fromstring(text), method="c14n", exclusive=True, with_comments=False)


def test_a_comment_changes_what_is_read_but_not_what_is_signed() -> None:
    """The reason for refusing comments: same signed bytes, other text."""
    assert canonical(COMMENTED) == canonical(PLAIN)
    assert etree.fromstring(COMMENTED).text != etree.fromstring(PLAIN).text
    with pytest.raises(SoapFault):
        parse(envelope(COMMENTED), Limits())


def test_dropping_an_instruction_would_change_what_is_signed() -> None:
    """The reason for refusing instructions instead of dropping them, as Spyne does."""
    assert canonical(f'<Echo xmlns="{NS}"><?x y?></Echo>') != canonical(f'<Echo xmlns="{NS}"/>')


def test_a_comment_outside_the_body_passes() -> None:
    """Comments before the envelope or in the header are nobody's data."""
    raw = b"<!-- a -->" + envelope(ECHO, header="<!-- b -->").replace(b"<s:Body>", b"<!-- c --><s:Body>")
    assert len(parse(raw, Limits())) == 3


def test_marks_of_comments_in_text_pass() -> None:
    """Exclamation and question marks, escaped tags and CDATA are text."""
    parse(
        envelope(f'<Echo xmlns="{NS}">Как? Так! &lt;!-- &lt;?x <![CDATA[<!-- <?x ?> -->]]></Echo>'), Limits()
    )


def test_signed_bytes_survive_reading() -> None:
    """The canonical form of the parsed Body is that of the bytes sent: nothing is dropped or added."""
    content = f'<p:Echo xmlns:p="{NS}" b="2" a="1">\n  <x>&amp; &#xD; Ё</x>\t<y/>  </p:Echo>'
    raw = envelope(content)
    plain = etree.fromstring(raw)
    assert etree.tostring(parse(raw, Limits())[0], method="c14n", exclusive=True) == etree.tostring(
        plain[0], method="c14n", exclusive=True
    )


def resident_bytes() -> int:
    """Return the memory of this process that is in use (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def test_unique_names_do_not_pile_up() -> None:
    """240 MB of element names that never repeat leave no more than a fraction of them in memory."""
    grown: list[int] = []

    def flood() -> None:
        before = resident_bytes()
        for turn in range(120):
            names = b"".join(b"<n%d%s/>" % (turn * 5000 + number, b"x" * 390) for number in range(5000))
            parse(b"<r>" + names + b"</r>", Limits())
        gc.collect()
        grown.append(resident_bytes() - before)

    thread = threading.Thread(target=flood)
    thread.start()
    thread.join(60)
    assert grown
    assert grown[0] < 100_000_000


def test_trees_outlive_the_names_of_their_thread() -> None:
    """Trees parsed before and after the names are let go can be mixed, moved and written."""
    kept = [parse(b"<r%d><c%d/></r%d>" % (number, number, number), Limits()) for number in range(3)]
    for number in range(4):
        parse(b"<a>" + b"x" * 9_000_000 + b"</a>", Limits())
        kept.append(parse(b"<later%d><kid/></later%d>" % (number, number), Limits()))
    first = kept[0]
    for other in kept[1:]:
        first.append(other[0])
    del kept
    gc.collect()
    assert [child.tag for child in first] == ["c0", "c1", "c2", "kid", "kid", "kid", "kid"]
    assert etree.fromstring(etree.tostring(first)).tag == "r0"


def test_names_of_encodings_do_not_pile_up() -> None:
    """Whatever a message calls its encoding, Python keeps none of it, and a long name costs nothing."""
    kept = len(encodings._cache)
    for name in ("x" * 5_000_000, *(f"unknown-{number}" for number in range(20))):
        raw = f'<?xml version="1.0" encoding="{name}"?><a/>'.encode()
        with pytest.raises(SoapFault) as caught:
            parse(raw, Limits())
        assert caught.value.problem.code == "MSE-1003"
    assert len(encodings._cache) == kept


@pytest.mark.parametrize("name", ["utf8", "UTF_8", "u8", "utf-8"])
def test_utf_8_has_many_names(name: str) -> None:
    """Every spelling of UTF-8 that Python lists is taken."""
    check_encoding(name)


@pytest.mark.parametrize(
    ("name", "shown"), [("windows-1251", "cp1251"), ("Latin1", "iso8859-1"), ("mbcs", "неизв")]
)
def test_another_encoding_is_named(name: str, shown: str) -> None:
    """The fault names an encoding that Python lists and this system has."""
    with pytest.raises(SoapFault) as caught:
        check_encoding(name)
    assert shown in caught.value.problem.message


def test_spyne_gets_the_current_six_and_logs_nothing() -> None:
    """In a fresh interpreter Spyne imports without warnings, with our six, silent and without its gc."""
    code = (
        "import adapter.soap, logging, sys, six, spyne.const, spyne.util.six as inner;"
        "assert inner.moves is six.moves and not hasattr(six, 'get_function_name');"
        "assert not logging.getLogger('spyne.protocol.soap.soap11').isEnabledFor(logging.CRITICAL);"
        "assert spyne.const.MIN_GC_INTERVAL == float('inf')"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
