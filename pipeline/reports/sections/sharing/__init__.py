"""The names that a shared edition goes without."""
