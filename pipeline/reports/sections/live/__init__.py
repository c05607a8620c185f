"""What the live dashboard draws again under its filters."""
