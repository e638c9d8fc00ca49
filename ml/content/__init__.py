"""What an answer holds: points of the scoring guide, parts of a story, how directly it is told."""
