"""The flow of a week: exports in, documents out."""
