"""What a working process does: one task, then it tells how that went and ends."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import IO, TYPE_CHECKING, Any, Final

from brickwall.cli.logs import handled
from brickwall.daemon import plan
from brickwall.daemon.plan import BRIEF, DIGEST, SYNC, UPKEEP
from brickwall.tools import Talk, Toolbox
from brickwall.vault_keys import Keys
from brickwall.workspace import Workspace, now, opened
from ingest.retry import OfflineError, ThrottledError
from store.errors import BrickwallError, BusyError, SignInError, UsageError

if TYPE_CHECKING:
    from brickwall.syncing import AccountSummary
    from reports.week import Week
    from store.model import Delivery

#: How one piece of work went: ``result``, ``why``, and numbers.
Told = dict[str, Any]

#: After it was asked to end, the process has so long for its batch.
GRACE_SECONDS: Final = 3.0


def work(task: str, stdin: IO[bytes], tell: Callable[[str], None]) -> int:
    """Do ``task`` for the daemon at the other end of ``stdin``; returns the exit code.

    The first line of ``stdin`` holds the key; when ``stdin`` ends, the work is to end, so that
    nothing goes on where the daemon is gone.
    """
    key = str(json.loads(stdin.readline() or b"{}").get("key", ""))
    stop = Event()
    _heed(stop, stdin)
    told = _done(TASKS.get(task, _unknown), key, stop)
    tell(json.dumps(told))
    return 0 if told["result"] in ("done", "stopped") else 3


def _heed(stop: Event, stdin: IO[bytes]) -> None:
    """Stop at the next safe place when asked to, and at once a little later."""
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(5)

    def listen() -> None:
        stdin.read()
        stop.set()
        Event().wait(GRACE_SECONDS)
        os._exit(1)

    Thread(target=listen, daemon=True).start()


def _done(task: Callable[[str, Event], Told], key: str, stop: Event) -> Told:
    try:
        return task(key, stop)
    except BrickwallError as error:
        return failure(error)
    except Exception as error:  # named by place and kind: its text may hold what mail says
        return {"result": "crashed", "why": _place(error)}


def failure(error: BrickwallError) -> Told:
    """What is told of an error."""
    return {"result": _kind(error), "why": error.cause, "remedy": error.remedy}


def _kind(error: BrickwallError) -> str:
    if isinstance(error, OfflineError):
        return "offline"
    if isinstance(error, ThrottledError):
        return "throttled"
    if isinstance(error, SignInError):
        return "sign-in"
    if isinstance(error, BusyError):
        return "busy"
    return "failed"


def _place(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _nobody(question: str) -> str:
    raise SignInError(f"Nobody can be asked: {question}", "Run `brickwall sync` in a terminal.")


@contextmanager
def _silently() -> Iterator[tuple[Workspace, Toolbox, Keys]]:
    """The workspace and what is needed to reach accounts, with nobody to talk to."""
    talk = Talk(say=lambda _: None, ask=_nobody, ask_secret=_nobody, browse=lambda _: False)
    with handled(debug=False), opened(must_exist=False) as workspace:
        yield workspace, Toolbox(workspace.home, workspace.config, talk, now), Keys(_nobody)


def _sync(key: str, stop: Event) -> Told:
    """Sync the accounts in ``key``, one a line."""
    from brickwall.accounts import Accounts, account_id
    from brickwall.cli.syncing import prepared

    wanted = key.split("\n")
    with _silently() as tools:
        accounts = Accounts(tools[0].home.accounts).all()
        syncing = prepared(*tools, stop=stop.is_set)
        summaries = syncing.all([a for a in accounts if account_id(a) in wanted])
    told = {account_id(summary.account): _account(summary) for summary in summaries}
    return {"result": "stopped" if stop.is_set() else "done", "accounts": told}


def _account(summary: AccountSummary) -> Told:
    """How the sync of one account went."""
    saved = summary.saved
    numbers = {"new": saved.new, "changed": saved.changed, "removed": saved.removed}
    numbers["quarantined"] = len(summary.quarantined)
    if summary.error is not None:
        return {**failure(summary.error), **numbers}
    return {"result": "stopped" if summary.stopped else "done", **numbers}


def _digest(key: str, stop: Event) -> Told:
    """Send the digest of the week ``key``."""
    del stop
    from brickwall.digesting import Digesting
    from brickwall.posting import post
    from reports.week import Week

    with _silently() as (workspace, toolbox, keys):
        if long_before(workspace, Week.parse(key)):
            return {"result": "done", "why": "due before brickwall read anything"}
        digesting = Digesting(workspace, now)
        vault = partial(keys.open, workspace.home.vault)
        return delivered(digesting.send(Week.parse(key), partial(post, toolbox, vault)))


def long_before(workspace: Workspace, week: Week) -> bool:
    """Whether the digest of ``week`` was due a week or more before anything was read.

    A daemon whose first start saw a clock that was far behind takes old weeks for due.
    """
    from store.overview import first_read_at

    first = first_read_at(workspace.database)
    due = plan.digest_at(workspace.config, week.first_day + timedelta(days=7))
    return first is not None and due + timedelta(days=7) <= first


def _brief(key: str, stop: Event) -> Told:
    """Send the brief of the day ``key``."""
    del stop
    from brickwall.briefing import Briefing
    from brickwall.posting import post

    with _silently() as (workspace, toolbox, keys):
        vault = partial(keys.open, workspace.home.vault)
        briefing = Briefing(workspace, now)
        return delivered(briefing.send(date.fromisoformat(key), partial(post, toolbox, vault)))


def delivered(deliveries: Sequence[Delivery]) -> Told:
    """How it stands with mails; one that may have gone is looked for once more later."""
    if not deliveries:
        return {"result": "done", "why": "turned off"}
    open_ones = [one for one in deliveries if one.state in ("sending", "failed")]
    if open_ones:
        return {"result": "failed", "why": open_ones[0].why}
    states = Counter(one.state for one in deliveries)
    whys = {one.why for one in deliveries if one.state != "sent"}
    return {"result": "done", "why": "; ".join((*states, *sorted(whys - {""}))), **states}


def _upkeep(key: str, stop: Event) -> Told:
    """What is done once a day: texts whose time is over are deleted."""
    del key, stop
    from brickwall.daemon.upkeep import upkeep

    with opened(must_exist=False) as workspace:
        return {"result": "done", **upkeep(workspace, now())}


def _unknown(key: str, stop: Event) -> Told:
    """What a configuration may ask for and this version cannot do."""
    del key, stop
    return {"result": "failed", "why": "this version cannot do it"}


TASKS: Final[Mapping[str, Callable[[str, Event], Told]]] = {
    SYNC: _sync,
    DIGEST: _digest,
    BRIEF: _brief,
    UPKEEP: _upkeep,
}


def run(task: str) -> int:
    """Be the working process of the daemon at the other end of standard input."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("This is for the daemon alone.", "Run: brickwall daemon run")
    # Unbuffered: a thread still listens at the end, and the interpreter would abort where that
    # holds the lock of a buffer.
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as stdin:
        return work(task, stdin, lambda line: print(line, flush=True))
