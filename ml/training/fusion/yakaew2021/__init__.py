"""Training and measuring of the paper's networks."""
