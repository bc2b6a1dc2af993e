"""What of a coded field a refusal may repeat."""

import pytest

from adapter.domain.identifiers import shown_code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("REVIEW", "REVIEW"),
        ("decision_2", "decision_2"),
        ("3", "3"),
        ("1.10", "1.10"),
        ("Канарейкина Птица", "************"),
        ("Ivanova Anna", "************"),
        ("00100007728", "***********"),
        ("001-000-077 28", "************"),
    ],
)
def test_only_what_looks_like_a_code_is_repeated(text: str, shown: str) -> None:
    """A name, a number of a person or a sentence in a coded field comes back as marks only."""
    assert shown_code(text) == shown
