"""The charts of the design system page."""
