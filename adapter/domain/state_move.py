"""One row of the table of moves (facts, C.2); the rows are in `adapter.domain.state_moves`."""

from dataclasses import dataclass

from adapter.domain.state_guards import Guard
from adapter.domain.state_names import STATES, Event, Party, PublicStatus, State


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table.

    Clocks are named by their code in `adapter.domain.deadlines` or by a family (``BUREAU_EXAM``). To start a
    clock that already runs or waits leaves it as it is; to stop, suspend or resume one that is not there does
    nothing. A clock that a row both stops and starts begins anew.

    Attributes:
        state: State before.
        event: What happens.
        parties: Who may do it.
        next_state: State after; the same one when the event changes only other facts.
        starts: Clocks that begin.
        stops: Clocks that end.
        suspends: Clocks that wait from now on (R77).
        resumes: Waiting clocks that go on.
        guards: What else must hold (`adapter.domain.state_guards`).
        basis: Requirement or act.
    """

    state: State
    event: Event
    parties: tuple[Party, ...]
    next_state: State
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    suspends: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    basis: str = ""

    @property
    def public(self) -> PublicStatus | None:
        """What a citizen is shown after the move."""
        return STATES[self.next_state].public

    @property
    def deadline_started(self) -> str:
        """Clock of the next state, when this move starts it; empty when none runs or it ran before."""
        clock = STATES[self.next_state].clock
        return clock if clock in self.starts else ""
