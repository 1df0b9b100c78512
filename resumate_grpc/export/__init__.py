"""The parsed résumé in other formats: pure functions from the model to bytes."""
