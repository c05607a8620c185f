"""The slides of the editable pack."""
