"""What trains, measures, exports and explores; nothing that serves imports it."""
