"""Private PostgreSQL, RabbitMQ and nginx instances from installed programs, for tests and `make stack`."""
