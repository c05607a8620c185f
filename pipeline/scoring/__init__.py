"""What an account is worth worrying about: accounts in, the same accounts out with scores, bands and their reasons."""
