"""Training and measuring of the face's models."""
