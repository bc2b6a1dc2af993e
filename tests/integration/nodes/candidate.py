"""A process that only competes for the lead: ``python -m tests.integration.nodes.candidate URL NAME LEASE``.

It ends when its input does.
"""

import sys

from adapter.delivery.leader import Leader
from storage import open_store


def main(url: str, name: str, lease_seconds: str) -> None:
    """Compete until the input ends, then give the lead up."""
    with open_store(url) as store:
        leader = Leader(store, name, (), lease_seconds=float(lease_seconds))
        leader.start()
        sys.stdout.write("competes\n")
        sys.stdout.flush()
        sys.stdin.read()
        leader.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
