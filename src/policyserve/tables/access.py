"""Who may do what: users, their sessions, attempts to sign in, forms that were sent, tokens, and the audit log."""

from datetime import date, datetime

from sqlalchemy import DDL, Index, event
from sqlmodel import Field

from policyserve.tables.model import Model, table


class User(Model, table=True):
    """Somebody who signs in; never deleted, for the audit log names them."""

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_wecom", "wecom", unique=True),
        Index("uq_users_subject", "subject", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    """In small letters."""
    name: str | None = None
    role: str
    """agent, manager, clerk, administrator or auditor."""
    password: str
    """Its hash by argon2."""
    agent_id: int | None = Field(default=None, foreign_key="agents.id", index=True)
    """Whose customers an agent sees, and under whom a manager's teams stand."""
    branch_id: int | None = Field(default=None, foreign_key="branches.id", index=True)
    """The branch that is seen, of who sees one whole; empty: all."""
    active: bool = True
    created_at: datetime
    wecom: str | None = None
    """Who they are in WeCom (企业微信 userid)."""
    subject: str | None = None
    """Who they are to the provider of OpenID Connect; empty: by the name to sign in with."""


class SecondFactor(Model, table=True):
    """What makes a user's codes (RFC 6238)."""

    __tablename__ = "second_factors"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: int = Field(primary_key=True, foreign_key="users.id", sa_column_kwargs={"autoincrement": False})
    secret: str
    """Base32; sealed where a key is configured."""
    confirmed_at: datetime | None = None
    """When its first code came; empty: it is offered, and nothing is asked of it yet."""
    last_step: int | None = None
    """The half minute of the last code that was taken; it and those before are taken no more."""


class RecoveryCode(Model, table=True):
    """A code in place of a lost second factor; gone when it was used."""

    __tablename__ = "recovery_codes"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: int = Field(primary_key=True, foreign_key="users.id", sa_column_kwargs={"autoincrement": False})
    code: str = Field(primary_key=True)
    """SHA-256 of the code, which is random throughout."""


class SignedIn(Model, table=True):
    """One session; what the browser has is a token, and here is its hash alone."""

    __tablename__ = "sessions"
    __table_args__ = ({"sqlite_with_rowid": False},)

    token: str = Field(primary_key=True)
    """SHA-256 of the token."""
    user_id: int = Field(foreign_key="users.id", index=True)
    begun_at: datetime
    ends_at: datetime
    address: str
    owes: str | None = None
    """What its user still owes, `code` or `set-up`; until then it opens nothing."""


class SignInAttempt(Model, table=True):
    """A sign-in that failed; whoever fails too often waits."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_login_at", "login", "at"),
        Index("ix_sign_in_attempts_address_at", "address", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    login: str
    address: str
    at: datetime


class SentForm(Model, table=True):
    """The key of a form that was carried out; the same key acts once."""

    __tablename__ = "sent_forms"
    __table_args__ = (Index("ix_sent_forms_at", "at"), {"sqlite_with_rowid": False})

    key: str = Field(primary_key=True)
    user_id: int = Field(foreign_key="users.id")
    at: datetime
    body: str | None = None
    """Of a call of the API: SHA-256 of all that was sent."""
    answer: str | None = None
    """What it was answered; nothing of a customer's."""


class Token(Model, table=True):
    """The key of a machine: it asks as a user does; its hash alone is stored."""

    __tablename__ = "tokens"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    token: str = Field(unique=True)
    """SHA-256 of the token."""
    user_id: int = Field(foreign_key="users.id", index=True)
    reads_only: bool = False
    created_at: datetime
    ends_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    """To the hour."""


class CalendarFeed(Model, table=True):
    """A user's calendar for programs that cannot sign in; its address is a secret, and here is its hash alone."""

    __tablename__ = "calendar_feeds"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: int = Field(primary_key=True, foreign_key="users.id", sa_column_kwargs={"autoincrement": False})
    secret: str = Field(unique=True)
    """SHA-256 of the secret."""
    names: bool
    """Whether customers are named in full; calendars travel."""
    made_at: datetime


class DayVisit(Model, table=True):
    """When an agent first opened a day, and last uploaded what was done on it."""

    __tablename__ = "day_visits"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: int = Field(primary_key=True, foreign_key="users.id", sa_column_kwargs={"autoincrement": False})
    day: date = Field(primary_key=True)
    opened_at: datetime | None = None
    uploaded_at: datetime | None = None


class AuditEntry(Model, table=True):
    """What a user did; rows are added, and neither changed nor deleted."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_at", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    action: str
    """A code of `access.audit.ACTIONS`."""
    kind: str | None = None
    """The kind of thing that it was done to: user, customer, task, list."""
    number: str | None = None
    """Its number."""
    address: str | None = None


_REFUSED = "the audit log is only added to"

_STATEMENTS = {
    "sqlite": [
        f"CREATE TRIGGER audit_log_no_{deed} BEFORE {deed.upper()} ON audit_log "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for deed in ("update", "delete")
    ],
    "postgresql": [
        "CREATE FUNCTION audit_log_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
        "CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_kept()",
    ],
}
for _dialect, _statements in _STATEMENTS.items():
    for _statement in _statements:
        event.listen(table(AuditEntry), "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
