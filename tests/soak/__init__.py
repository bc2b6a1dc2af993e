"""Long runs that watch memory and threads; not part of the tests, started by hand or by a nightly run."""
