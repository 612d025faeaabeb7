"""The parts that other tests ask for."""

import pika
from sqlalchemy import create_engine, text


def test_every_database_starts_empty_on_both_kinds(new_database_url):
    first, second = new_database_url(), new_database_url()
    for url in (first, second):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE only_here (number integer)"))
        engine.dispose()


def _declare(url):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    count = channel.queue_declare("events.in", durable=True, arguments={"x-queue-type": "quorum"}).method.message_count
    channel.confirm_delivery()
    channel.basic_publish("", "events.in", b"left here")
    connection.close()
    return count


def test_a_broker_is_handed_out_without_queues(amqp_url):
    assert _declare(amqp_url) == 0


def test_and_the_next_test_finds_nothing_of_it(amqp_url):
    assert _declare(amqp_url) == 0
