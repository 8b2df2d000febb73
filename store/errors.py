"""The few kinds of error. Each says what happened, to what, and what to do about it."""

from __future__ import annotations

from enum import StrEnum


class BrickwallError(Exception):
    """Root of all errors that a user may see.

    ``cause`` says what happened and to which file or account; ``remedy`` what to do.
    The command line turns a kind into words and an exit code, in one place.
    """

    exit_code = 1

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy


class UsageError(BrickwallError):
    """The command was given something it cannot use."""

    exit_code = 2


class InputError(BrickwallError):
    """A file or account could not be read; the rest was done."""

    exit_code = 3


class ConfigurationError(BrickwallError):
    """The configuration holds something that is not allowed."""

    exit_code = 10


class BusyError(BrickwallError):
    """Another brickwall is writing to the same store."""

    exit_code = 11


class SignInProblem(StrEnum):
    """Why a sign-in did not work, or works no longer; each has its own remedy."""

    UNKNOWN = "unknown"
    CONSENT_DENIED = "consent denied"
    ADMIN_CONSENT = "consent of an administrator needed"
    TESTING_EXPIRED = "expired after seven days (client in testing mode)"
    REVOKED = "revoked"
    WRONG_PASSWORD = "name or password refused"  # noqa: S105 - words for a person
    APP_PASSWORD = "app password needed"  # noqa: S105 - words for a person
    WRONG_TENANT = "wrong tenant"
    WRONG_CLOCK = "wrong clock"
    POLICY = "blocked by a policy"
    WRONG_SERVER = "wrong server"
    CERTIFICATE = "certificate not trusted"


class SignInError(BrickwallError):
    """An account must be signed in to (again). ``problem`` tells why, for programs."""

    exit_code = 12

    def __init__(
        self, cause: str, remedy: str = "", problem: SignInProblem = SignInProblem.UNKNOWN
    ) -> None:
        super().__init__(cause, remedy)
        self.problem = problem


class StoreError(BrickwallError):
    """The database cannot be opened, read or written (newer version, full disk, no right)."""

    exit_code = 10
