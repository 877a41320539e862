"""Keep requests away from addresses that are nobody's publication: this computer, this network, reserved ranges.

A feed list may come from anywhere and a redirect from anyone, so the check stands where the connection is made, on
every hop, for names and for literal addresses. A feed with ``allow_private = true`` is not checked.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL: Final = ipaddress.ip_network("64:ff9b:1::/48")
_UNICAST: Final = ipaddress.ip_network("2000::/3")
"""The only IPv6 range given out for public use (IANA); the rest is special, withdrawn (fec0::/10) or free."""
_TEREDO: Final = ipaddress.ip_network("2001::/32")

_AT_A_TIME: Final = 64
"""Names looked up at a time. A name server that drops what comes too fast costs one repetition (5 s) for all together;
asking it in small groups would cost one per group.
"""

_UNANSWERED: Final = 8
"""Names that fail for want of a name server before the others are taken to fail as well."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class RefusedAddressError(OSError):
    """The name or address leads into a private or reserved range; the message names both."""


def refusal(address: str) -> str | None:
    """Return why ``address`` must not be connected to, in words, or None if it is a public address.

    IPv6 addresses that carry an IPv4 one (mapped, NAT64 of RFC 6052, 6to4) are judged by the address they carry.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address} is not an address"
    judged = _carried(parsed)
    if judged is None:
        return f"{address} leads through a tunnel to an address that cannot be checked"
    for kind, applies in (
        ("this computer", judged.is_loopback or judged.is_unspecified),
        ("the local link", judged.is_link_local),
        ("a multicast group", judged.is_multicast),
        ("a private or reserved network", not judged.is_global or judged.is_reserved or _is_unassigned(judged)),
    ):
        if applies:
            return f"{address} belongs to {kind}"
    return None


def _is_unassigned(address: Address) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST


def _carried(address: Address) -> Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TEREDO or address in _NAT64_LOCAL:
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def literal_refusal(host: str) -> str | None:
    """Return why a host that is a literal address must not be connected to; None for names and public addresses.

    The client connects to literal addresses without asking its resolver, so they are checked before. Behind a proxy
    nothing else is checked, so the other spellings of an address that resolvers know (2130706433, 127.1, 0x7f.0.0.1)
    and the names of this computer (RFC 6761, 6.3) are literals too.
    """
    name = host.partition("%")[0].rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return f"{name} belongs to this computer"
    try:
        ipaddress.ip_address(name)
    except ValueError:
        try:
            return refusal(socket.inet_ntoa(socket.inet_aton(name)))
        except (OSError, ValueError):
            return None
    return refusal(host)


def guarded_socket(address_info: tuple[Any, ...]) -> socket.socket:
    """Return a socket for an address that may be connected to; raise RefusedAddressError for any other.

    The last line behind the checks of names and literals: whatever way an address came here, it is looked at.
    """
    family, kind, protocol, _, address = address_info
    reason = refusal(str(address[0]))
    if reason:
        raise RefusedAddressError(reason)
    return socket.socket(family=family, type=kind, proto=protocol)


class Resolver(AbstractResolver):
    """Looks names up in threads of its own, so that dead names do not hold up the living.

    Each name is asked for once; the answer, also "unknown", holds as long as the resolver. When no name server
    answers at all, further names fail at once: without a network a round must end in seconds. With ``is_guarded``,
    names that lead only to refused addresses raise RefusedAddressError.
    """

    def __init__(self, seconds: float, *, is_guarded: bool) -> None:
        self._seconds = seconds
        self._is_guarded = is_guarded
        self._places = asyncio.Semaphore(_AT_A_TIME)
        self._unanswered = 0
        self._has_answered = False
        self._answers: dict[tuple[str, socket.AddressFamily], asyncio.Task[list[ResolveResult]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of ``host``; raise OSError (gaierror or RefusedAddressError) when there are none."""
        answer = self._answers.get((host, family))
        if answer is None:
            answer = self._answers[host, family] = asyncio.create_task(self._ask(host, family))
            # An answer nobody waits for any more must not be reported as an error nobody looked at.
            answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        found = await asyncio.shield(answer)
        results = [ResolveResult(**{**each, "port": port}) for each in found]
        if not self._is_guarded:
            return results
        allowed = [result for result in results if refusal(result["host"]) is None]
        if not allowed:
            reason = refusal(results[0]["host"]) if results else "it has no address"
            raise RefusedAddressError(f"{host}: {reason}")
        return allowed

    async def close(self) -> None:
        """Forget the answers; look-ups still running end on their own."""
        for answer in self._answers.values():
            answer.cancel()
        await asyncio.gather(*self._answers.values(), return_exceptions=True)
        self._answers.clear()

    async def _ask(self, host: str, family: socket.AddressFamily) -> list[ResolveResult]:
        async with self._places:
            if self._unanswered >= _UNANSWERED and not self._has_answered:
                raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")
            try:
                async with asyncio.timeout(self._seconds):
                    found = await _look_up(host, family)
            except TimeoutError as error:
                self._unanswered += 1
                raise socket.gaierror(socket.EAI_AGAIN, f"no name server answered in {self._seconds:g} s") from error
            except socket.gaierror as error:
                self._unanswered += error.errno == socket.EAI_AGAIN
                self._has_answered = self._has_answered or error.errno != socket.EAI_AGAIN
                raise
        self._has_answered = True
        return found


def _look_up(host: str, family: socket.AddressFamily) -> asyncio.Future[list[ResolveResult]]:
    """Return the future answer to a look-up in a thread that nobody waits for when the program ends.

    The event loop's own pool has six threads on a small machine, and a dead network takes 5 to 30 s per name.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[ResolveResult]] = loop.create_future()

    def settle(found: list[ResolveResult] | None, error: OSError | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found or [])

    def work() -> None:
        found: list[ResolveResult] | None = None
        error: OSError | None = None
        try:
            infos = socket.getaddrinfo(host, 0, family, socket.SOCK_STREAM)
            found = [_result(host, info) for info in infos]
        except OSError as problem:
            error = problem
        except UnicodeError:  # a name that IDNA cannot write, e.g. with a label of 64 characters
            error = socket.gaierror(socket.EAI_NONAME, "not a name of the domain name system")
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for the answer any more
            loop.call_soon_threadsafe(settle, found, error)

    threading.Thread(target=work, name=f"look up {host}", daemon=True).start()
    return answer


def _result(host: str, info: tuple[Any, ...]) -> ResolveResult:
    family, _, protocol, _, address = info
    numeric = str(address[0])
    if family == socket.AF_INET6 and len(address) > 3 and address[3]:
        numeric = f"{numeric.partition('%')[0]}%{address[3]}"
    return ResolveResult(
        hostname=host, host=numeric, port=0, family=family, proto=protocol, flags=socket.AI_NUMERICHOST
    )
