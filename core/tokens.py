"""Secrets that travel in links: random ones, kept as a hash, and signed ones that expire."""

import hashlib
import secrets
from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.errors import NotFound


def secret() -> str:
    """Return 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is stored of a secret: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"alcove.{purpose}")


def sign(purpose: str, value: str) -> str:
    """Sign a value for one purpose; it opens under no other."""
    return _signer(purpose).dumps(value)


def unsign(purpose: str, token: str, lasts: timedelta) -> str:
    """Return the signed value; raises ``NotFound`` if forged, expired or meant for another use."""
    try:
        value = _signer(purpose).loads(token, max_age=int(lasts.total_seconds()))
    except BadSignature as error:
        raise NotFound from error
    return str(value)
