"""Labelled answers and measuring of what they hold."""
