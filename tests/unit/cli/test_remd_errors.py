"""`remd errors`."""

from tests.unit.cli.conftest import Invoke


def test_one_code_is_explained(invoke: Invoke) -> None:
    """Meaning, who acts, whether a repeat helps and when; the other spelling is understood."""
    ended = invoke("remd", "errors", "RATE_LIMIT")
    assert ended.status == 0
    for text in ("достигнут защитный предел", "Действует: РЭМД", "те же байты позже", "60 с"):
        assert text in ended.out
    assert "RECEPIENT_SNILS_MISMATCH" in invoke("remd", "errors", "recipient_snils_mismatch").out


def test_all_codes_are_listed(invoke: Invoke) -> None:
    """The whole catalogue, for people and for programs."""
    assert "NO_SNILS" in invoke("remd", "errors").out
    rows = invoke("remd", "errors", "--json").json
    assert len(rows) == 127
    known = {one["mnemonic"]: one for one in rows}
    assert (known["NO_RMIS"]["fixer"], known["NO_RMIS"]["resend"]) == ("OPERATOR", "SAME")


def test_a_code_that_is_not_there_is_said_so(invoke: Invoke) -> None:
    """An unknown code is no success, and JSON is an empty list."""
    ended = invoke("remd", "errors", "NEVER_HEARD_OF")
    assert ended.status == 2
    assert "нет в справочнике" in ended.err
    assert invoke("remd", "errors", "NEVER_HEARD_OF", "--json").json == []
