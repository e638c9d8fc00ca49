"""Training and measuring of the fusion."""
