"""Reading résumés: bytes in, `ParsedResume` out, progress on the way. Pure: no gRPC, no store, no asyncio."""
