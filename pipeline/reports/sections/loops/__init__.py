"""The operating documents of each loop."""
