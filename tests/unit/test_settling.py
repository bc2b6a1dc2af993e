"""What a serving process does about the collector of cycles before its first request."""

import gc

from adapter.app.running import settle


def test_what_is_here_at_the_start_is_not_walked_again() -> None:
    """The collector passes over what was there when serving began, and still finds later cycles."""
    usual = gc.get_threshold()
    gc.set_threshold(700)  # other tests of this process may have served before
    try:
        settle()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] > 700
        loop: list[object] = []
        loop.append(loop)
        del loop
        assert gc.collect() >= 1
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)
