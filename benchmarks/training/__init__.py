"""Fitting what the package carries fitted: the tagger, and the confidences."""
