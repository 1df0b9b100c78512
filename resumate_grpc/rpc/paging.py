"""Listing by pages: order and page token.

A token is opaque to clients: base64url of a version, a fingerprint of filters and order, and the (order value, id) of
the last résumé listed. It is not signed: it holds nothing secret, and the owner comes from the call, never from it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import replace

from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.model.work import Order, OrderField, ResumeQuery
from resumate_grpc.rpc.fields import checked_resume_id

__all__ = ["decode_order", "decode_page_token", "encode_page_token"]

VERSION = 1
MAX_TOKEN_CHARACTERS = 4096


def decode_order(order_by: str) -> Order:
    """Return the order of an `order_by` such as `filename desc`; empty is the newest first."""
    words = order_by.split()
    if not words:
        return Order()
    names = {field.value: field for field in OrderField}
    field, direction = names.get(words[0]), words[1:]
    if field is None or direction not in ([], ["asc"], ["desc"]):
        raise InvalidFieldError(
            f"order_by must be one of {', '.join(names)}, each with ` desc` if wanted", field="order_by"
        )
    return Order(field=field, descending=direction == ["desc"])


def encode_page_token(query: ResumeQuery, next_after: tuple[str, str] | None) -> str:
    """Return the token of the page that follows in this query; empty if there is none."""
    if next_after is None:
        return ""
    value, resume_id = next_after
    document = json.dumps([VERSION, _fingerprint(query), value, resume_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def decode_page_token(query: ResumeQuery, token: str) -> tuple[str, str] | None:
    """Return where the page begins; None for an empty token.

    Raises `InvalidFieldError` for what is no token of this call with these filters and this order.
    """
    if not token:
        return None
    match _content(token):
        case [int(version), str(fingerprint), str(value), str(resume_id)] if version == VERSION:
            if fingerprint == _fingerprint(query):
                return value, checked_resume_id(resume_id, field="page_token")
    raise InvalidFieldError(
        "page_token is not of this call: pass next_page_token with the same filters and order_by", field="page_token"
    )


def _content(token: str) -> object:
    if len(token) > MAX_TOKEN_CHARACTERS:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        content: object = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return content


def _fingerprint(query: ResumeQuery) -> str:
    filters = replace(query, owner="", limit=0, after=None, with_parsed=False)
    states = sorted(state.name for state in filters.states)
    order = [filters.order.field.value, filters.order.descending]
    document = json.dumps(["ListResumes", states, filters.batch_id, filters.text, order])
    return hashlib.sha256(document.encode()).hexdigest()[:16]
