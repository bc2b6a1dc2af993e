"""One submission, asked again as a МИС would: what it is told, and what is in the store."""

from __future__ import annotations

import sqlalchemy as sa
from lxml import etree

from adapter.contract.namespaces import SOAP11, exchange_tag
from adapter.stand.actors import BUREAU, MIS
from storage.tables import metadata
from tests.integration.operations.gateway import Gateway, Reply
from tests.integration.operations.walk import number_in

PATH = "/ws/referral"

#: What a caller is told when the store does not do its work: repeat the same message (MSE-5012).
NOT_NOW = ("503 Service Unavailable", "soap:Server", "MSE-5012")


class Asking:
    """A hospital that has one message to send."""

    def __init__(self, gateway: Gateway, url: str) -> None:
        self._gateway = gateway
        self._url = url
        self.message = gateway.envelope(MIS, gateway.package(gateway.clerk.referral(BUREAU)))

    def fault(self) -> tuple[str, str, str]:
        """Send it and expect a SOAP fault: HTTP status, fault code, code of the error."""
        http, body = self._gateway.post(PATH, self.message)
        fault = etree.fromstring(body).find(f"{{{SOAP11}}}Body/{{{SOAP11}}}Fault")
        assert fault is not None, body[:200]
        code = fault.findtext(f"detail/{exchange_tag('Errors')}/*/{exchange_tag('code')}") or ""
        return http, fault.findtext("faultcode") or "", code

    def reply(self) -> Reply:
        """Send it and expect an answer of the contract."""
        return self._gateway.answer(PATH, self.message)

    def rows(self) -> dict[str, int]:
        """Count the rows of every table that has any."""
        engine = sa.create_engine(self._url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            counts = {
                table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in metadata.sorted_tables
            }
        engine.dispose()
        return {name: count for name, count in counts.items() if count}

    def accepted_once(self) -> None:
        """Send it twice: the first is accepted or was before, the second gets the same; all is once."""
        first, again = self.reply(), self.reply()
        assert first.status == "ACCEPT"
        assert again.business == first.business
        (referral,) = self._gateway.referrals()
        assert referral.number == number_in(first)
        assert [row.state_to for row in self._gateway.journal(referral.number)] == ["SUBMITTED"]
        claimed = self._gateway.runtime.store.transact(lambda tx: tx.outbox.claim("test", (), 10, 60))
        assert [one.referral_number for one in claimed] == [referral.number]
        assert self._gateway.runtime.store.read(lambda tx: tx.journal.verify(referral.number)) is None
