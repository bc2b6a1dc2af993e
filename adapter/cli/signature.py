"""`signature verify` and the small commands of signatures."""

from __future__ import annotations

from adapter.cli.options import ConfigFile, Json
from adapter.cli.screen import GOOD, REFUSED, UNREADABLE, plain, print_json
from adapter.cli.signature_options import (
    At,
    Content,
    Legacy,
    ProfileName,
    SignedFile,
    TrustFolder,
    content_needed,
    trust_of,
)
from adapter.cli.signature_screen import show_file


def verify(
    file: SignedFile,
    content: Content = None,
    profile: ProfileName = None,
    trust: TrustFolder = None,
    at: At = None,
    config: ConfigFile = None,
    legacy: Legacy = False,
    as_json: Json = False,
) -> int:
    """Проверить все подписи файла.

    Сам узнаёт, что это: конверт СМЭВ 2 или СМЭВ 3 (и multipart/MTOM), конверт ИПС, AppData, подписанный
    документ, открепленная подпись СМЭВ 3 или CMS (тогда нужен --content).

    Код завершения: 0 – все подписи верны, 1 – какая-то не верна, не на месте или отзыв неизвестен,
    2 – не прочитано.
    """
    from adapter.app.verifying import verify_file  # noqa: PLC0415
    from adapter.app.vouching import Moment  # noqa: PLC0415 - heavy, loaded where it is used

    trusted = trust_of(trust, config)
    with content_needed():
        verdict = verify_file(
            file,
            content=content,
            profile=profile or "",
            trust=trusted,
            moment=Moment.of(at),
            legacy=legacy,
        )
    if as_json:
        print_json({**verdict.as_json(), "file": plain(verdict.file)})
    else:
        show_file(verdict)
    if not verdict.readable:
        return UNREADABLE
    return GOOD if verdict.valid else REFUSED
