"""The specification of Steward, as programs."""
