"""Faces in recordings and frames: who, where, which expression, blinks, mouth."""
