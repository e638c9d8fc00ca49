"""What ``./viva`` does, with Python's standard library alone: make the environment, start and watch the processes."""
