"""What every modality shares: errors, readings, the registry of models, statistics."""
