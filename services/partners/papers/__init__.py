"""What the partners service draws as PDFs."""
