"""Pages and addresses of this feature."""
