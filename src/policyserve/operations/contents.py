"""Contents that the company tells its customers: entered, and asked for before the day comes."""

from __future__ import annotations

from datetime import date, datetime

from policyserve import db
from policyserve.access import audit, sent_forms
from policyserve.access.sent_forms import Form
from policyserve.access.viewer import Viewer
from policyserve.config import Settings
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.messages import contents
from policyserve.messages.texts.templates import refused_sign
from policyserve.operations.database import Database
from policyserve.tasks.stored_standard import current_standard

LONGEST = 300
"""Signs of a content; a longer one fills more texts than a customer reads."""


def set_content(
    engine: Database, viewer: Viewer, kind: str, text: str, *, day: date, language: str, at: datetime, form: Form = None
) -> str:
    """Say what the company tells its customers in the period that holds `day`; an empty text takes it back.

    Returns the period. Raises PolicyserveError for a text that is too long, or holds a sign that carriers refuse.
    """
    told = " ".join(text.split())
    if len(told) > LONGEST:
        raise PolicyserveError("The text has {length} signs; write at most {most}.", length=len(told), most=LONGEST)
    if (sign := refused_sign(told)) is not None:
        raise PolicyserveError("The text holds {sign}, which carriers refuse; leave it out.", sign=sign)
    with db.writing(engine) as connection:
        sent_forms.take(connection, viewer, form, at)
        period = contents.store_content(connection, kind, day, language, told)
        audit.note(connection, viewer, "content entered" if told else "content taken back", at=at)
    return period


def missing_contents(engine: Database, settings: Settings, *, as_of: date, language: str) -> list[Sentence]:
    """Say what the texts of the coming days need and nobody has entered; see `contents.missing`."""
    with db.reading(engine) as connection:
        standard = current_standard(connection, as_of)
        found = contents.missing(connection, standard, settings.file.messages, as_of)
        return [one.sentence(language) for one in found]
