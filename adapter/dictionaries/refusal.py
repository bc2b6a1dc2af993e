"""The answer to an export that cannot be taken, or to a question about a list that is not there."""

from collections.abc import Iterable

_SHOWN = 20
_LONG = 40


class DictionaryRefused(Exception):  # noqa: N818 - named after what happened to the export
    """What was asked cannot be done; the problems, Russian sentences, say why. Nothing was changed."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class Faults:
    """Collects what is wrong with an export; a broken file may have a fault in every row."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._more = 0

    def add(self, text: str) -> None:
        """Keep a fault, or only count it when many are kept already."""
        if len(self._texts) < _SHOWN:
            self._texts.append(text)
        else:
            self._more += 1

    def at(self, row: int, column: str, text: str) -> None:
        """Keep a fault of a value; rows are counted from 1."""
        self.add(f"Строка {row}, столбец «{shown(column)}»: {text}.")

    def raise_any(self) -> None:
        """Refuse when anything was found.

        Raises:
            DictionaryRefused: with all faults that are kept, and the number of the others.
        """
        if self._texts:
            more = [f"И ещё ошибок: {self._more}."] if self._more else []
            raise DictionaryRefused([*self._texts, *more])


def shown(text: str) -> str:
    """Return a text of the file as it may stand in an answer: printable and short."""
    cleaned = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text[:_LONG])
    return f"{cleaned}…" if len(text) > _LONG else cleaned
