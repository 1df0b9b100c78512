"""Use cases and the ports that they stand on; knows no gRPC, no SQL, no web."""
