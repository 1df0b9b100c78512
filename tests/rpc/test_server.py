"""The server around the service: health, reflection, ports, TLS, and its end."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2

from resumate_grpc._gen.resumate.v1 import resume_service_pb2, upload_pb2, watch_pb2
from resumate_grpc.errors import SettingsError
from resumate_grpc.rpc.server import OPTIONS
from resumate_grpc.rpc.tls import Tls, server_credentials
from tests.rpc.conftest import TEXT, OpenStation, Station, eventually
from tests.rpc.refusals import read_refusal, refused

pytestmark = pytest.mark.slow

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE = "resumate.v1.ResumeService"


@pytest.mark.parametrize("service", ["", SERVICE])
async def test_health(station: Station, service: str) -> None:
    """The server and its service are SERVING, each under its name."""
    stub: Any = health_pb2_grpc.HealthStub(station.channel)
    assert (await stub.Check(health_pb2.HealthCheckRequest(service=service))).status == SERVING


async def test_health_of_a_stranger(station: Station) -> None:
    """A service that is not here is NOT_FOUND, as the health protocol has it."""
    stub: Any = health_pb2_grpc.HealthStub(station.channel)
    answer = await refused(stub.Check(health_pb2.HealthCheckRequest(service="other.v1.Service")))
    assert answer.code == "NOT_FOUND"


async def test_health_of_all(station: Station) -> None:
    """Health's newest method, which its package lacks, is UNIMPLEMENTED and no fault of ours."""
    raw: Any = station.channel.unary_unary("/grpc.health.v1.Health/List")
    assert (await refused(raw(b""))).code == "UNIMPLEMENTED"


@pytest.mark.parametrize("name", ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"])
async def test_reflection(station: Station, name: str) -> None:
    """Reflection under both names lists the services and gives the files of each, of errors' details and of itself."""
    listed, *files = await reflect(
        station,
        name,
        reflection_pb2.ServerReflectionRequest(list_services=""),
        *(reflection_pb2.ServerReflectionRequest(file_containing_symbol=symbol) for symbol in (SERVICE, name)),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="google.rpc.ErrorInfo"),
    )
    assert [service.name for service in listed.list_services_response.service] == [
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
        SERVICE,
    ]
    described = [described_names(response) for response in files]
    assert SERVICE in described[0]
    assert "google.protobuf.Timestamp" in described[0], "with all that it depends on"
    assert name in described[1]
    assert "google.rpc.ErrorInfo" in described[2]


async def test_reflection_of_a_stranger(station: Station) -> None:
    """A symbol that nobody knows is NOT_FOUND within the stream, which goes on."""
    unknown = reflection_pb2.ServerReflectionRequest(file_containing_symbol="other.v1.Service")
    listing = reflection_pb2.ServerReflectionRequest(list_services="")
    first, second = await reflect(station, "grpc.reflection.v1.ServerReflection", unknown, listing)
    assert first.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
    assert len(second.list_services_response.service) == 4


async def test_a_taken_port(open_station: OpenStation) -> None:
    """A port that another server has is refused, naming the setting, not shared."""
    async with open_station() as station:
        with pytest.raises(SettingsError, match="RESUMATE_GRPC_LISTEN"):
            async with open_station(listen=station.address):
                pass
        await station.upload()


async def test_a_port_that_somebody_else_has(open_station: OpenStation) -> None:
    """A port on which any other program listens is refused."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other, pytest.raises(SettingsError, match="taken"):
        async with open_station(listen=f"127.0.0.1:{other.getsockname()[1]}"):
            pass


async def test_a_host_of_two_addresses(open_station: OpenStation) -> None:
    """A host name is refused where the port of one of its addresses is taken: grpc would be content with the other."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other, pytest.raises(SettingsError, match="taken"):
        async with open_station(listen=f"localhost:{other.getsockname()[1]}"):
            pass


@pytest.mark.parametrize(
    "listen", ["127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http", ":50051", "no.such.host.invalid:1"]
)
async def test_an_address_that_is_none(open_station: OpenStation, listen: str) -> None:
    """A malformed address is refused by the name of its setting, not taken for another."""
    with pytest.raises(SettingsError, match="RESUMATE_GRPC_LISTEN"):
        async with open_station(listen=listen):
            pass


