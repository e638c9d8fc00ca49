"""The pages, and what systems ask."""
