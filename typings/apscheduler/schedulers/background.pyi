from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

class BackgroundScheduler:
    def __init__(
        self, *, executors: Mapping[str, object] = ..., timezone: tzinfo = ..., daemon: bool = ...
    ) -> None: ...
    def add_job(
        self,
        func: Callable[[], object],
        trigger: str,
        *,
        seconds: float,
        id: str,
        name: str,
        next_run_time: datetime,
        max_instances: int,
        coalesce: bool,
        misfire_grace_time: int | None,
    ) -> object: ...
    def start(self) -> None: ...
    def shutdown(self, wait: bool = ...) -> None: ...
