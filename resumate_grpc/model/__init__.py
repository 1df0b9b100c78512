"""Values that all layers share: frozen, without behaviour that needs a library."""
