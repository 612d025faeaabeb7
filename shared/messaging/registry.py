"""Which function applies which message type."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import wraps

from sqlalchemy.orm import Session

from shared.contracts import ContractError
from shared.messaging.envelope import Message

Handler = Callable[[Session, Message, datetime], None]
"""Applies one message in the transaction it is given; ``datetime`` is the moment of the attempt."""
BatchHandler = Callable[[Session, Sequence[Message], datetime], None]
"""Applies several messages as one, whatever their order; what fails is done again, with one message at a time."""


class Registry:
    """The message types a service listens to, each with its one handler."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._batch_handlers: dict[str, BatchHandler] = {}

    def on(self, *types: str) -> Callable[[Handler], Handler]:
        """Register the decorated function for these message types; a type can have one handler only."""

        def register(handler: Handler) -> Handler:
            for message_type in types:
                if message_type in self._handlers:
                    raise ValueError(f"{message_type} has a handler already")
                self._handlers[message_type] = handler
            return handler

        return register

    def on_batch(self, *types: str) -> Callable[[BatchHandler], BatchHandler]:
        """Register the decorated function for messages of these types that come together, and for one that comes alone.

        It is for types that come in crowds, whose copies one statement can write.
        """

        def register(handler: BatchHandler) -> BatchHandler:
            @wraps(handler)
            def alone(session: Session, message: Message, now: datetime) -> None:
                handler(session, [message], now)

            self.on(*types)(alone)
            self._batch_handlers.update(dict.fromkeys(types, handler))
            return handler

        return register

    @property
    def types(self) -> Iterable[str]:
        """The message types that the service's queue must be bound to."""
        return self._handlers.keys()

    def handler(self, message_type: str) -> Handler:
        """Return the function for the type; raises ContractError where the service does not listen to it."""
        try:
            return self._handlers[message_type]
        except KeyError:
            raise ContractError(f"nobody here handles {message_type}") from None

    def batch_handler(self, message_type: str) -> BatchHandler | None:
        """Return the function for messages of the type that come together; None where each is applied by itself."""
        return self._batch_handlers.get(message_type)
