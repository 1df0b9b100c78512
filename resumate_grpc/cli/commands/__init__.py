"""One module a group of commands; each command is `<name>_command`."""
