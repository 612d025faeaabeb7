"""Looking at the broker: whether it answers, has the queues, and whether somebody reads them."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from shared.config import Config
from shared.doctor.findings import Findings, fine, soon, wrong
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.transport import TransportError
from shared.texts import text as _


def look(config: Config, services: Sequence[str]) -> Findings:
    """Look at the broker of the configuration; where messages stay in one process there is none."""
    if not config.amqp_urls:
        return
    transport = RabbitTransport(*config.amqp_urls)
    try:
        queues = {name: transport.look(name) for name in services}
    except TransportError as error:
        yield wrong(
            "broker",
            _("The broker does not let us in: %(reason)s.", reason=str(error)),
            _("See that it runs, and that user, password and vhost in STEWARD_AMQP_URL are right. Sign-ups go on."),
        )
        return
    yield fine("broker", _("The broker lets us in."))
    if len(config.amqp_urls) > 1:
        yield from _nodes_away(config.amqp_urls, services[0])
    for name, found in queues.items():
        if found is None:
            yield wrong("queues", _("The broker has no queue for this service."), _("Run `steward declare`."), name)
        elif found.readers == 0:
            yield wrong(
                "worker",
                _(
                    "Nobody reads the service’s messages (%(n)s wait): its worker does not run.",
                    n=found.waiting,
                ),
                _("Start `steward worker %(name)s`, and see what it logs.", name=name),
                name,
            )
        else:
            yield fine("worker", _("The service’s worker reads its messages."), name)


def _nodes_away(addresses: Sequence[str], service: str) -> Findings:
    """Look at each node of the broker by itself: the others do its work, but one more must not go."""
    for address in addresses:
        try:
            RabbitTransport(address).look(service)
        except TransportError as error:
            yield soon(
                "broker",
                _(
                    "The broker’s node %(node)s does not let us in: %(reason)s.",
                    node=urlsplit(address).netloc.rpartition("@")[2],
                    reason=str(error),
                ),
                _("Bring it back: the other nodes do its work, but with one more away messages would wait."),
            )
