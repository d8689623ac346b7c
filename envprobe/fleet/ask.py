"""Ask all members, some at a time; each answer is on disk before the next is waited for."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, as_completed

import msgspec

from ..error import EnvprobeError
from ..fingerprint import Fingerprint
from ..probing.collect import Options
from ..progress import Progress
from ..targets.interruption import calling_off, orderly_end
from .burn_in import burn_in
from .engine import AnsweredMember, FleetMember, Members
from .spool import Spool, checked
from .unreachable import UnreachableMember

BAR = 20
Answers = tuple[list[Fingerprint], dict[str, list[Fingerprint]] | None]
"""Of a member as a whole, and of each of its cores and GPUs where it was burned in."""


def ask_all(
    members: Members,
    options: Options,
    spool: Spool,
    *,
    known: Fingerprint | None = None,
    parallel: int = 32,
    repeat: int = 1,
    burn_in_s: float = 0,
    say: Progress = lambda words: None,
) -> None:
    """Ask every member that the spool has not heard of, `repeat` times each, and write what comes into it.

    Where it is asked for, each then computes for so many seconds on one of its cores after another.

    `known` is a fingerprint that they may have. A member that cannot be asked, or answers with anything but a fingerprint, is
    unreachable. Interrupted, what is running in members ends, and the spool has all that arrived.
    """
    waiting = [one for one in members if isinstance(one, FleetMember) and one.name not in spool.arrived.members]
    for known_before in members:
        if isinstance(known_before, UnreachableMember):
            spool.failed(known_before)
        elif isinstance(known_before, AnsweredMember) and known_before.name not in spool.arrived.members:
            spool.answered(known_before.name, known_before.answers, known_before.burned)
    total = len({_name(one) for one in members} | spool.arrived.members.keys())
    _tell(spool, total, say)
    with orderly_end(), calling_off() as call_off, ThreadPoolExecutor(max(1, min(parallel, len(waiting)))) as pool:
        asked = {pool.submit(_answers, member, options, known, repeat, burn_in_s): member.name for member in waiting}
        try:
            for future in as_completed(asked):
                _keep(future, asked.pop(future), spool)  # thousands of answers would else stay in memory
                _tell(spool, total, say)
        except BaseException:
            for future in asked:
                future.cancel()
            call_off()
            raise


def _name(member: FleetMember | AnsweredMember | UnreachableMember) -> str:
    return member.member if isinstance(member, UnreachableMember) else member.name


def _answers(member: FleetMember, options: Options, known: Fingerprint | None, repeat: int, burn_in_s: float) -> Answers:
    """Return what a member answers: the second time and later only its benchmark is run."""
    first = checked(member.ask(options, known))
    again = msgspec.structs.replace(options, integrity=False)
    found = [first]
    for _ in range(repeat - 1):
        found.append(checked(msgspec.structs.replace(first, trace=member.ask(again, None).trace)))
    return found, burn_in(member, options, first, burn_in_s) if burn_in_s else None


def _keep(future: Future[Answers], name: str, spool: Spool) -> None:
    try:
        answers, burned = future.result()
    except EnvprobeError as error:
        spool.failed(UnreachableMember(name, error.message))
    except Exception as error:  # noqa: BLE001 - a client's library raises what it likes; one member must not end the others
        spool.failed(UnreachableMember(name, f"{type(error).__name__}: {error}"))
    else:
        spool.answered(name, answers, burned)


def _tell(spool: Spool, total: int, say: Progress) -> None:
    answered, gone = len(spool.arrived.members), len(spool.arrived.unreachable)
    done = BAR * (answered + gone) // max(total, 1)
    say(f"{'━' * done}{'╌' * (BAR - done)} {answered} of {total} answered" + (f", {gone} unreachable" if gone else ""))
