"""Looking at the broker: whether it answers, has the queues, and whether somebody reads them."""

from collections.abc import Sequence

from shared.config import Config
from shared.doctor.findings import Findings, fine, wrong
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.transport import TransportError
from shared.texts import text as _


def look(config: Config, services: Sequence[str]) -> Findings:
    """Look at the broker of the configuration; where messages stay in one process there is none."""
    if not config.amqp_url:
        return
    transport = RabbitTransport(config.amqp_url)
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