async def test_an_address_of_another_machine(open_station: OpenStation) -> None:
    """An address that is none of this machine's is refused."""
    with pytest.raises(SettingsError, match="none of this machine's"):
        async with open_station(listen="192.0.2.1:50051"):
            pass


async def test_a_unix_socket(open_station: OpenStation, tmp_path: Path) -> None:
    """A Unix socket serves; while it does another server is refused, and what one left behind is taken over."""
    listen = f"unix:{tmp_path}/resumate.sock"
    async with open_station(listen=listen) as station:
        await station.upload()
        with pytest.raises(SettingsError, match="another program"):
            async with open_station(listen=listen):
                pass
        await station.upload()
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        path = tmp_path / "dead.sock"
        dead.bind(str(path))
    async with open_station(listen=f"unix:{path}") as station:
        await station.upload()


async def test_a_file_where_the_socket_should_be(open_station: OpenStation, tmp_path: Path) -> None:
    """A file in the socket's place is not overwritten."""
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(SettingsError, match="no socket"):
        async with open_station(listen=f"unix:{path}"):
            pass
    assert path.read_text() == "data"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An authority, and a server's and a client's certificate by it."""
    folder = tmp_path_factory.mktemp("pem")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA", "-days", "2")
    for name in ("server", "client"):
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (folder / "extensions").write_text("subjectAltName=IP:127.0.0.1")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions")
        openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signed)
    return {path.name: path for path in folder.iterdir()}


async def test_tls(open_station: OpenStation, pem: dict[str, Path]) -> None:
    """With a certificate the port speaks TLS, and nothing else."""
    tls = Tls(cert=pem["server.pem"], key=pem["server.key"])
    trusting = grpc.ssl_channel_credentials(pem["ca.pem"].read_bytes())
    async with open_station(tls=tls, channel_credentials=trusting) as station:
        await station.upload()
        async with grpc.aio.insecure_channel(station.address) as plain:
            path = f"/{SERVICE}/ListResumes"
            raw: Any = plain.unary_unary(path)
            answer = await refused(raw(b"", timeout=5))
    assert answer.code == "UNAVAILABLE"


async def test_mutual_tls(open_station: OpenStation, pem: dict[str, Path]) -> None:
    """With an authority for clients, only those with its certificate come in."""
    tls = Tls(cert=pem["server.pem"], key=pem["server.key"], client_ca=pem["ca.pem"])
    ca = pem["ca.pem"].read_bytes()
    known = grpc.ssl_channel_credentials(ca, pem["client.key"].read_bytes(), pem["client.pem"].read_bytes())
    async with open_station(tls=tls, channel_credentials=known) as station:
        await station.upload()
        async with grpc.aio.secure_channel(station.address, grpc.ssl_channel_credentials(ca)) as stranger:
            raw: Any = stranger.unary_unary(f"/{SERVICE}/ListResumes")
            answer = await refused(raw(b"", timeout=5))
    assert answer.code == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("cert", "key", "client_ca", "setting"),
    [
        ("missing.pem", "server.key", None, "RESUMATE_TLS_CERT"),
        ("server.pem", "missing.key", None, "RESUMATE_TLS_KEY"),
        ("server.pem", "client.key", None, "RESUMATE_TLS_KEY"),
        ("server.key", "server.key", None, "RESUMATE_TLS_CERT"),
        ("server.pem", "server.key", "missing.pem", "RESUMATE_TLS_CLIENT_CA"),
        ("server.pem", "server.key", "server.csr", "RESUMATE_TLS_CLIENT_CA"),
    ],
)
def test_bad_tls_files(pem: dict[str, Path], cert: str, key: str, client_ca: str | None, setting: str) -> None:
    """Files that are missing, damaged or don't belong together are refused by the name of their setting."""
    folder = pem["ca.pem"].parent
    tls = Tls(cert=folder / cert, key=folder / key, client_ca=folder / client_ca if client_ca else None)
    with pytest.raises(SettingsError, match=setting):
        server_credentials(tls)


