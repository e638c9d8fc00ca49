"""Training and measuring of the voice's models."""
