"""What every feature shares: settings, database, storage, security, errors, pages."""
