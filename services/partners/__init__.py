"""The partners service: work units, their contacts, what events need of them and what they pledge."""
