"""What follows from a parsed résumé's values, each saying from which. Pure: values in, values out."""
