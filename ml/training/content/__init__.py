"""Data that content analysis is measured on."""
