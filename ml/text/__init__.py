"""Words: the Big Five, each with an interval."""
