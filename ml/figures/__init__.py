"""Plotly figures of readings."""