async def test_a_drain_in_order(open_station: OpenStation) -> None:
    """Draining tells health watchers NOT_SERVING and ends every stream UNAVAILABLE, long before the grace time ends."""
    async with open_station() as station:
        stub: Any = health_pb2_grpc.HealthStub(station.channel)
        health = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE))
        watch = station.stub.WatchProgress(watch_pb2.WatchProgressRequest(feed=True))
        assert (await health.read()).status == SERVING
        await watch.read()
        start = asyncio.get_running_loop().time()
        draining = asyncio.create_task(station.server.drain(grace_s=30))
        assert (await health.read()).status == NOT_SERVING
        farewell: Any = await watch.read()
        assert farewell.HasField("draining")
        endings = [await refused(health), await refused(watch)]
        await draining
        took = asyncio.get_running_loop().time() - start
        late = await refused(station.stub.ListResumes(resume_service_pb2.ListResumesRequest()))
        assert b"resumate_open_watches 0.0" in station.metrics.render()
    assert {(ending.code, ending.reason) for ending in endings} == {("UNAVAILABLE", "SERVER_DRAINING")}
    assert late.code == "UNAVAILABLE"
    assert took < 3


async def test_a_drain_lets_calls_finish(open_station: OpenStation) -> None:
    """An upload that is under way when the drain begins is finished within the grace time."""
    async with open_station() as station:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def requests() -> Any:
            yield upload_pb2.UploadChunksRequest(header=upload_pb2.UploadHeader(filename="cv.txt"))
            begun.set()
            await go_on.wait()
            yield upload_pb2.UploadChunksRequest(chunk=TEXT)

        uploading = asyncio.ensure_future(station.stub.UploadChunks(requests()))
        await begun.wait()
        await asyncio.sleep(0.05)
        draining = asyncio.create_task(station.server.drain(grace_s=10))
        await asyncio.sleep(0.05)
        go_on.set()
        answer = await uploading
        await draining
    assert answer.resume.size_bytes == len(TEXT)


async def test_the_grace_time_ends(open_station: OpenStation) -> None:
    """A call that does not end is ended with the grace time, and its handler has cleaned up before drain returns."""
    async with open_station() as station:
        begun = asyncio.Event()

        async def requests() -> Any:
            yield upload_pb2.UploadChunksRequest(header=upload_pb2.UploadHeader(filename="cv.txt"))
            begun.set()
            await asyncio.Event().wait()

        uploading = asyncio.ensure_future(station.stub.UploadChunks(requests()))
        await begun.wait()
        await eventually(lambda: len(station.server._edge.running) == 1)  # noqa: SLF001 - nothing outside tells
        await station.server.drain(grace_s=0.1)
        assert f'code="CANCELLED",method="{SERVICE}/UploadChunks"'.encode() in station.metrics.render()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await uploading
    assert read_refusal(caught.value).code in {"UNAVAILABLE", "CANCELLED"}


async def test_pings_of_a_quiet_client(station: Station) -> None:
    """A client may ping every 10 s without a call: the server allows twice as many before it says too_many_pings."""
    options = dict(OPTIONS)
    assert options["grpc.http2.min_recv_ping_interval_without_data_ms"] * 2 <= 10_000
    assert options["grpc.keepalive_permit_without_calls"] == 1


async def reflect(station: Station, name: str, *requests: Any) -> list[reflection_pb2.ServerReflectionResponse]:
    """Ask reflection under a name."""
    call = station.channel.stream_stream(
        f"/{name}/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )(iter(requests))
    return [response async for response in call]


def described_names(response: reflection_pb2.ServerReflectionResponse) -> set[str]:
    """Name the messages and services of the files given."""
    files: list[Any] = [
        FileDescriptorProto.FromString(raw) for raw in response.file_descriptor_response.file_descriptor_proto
    ]
    return {f"{file.package}.{part.name}" for file in files for part in (*file.message_type, *file.service)}
