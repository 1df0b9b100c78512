"""`Resume` model → proto, and `ParseOptions` both ways."""

from __future__ import annotations

import re

from resumate_grpc._gen.resumate.v1 import resume_pb2 as pb
from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.model.resume import OcrMode, ParseOptions, Resume
from resumate_grpc.rpc.codec_enums import OCR_MODES, STATES
from resumate_grpc.rpc.codec_parsed import encode_parsed
from resumate_grpc.rpc.codec_progress import encode_duration, encode_event, encode_failure, encode_time

__all__ = ["decode_options", "encode_resume"]

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")


def encode_resume(resume: Resume, *, epoch: str) -> pb.Resume:
    """Return the message of a résumé whose events are of the log `epoch`."""
    return pb.Resume(
        id=resume.id,
        filename=resume.filename,
        media_type=resume.media_type.value,
        size_bytes=resume.size_bytes,
        sha256=resume.sha256,
        owner=resume.owner,
        state=STATES.to_proto[resume.state],
        attempt=resume.attempt,
        batch_id=resume.batch_id,
        progress=encode_event(resume.progress, epoch=epoch) if resume.progress else None,
        estimated_duration=encode_duration(resume.estimated_duration_s),
        error=encode_failure(resume.error),
        parsed=encode_parsed(resume.parsed) if resume.parsed else None,
        etag=resume.etag,
        create_time=encode_time(resume.create_time),
        update_time=encode_time(resume.update_time),
        complete_time=encode_time(resume.complete_time),
        expire_time=encode_time(resume.expire_time),
        options=encode_options(resume.options),
        queue_position=resume.queue_position,
        person_name=resume.person_name,
        headline=resume.headline,
    )


def encode_options(options: ParseOptions) -> pb.ParseOptions:
    """Return the message of how to parse."""
    return pb.ParseOptions(
        ocr=OCR_MODES.to_proto[options.ocr], ai_enhancement=options.ai_enhancement, language=options.language
    )


def decode_options(message: pb.ParseOptions) -> ParseOptions:
    """Return how to parse; what is unset has its default. Raises `InvalidFieldError`."""
    if message.language and not LANGUAGE_TAG.fullmatch(message.language):
        raise InvalidFieldError("language must be a BCP-47 tag such as `en` or `pt-BR`", field="options.language")
    return ParseOptions(
        ocr=OCR_MODES.from_proto(message.ocr, field="options.ocr", unset=OcrMode.AUTO),
        ai_enhancement=message.ai_enhancement,
        language=message.language,
    )
