"""Judge signatures, containers and certificates by foreign programs: `python -m tests.interop.signatures`.

Runs the judges of this folder one after the other: GOST mathematics, CMS and PKI by OpenSSL, XML by xmlsec1,
Santuario, xml-crypto and OpenSSL. Exit status 0: every one said that all agree.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from tests.interop import cms_openssl, gost_openssl, pki_openssl, xml_signatures


def main(arguments: Sequence[str] = ()) -> int:
    """Run every judge; `--allow-missing` is passed on to each."""
    allowed = [one for one in arguments if one == "--allow-missing"]
    has_openssl = shutil.which("openssl") is not None
    failed = []
    for name, judge in (
        ("GOST mathematics by OpenSSL", gost_openssl.main),
        ("certificates, lists and OCSP by OpenSSL", pki_openssl.main),
        ("CMS by OpenSSL", lambda: cms_openssl.main(allowed)),
        ("XML signatures", lambda: xml_signatures.main(allowed)),
    ):
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        if not has_openssl:
            sys.stdout.write("not judged: install with `apt install openssl libengine-gost-openssl`\n")
        if (not has_openssl and not allowed) or (has_openssl and judge()):
            failed.append(name)
    sys.stdout.write(f"disagreement: {', '.join(failed)}\n" if failed else "all agree\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
