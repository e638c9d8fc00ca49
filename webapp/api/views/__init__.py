"""The operations of the API, and the page of its keys."""
