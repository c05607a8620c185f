"""The blocks of the portfolio dashboard."""
