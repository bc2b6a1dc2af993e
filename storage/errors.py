"""What the store can refuse."""


class StoreError(Exception):
    """The database could not do the work; nothing of the transaction is kept.

    The text names the kind of failure (exception, SQLSTATE, table, constraint), never a value of a row.
    """


class StoreBusy(StoreError):  # noqa: N818 (a refusal, not a failure)
    """Another process owns the SQLite database, or its schema cannot be upgraded while it is served."""


class SchemaOlder(StoreError):  # noqa: N818 (a refusal, not a failure)
    """The database lacks migrations that this program needs: upgrade it.

    Attributes:
        found: the newest migration that was run; empty: none was.
        known: the newest migration that the program knows.
    """

    def __init__(self, found: str, known: str) -> None:
        super().__init__(f"the schema of the database is {found or 'absent'}, not {known}: upgrade it first")
        self.found = found
        self.known = known


class SchemaNewer(StoreError):  # noqa: N818 (a refusal, not a failure)
    """The database was upgraded by a later program, and beyond what this one can use.

    Attributes:
        found: the newest migration that was run.
        known: the newest migration that the program knows.
    """

    def __init__(self, found: str, known: str) -> None:
        super().__init__(
            f"the schema of the database is {found}, this program knows {known} and not what came after"
        )
        self.found = found
        self.known = known


class Taken(StoreError):  # noqa: N818 (a refusal, not a failure)
    """A unique key is already held by somebody else.

    Attributes:
        key: name of the key, for example ``messages.request``.
        owner: id of the row that holds it.
    """

    def __init__(self, key: str, owner: str) -> None:
        super().__init__(f"{key} is already taken")
        self.key = key
        self.owner = owner


class LeaseLost(StoreError):  # noqa: N818 (a refusal, not a failure)
    """The fencing number is no longer the current one: somebody else claimed the delivery."""

    def __init__(self, delivery_id: str, fence: int) -> None:
        super().__init__(f"delivery {delivery_id}: fence {fence} is not current")
        self.delivery_id = delivery_id
        self.fence = fence


class Conflict(StoreError):  # noqa: N818 (a refusal, not a failure)
    """Two transactions raced for the same place; the work is run again where that can help."""


class OutOfReach(StoreError):  # noqa: N818 (a state of the archive, not a failure of the program)
    """Bytes lie in the archive folder, and the folder cannot be read or written now; later it may be."""


class Damaged(StoreError):  # noqa: N818 (what was found)
    """Bytes are not those that their hash names."""


class Destroyed(StoreError):  # noqa: N818 (what was done)
    """Bytes were destroyed by an act after the end of their term.

    Attributes:
        act: SHA-256 of the act.
    """

    def __init__(self, act: str) -> None:
        super().__init__("the bytes were destroyed by an act")
        self.act = act
