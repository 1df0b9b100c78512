"""Live copies of events and wake-ups: hints beside the log, never the truth."""
