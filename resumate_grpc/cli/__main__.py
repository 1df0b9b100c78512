"""`python -m resumate_grpc.cli`, where the command itself is not on the path."""

from resumate_grpc.cli.program import main

main(prog_name="resumate")
