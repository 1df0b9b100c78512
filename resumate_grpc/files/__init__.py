"""Uploaded bytes: the adapter of `FileStore`."""

from resumate_grpc.files.object_store import ObjectFileStore

__all__ = ["ObjectFileStore"]
