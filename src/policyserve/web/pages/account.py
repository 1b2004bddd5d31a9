"""My account: another password, and the second factor."""

from __future__ import annotations

from policyserve.errors import PolicyserveError
from policyserve.operations import second_factors, users
from policyserve.web.visit import Answer, Move, Screen, Visit, local


def show(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show the account of whoever has signed in."""
    return Screen(template="account", values={"factor": _factor(visit)}, refusal=refusal)


def change_password(visit: Visit) -> Answer:
    """Change the password; other sessions end."""
    old, new = visit.form.get("old_password", ""), visit.form.get("password", "")
    try:
        token = users.change_own_password(
            visit.house.engine, visit.viewer, old, new, address=visit.address, at=visit.now
        )
    except PolicyserveError as refusal:
        return show(visit, refusal)
    return Screen(template="account", values={"factor": None, "changed": True}, token=token)


def offer_factor(visit: Visit) -> Answer:
    """Make a secret for an app, and show it."""
    second_factors.offer_factor(visit.house.engine, visit.viewer)
    return Move(to="/second-factor")


def show_factor(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Ask for a code; with the secret that an app takes in, while the factor is being set up."""
    wanted = local(visit.form.get("next") or visit.query.get("next"))
    if (factor := _factor(visit)) is None:
        return Move(to="/sign-in")
    if not factor.on and factor.secret is None:
        return Move(to="/account")
    return Screen(template="second_factor", values={"factor": factor, "next": wanted}, refusal=refusal)


def give_code(visit: Visit) -> Answer:
    """Take a code; new recovery codes are shown this once."""
    wanted = local(visit.form.get("next"))
    try:
        passed = second_factors.give_code(
            visit.house.engine, visit.token or "", visit.form.get("code", ""), address=visit.address, at=visit.now
        )
    except PolicyserveError as refusal:
        return show_factor(visit, refusal)
    if not passed.codes:
        return Move(to=wanted, token=passed.token)
    return Screen(template="recovery_codes", values={"codes": passed.codes, "next": wanted}, token=passed.token)


def _factor(visit: Visit) -> second_factors.Factor | None:
    return second_factors.factor_of_session(visit.house.engine, visit.token or "", at=visit.now)
