"""Which IP addresses may open the desk, by duty (管理终端限制): the rule, and the acts that change it.

Every request with a session asks the rule (`admin/desk_access.py`), and every log-in.
"""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from . import audit
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import AddressLimit
from .refusals import Problem, Refusal
from .saved_rows import lock_row, recorded_names, write_row

MOST_NETWORKS = 100  # of one row

NO_NETWORK = Problem(
    "address_limits.no_network",
    _("“%(text)s” is not a network."),
    _("Write one per line, such as 192.0.2.0/24, 2001:db8::/32 or 192.0.2.7."),
    field="networks",
)
TOO_MANY_NETWORKS = Problem(
    "address_limits.too_many_networks", _("More than %(most)d networks; write larger ones."), field="networks"
)
WITHOUT_YOURS = Problem(
    "address_limits.without_yours",
    _("These networks leave out your own address, %(address)s: you would be locked out at once."),
    _("Add your network, or set this from a machine inside."),
    field="networks",
)
FROM_ELSEWHERE = Problem(
    "address_limits.from_elsewhere",
    _("The desk is not open to your account from %(address)s."),
    _("Use a machine inside the newsroom's networks; the security administrator may change them."),
)


class CannotLimit(Refusal):
    """Raised for invalid networks, and for networks that would lock out the user who sets them."""


class FromElsewhere(Refusal):
    """Raised when an account uses the desk from an address that is not open to it."""


@transaction.atomic
def save_address_limit(limit: AddressLimit, *, by: User) -> AddressLimit:
    """Add the limit, or update its changed fields; the networks are written one a line, in their usual form.

    Raises PermissionDenied, ValidationError or CannotLimit.
    """
    before = lock_row(limit)
    permissions.require_duty_everywhere(by, Duty.GRANT)
    limit.networks = "\n".join(str(network) for network in read_networks(limit.networks))
    _refuse_own_lock_out(limit, by)
    write_row(limit, before, ("who", "networks"), by=by)
    return limit


@transaction.atomic
def remove_address_limit(limit: AddressLimit, *, by: User) -> None:
    """Remove the limit; idempotent. Raises PermissionDenied."""
    before = lock_row(limit)
    permissions.require_duty_everywhere(by, Duty.GRANT)
    if before:
        audit.record_entry(
            "addresslimit.deleted",
            before,
            by=by,
            name=str(before),
            fields=recorded_names(before, ["networks"]),
            old=[before.networks],
            new=[""],
        )
        before.delete()


@transaction.atomic
def lift_address_limits(*, by: User) -> int:
    """Remove all limits and return how many: for the machine's operator, when the networks have changed."""
    limits = list(AddressLimit.objects.all())
    for limit in limits:
        remove_address_limit(limit, by=by)
    return len(limits)


def read_networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Return the networks of a text, one a line or separated by commas. Raises CannotLimit."""
    written = [part.strip() for part in text.replace(",", "\n").splitlines() if part.strip()]
    if len(written) > MOST_NETWORKS:
        raise CannotLimit(TOO_MANY_NETWORKS.filled(most=MOST_NETWORKS))
    if not written:
        raise CannotLimit(NO_NETWORK.filled(text=""))
    networks: dict[IPv4Network | IPv6Network, None] = {}  # in the order they are written, each once
    for part in written:
        try:
            networks[ip_network(part, strict=False)] = None
        except ValueError as error:
            raise CannotLimit(NO_NETWORK.filled(text=part[:60])) from error
    return list(networks)


def refuse_address(user: User) -> None:
    """Raise FromElsewhere unless the desk is open to the account from the address set by `audit.acting_from`."""
    address = audit.acting_address()
    if any(not _includes(limit.networks, address) for limit in _limits_of(user)):
        raise FromElsewhere(FROM_ELSEWHERE.filled(address=address or "–"))


def _limits_of(user: User) -> list[AddressLimit]:
    """The limits that concern the account; the table has a row for each duty at most."""
    limits = list(AddressLimit.objects.all())
    return [limit for limit in limits if limit.who in _groups_of(user)]


def _groups_of(user: User) -> set[str]:
    administrators = {AddressLimit.ADMINISTRATORS} if user.is_superuser else set()
    return {AddressLimit.EVERYBODY, *administrators, *permissions.assigned_duties(user)}


def _includes(networks: str, address: str | None) -> bool:
    """Return True if one of the networks contains the address. IPv4 in IPv6 (::ffff:192.0.2.7) is taken as IPv4."""
    if address is None:
        return False
    seen = ip_address(address)
    seen = getattr(seen, "ipv4_mapped", None) or seen
    return any(seen in ip_network(network) for network in networks.split())


def _refuse_own_lock_out(limit: AddressLimit, by: User) -> None:
    address = audit.acting_address()
    if limit.who in _groups_of(by) and not _includes(limit.networks, address):
        raise CannotLimit(WITHOUT_YOURS.filled(address=address or "–"))
