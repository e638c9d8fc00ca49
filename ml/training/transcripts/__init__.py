"""What fits the recogniser's judgement of itself."""
