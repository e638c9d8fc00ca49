"""Training and measuring of the text's models."""
