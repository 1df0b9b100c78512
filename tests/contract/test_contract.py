"""The contract: clients that we do not control are held against these names."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.descriptor import FileDescriptor

from resumate_grpc._gen.resumate.v1 import (
    error_reason_pb2,
    parsed_resume_pb2,
    progress_pb2,
    resume_pb2,
    resume_service_pb2,
    upload_pb2,
    watch_pb2,
)
from resumate_grpc.errors import ErrorReason
from tests.conftest import missing

ROOT = Path(__file__).parent.parent.parent
RELEASED = Path(__file__).parent / "released.binpb"
FILES: tuple[FileDescriptor, ...] = (
    error_reason_pb2.DESCRIPTOR,
    parsed_resume_pb2.DESCRIPTOR,
    progress_pb2.DESCRIPTOR,
    resume_pb2.DESCRIPTOR,
    resume_service_pb2.DESCRIPTOR,
    upload_pb2.DESCRIPTOR,
    watch_pb2.DESCRIPTOR,
)
MESSAGES = {name: message for file in FILES for name, message in file.message_types_by_name.items()}

RPCS = """Upload UploadChunks WatchProgress ListProgress GetResume ListResumes UpdateResume DeleteResume RetryResume
    CancelResume ExportResume DownloadFile"""
ADDED = "RenderPage"
FIELDS = {
    "UploadRequest": "filename content request_id batch_id options",
    "UploadResponse": "resume deduplicated",
    "UploadChunksRequest": "header chunk",
    "ParseOptions": "ocr ai_enhancement language",
    "Resume": """id filename media_type size_bytes sha256 owner state attempt batch_id progress estimated_duration error
        parsed etag create_time update_time complete_time expire_time""",
    "ProgressEvent": """resume_id sequence feed_sequence attempt stage stage_percent percent message estimated_remaining
        state create_time epoch error parsed""",
    "BatchProgress": "batch_id total queued processing succeeded failed cancelled percent feed_sequence",
    "WatchProgressRequest": """resume_id batch_id feed after_sequence include_parsed follow heartbeat_interval epoch""",
    "WatchProgressResponse": "event batch heartbeat draining",
    "Heartbeat": "sequence time caught_up",
    "Draining": "sequence reconnect_after",
    "ParseError": "reason message stage retryable",
    "ParsedResume": """personal_info work_experience education skills projects publications awards volunteering
        confidence_scores confidence_score evidence text language page_count parser_version""",
    "PersonalInfo": "full_name email phone location linkedin_url github_url portfolio_url summary",
    "WorkExperience": "company title location start_date end_date description highlights confidence",
    "Education": "institution degree field_of_study location start_date end_date gpa confidence",
    "Skills": "technical soft_skills languages certifications confidence",
    "ConfidenceScores": "personal_info work_experience education skills",
    "Evidence": "field_path confidence page start end box",
}


def test_every_rpc_is_there() -> None:
    """ResumeService has the rpcs of the design, and of others only those that were decided on."""
    service = resume_service_pb2.DESCRIPTOR.services_by_name["ResumeService"]
    assert {method.name for method in service.methods} == {*RPCS.split(), *ADDED.split()}


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_there(name: str) -> None:
    """A message has at least the fields of the design; more may have come."""
    assert set(FIELDS[name].split()) <= {field.name for field in MESSAGES[name].fields}


def test_reasons_on_the_wire_are_those_of_the_error_tree() -> None:
    """`errors.ErrorReason` and the proto's enum have the same names."""
    wire = set(error_reason_pb2.ErrorReason.keys()) - {"ERROR_REASON_UNSPECIFIED"}
    assert wire == {reason.value for reason in ErrorReason}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  string filename = 1;", "  bytes filename = 1;"),
        ("  string request_id = 3;", "  string request_key = 3;"),
        ("  bytes content = 2;", "  bytes content = 20;"),
    ],
)
def test_a_broken_contract_is_noticed(tmp_path: Path, old: str, new: str) -> None:
    """`buf breaking` against the released image fails for a changed type, name or number."""
    buf = shutil.which("buf", path=str(Path(sys.executable).parent)) or shutil.which("buf")
    if buf is None:
        missing("buf")
    shutil.copytree(ROOT / "protos", tmp_path / "protos")
    shutil.copy(ROOT / "buf.yaml", tmp_path)
    upload = tmp_path / "protos" / "resumate" / "v1" / "upload.proto"
    text = upload.read_text(encoding="utf-8")
    assert old in text
    upload.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = subprocess.run(
        [buf, "breaking", "--against", str(RELEASED)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.returncode != 0
    assert "upload.proto" in found.stdout
