"""What is measured, and how: run ``./viva bench``."""
