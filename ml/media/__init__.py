"""Recordings: probing, pictures, sound, remuxing, and media that is made."""
