"""What all services are built with; nothing here knows a service."""
