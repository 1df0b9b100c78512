"""Warm worker processes that parse untrusted documents; `pool.SandboxPool` is the door. Children import no asyncio."""
