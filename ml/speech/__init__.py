"""The voice: who speaks when, which emotion, and how it is delivered."""
