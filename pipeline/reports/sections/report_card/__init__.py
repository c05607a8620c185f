"""The pages of the report card."""
