"""What all services' web applications share: pages, JSON, errors, languages, access."""
