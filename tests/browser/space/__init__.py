"""A Space with accounts."""
