"""What the sign-up service draws as PDFs."""
