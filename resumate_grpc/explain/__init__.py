"""What the parser saw in a file, as one HTML page for people. Pure: an `Explanation` in, text out."""
