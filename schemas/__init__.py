"""Contracts: what a valid row is (`tables`) and how each tool's export becomes one (`sources`)."""
