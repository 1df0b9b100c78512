"""The gRPC edge: decode, call the use case, encode. No logic, and the only room that knows grpc."""
