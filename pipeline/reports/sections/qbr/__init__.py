"""The pages of the QBR pack."""
