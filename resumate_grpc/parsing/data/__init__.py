"""Word lists that ship with the parser; NOTICE.md credits where they come from."""
