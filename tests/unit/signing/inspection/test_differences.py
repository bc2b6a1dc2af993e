"""Two octet strings that should be one: the cause of their difference is guessed."""

from __future__ import annotations

import pytest

from signing.inspection.differences import Cause, first_difference

XML = b'<?xml version="1.0"?><a:x xmlns:a="urn:a"><a:y b="1">t</a:y></a:x>'


@pytest.mark.parametrize(
    ("original", "actual", "causes"),
    [
        (XML, b"\xef\xbb\xbf" + XML, (Cause.BOM,)),
        (XML, XML.partition(b"?>")[2], (Cause.DECLARATION,)),
        (XML, XML.decode().encode("utf-16"), (Cause.ENCODING,)),
        (XML.replace(b"><", b">\r\n<"), XML.replace(b"><", b">\n<"), (Cause.LINE_ENDS,)),
        (XML, XML.replace(b"><", b">\n  <"), (Cause.INDENTATION,)),
        (XML, XML.replace(b"a:", b"b:").replace(b":a=", b":b="), (Cause.PREFIXES,)),
        (XML, XML.replace(b'"1"', b"'1'"), (Cause.MARKUP,)),
        (XML, XML.replace(b">t<", b">u<"), (Cause.CONTENT,)),
        (b"abc", b"abcd", (Cause.ADDED,)),
        (b"abcd", b"abc", (Cause.CUT,)),
        (XML, b"\xef\xbb\xbf" + XML.replace(b"><", b">\r\n  <"), (Cause.BOM, Cause.INDENTATION)),
    ],
)
def test_the_cause_of_a_difference_is_guessed(
    original: bytes, actual: bytes, causes: tuple[Cause, ...]
) -> None:
    """One change, or two together, are told by what makes the rest equal."""
    found = first_difference(original, actual)

    assert found is not None
    assert found.causes == causes
    assert original[: found.offset] == actual[: found.offset]
    assert original[found.offset : found.offset + 1] != actual[found.offset : found.offset + 1]


def test_equal_files_have_no_difference() -> None:
    """Nothing is found where nothing differs."""
    assert first_difference(XML, XML) is None
