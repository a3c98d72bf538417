"""Callers that may not do what they ask."""

from base.errors.root import SmartBranchError


class AccessError(SmartBranchError):
    """The caller may not do this."""

    grpc_code = "PERMISSION_DENIED"


class MissingTokenError(AccessError):
    """No bearer token came where one is needed."""

    reason = "TOKEN_MISSING"
    grpc_code = "UNAUTHENTICATED"


class InvalidTokenError(AccessError):
    """The token is not one that this server accepts."""

    reason = "TOKEN_INVALID"
    grpc_code = "UNAUTHENTICATED"


class ExpiredTokenError(AccessError):
    """The token was good once."""

    reason = "TOKEN_EXPIRED"
    grpc_code = "UNAUTHENTICATED"


class RevokedCertificateError(AccessError):
    """The client's certificate was withdrawn."""

    reason = "CERTIFICATE_REVOKED"
    grpc_code = "UNAUTHENTICATED"


class ExpiredCertificateError(AccessError):
    """The client's certificate was good when its connection began."""

    reason = "CERTIFICATE_EXPIRED"
    grpc_code = "UNAUTHENTICATED"


class RoleNotAllowedError(AccessError):
    """The token's role or tenant does not allow this call."""

    reason = "ROLE_NOT_ALLOWED"


class TooManyAttemptsError(AccessError):
    """Too many failed attempts against one subject; locked for a while."""

    reason = "TOO_MANY_ATTEMPTS"
    grpc_code = "RESOURCE_EXHAUSTED"
