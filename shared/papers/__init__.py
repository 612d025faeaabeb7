"""Papers: PDFs on A4, in Chinese, with their font inside."""
