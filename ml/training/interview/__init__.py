"""Training and measuring of what raters would say."""
