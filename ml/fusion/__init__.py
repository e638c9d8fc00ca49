"""Face and voice together, over time."""
