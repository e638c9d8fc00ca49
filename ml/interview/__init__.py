"""What raters would say of recorded interviews."""
