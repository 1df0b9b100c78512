"""What is derived from a résumé's values, model ↔ proto."""

from __future__ import annotations

from resumate_grpc._gen.resumate.v1 import career_pb2 as pb
from resumate_grpc.model import career as model

__all__ = ["decode_career", "decode_name", "encode_career", "encode_name"]


def encode_career(career: model.Career) -> pb.Career:
    """Return the message of a career."""
    return pb.Career(
        as_of=career.as_of,
        months_min=career.months_min,
        months_max=career.months_max,
        posts=career.posts,
        uncounted=career.uncounted,
        gaps=[
            pb.Gap(
                start_month=gap.start_month,
                end_month=gap.end_month,
                months_min=gap.months_min,
                months_max=gap.months_max,
                after=gap.after,
                before=gap.before,
            )
            for gap in career.gaps
        ],
        overlaps=[
            pb.Overlap(first=each.first, second=each.second, months_min=each.months_min, months_max=each.months_max)
            for each in career.overlaps
        ],
        seniority=pb.Seniority.Value(career.seniority.value),
        seniority_confidence=career.seniority_confidence,
        seniority_sources=career.seniority_sources,
        skills=[
            pb.SkillUse(
                field_path=use.field_path,
                skill=use.skill,
                first_year=use.first_year,
                last_year=use.last_year,
                posts=use.posts,
            )
            for use in career.skills
        ],
    )


def decode_career(message: pb.Career) -> model.Career:
    """Return the career of a message; a seniority that we do not know is UNSPECIFIED."""
    return model.Career(
        as_of=message.as_of,
        months_min=message.months_min,
        months_max=message.months_max,
        posts=tuple(message.posts),
        uncounted=tuple(message.uncounted),
        gaps=tuple(
            model.Gap(
                start_month=gap.start_month,
                end_month=gap.end_month,
                months_min=gap.months_min,
                months_max=gap.months_max,
                after=gap.after,
                before=gap.before,
            )
            for gap in message.gaps
        ),
        overlaps=tuple(
            model.Overlap(first=each.first, second=each.second, months_min=each.months_min, months_max=each.months_max)
            for each in message.overlaps
        ),
        seniority=_seniority(message.seniority),
        seniority_confidence=message.seniority_confidence,
        seniority_sources=tuple(message.seniority_sources),
        skills=tuple(
            model.SkillUse(
                field_path=use.field_path,
                skill=use.skill,
                first_year=use.first_year,
                last_year=use.last_year,
                posts=tuple(use.posts),
            )
            for use in message.skills
        ),
    )


def _seniority(number: pb.Seniority.ValueType) -> model.Seniority:
    known = number in pb.Seniority.values()
    return model.Seniority(pb.Seniority.Name(number)) if known else model.Seniority.UNSPECIFIED


def encode_name(name: model.NormalizedName) -> pb.NormalizedName:
    """Return the message of a normalised name."""
    return pb.NormalizedName(
        field_path=name.field_path, source=name.source, name=name.name, taxonomy=name.taxonomy, id=name.id
    )


def decode_name(message: pb.NormalizedName) -> model.NormalizedName:
    """Return the normalised name of a message."""
    return model.NormalizedName(
        field_path=message.field_path,
        source=message.source,
        name=message.name,
        taxonomy=message.taxonomy,
        id=message.id,
    )
