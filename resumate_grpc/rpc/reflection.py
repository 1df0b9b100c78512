"""Server reflection under both names that clients ask for: v1 and, for older ones, v1alpha.

grpcio-reflection has v1alpha alone. v1 differs in nothing but its package name, so the same servicer answers it.
"""

from __future__ import annotations

from collections.abc import Iterable

import grpc
import grpc.aio
from google.protobuf import descriptor_pool, text_format
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.rpc import error_details_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

__all__ = ["add_reflection"]

V1 = "grpc.reflection.v1.ServerReflection"


def add_reflection(server: grpc.aio.Server, services: Iterable[str]) -> None:
    """Register reflection of `services` (full names, whose stubs are imported) and of itself."""
    names = (*services, reflection.SERVICE_NAME, V1)
    servicer = reflection.aio.ReflectionServicer(names, pool=_pool(services))
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    for name in (reflection.SERVICE_NAME, V1):
        server.add_registered_method_handlers(name, {"ServerReflectionInfo": handler})


def _pool(services: Iterable[str]) -> descriptor_pool.DescriptorPool:
    """Return a pool of our own: the v1 file must not meet another one of its name in the process's default pool."""
    default = descriptor_pool.Default()
    pool = descriptor_pool.DescriptorPool()
    added: set[str] = set()
    for service in services:
        _add(pool, default.FindFileContainingSymbol(service), added)
    # With what errors carry, so that tools can show the details of a refusal.
    for name in (error_details_pb2.DESCRIPTOR.name, reflection_pb2.DESCRIPTOR.name):
        _add(pool, default.FindFileByName(name), added)
    pool.AddSerializedFile(_v1_file().SerializeToString())
    return pool


def _add(pool: descriptor_pool.DescriptorPool, file: FileDescriptor, added: set[str]) -> None:
    if file.name in added:
        return
    added.add(file.name)
    for dependency in file.dependencies:
        _add(pool, dependency, added)
    pool.AddSerializedFile(file.serialized_pb)


def _v1_file() -> FileDescriptorProto:
    alpha = FileDescriptorProto()
    reflection_pb2.DESCRIPTOR.CopyToProto(alpha)
    return text_format.Parse(text_format.MessageToString(alpha).replace("v1alpha", "v1"), FileDescriptorProto())
