"""What the settings say of an Apprise gateway.

    [gateways.abroad]
    kind = "apprise"
    url = { env = "ABROAD_URL" }    # such as twilio://SID:TOKEN@+15550100000/{phone}

The url is Apprise's own (its plugins are listed at appriseit.com/services); `{phone}` stands where the service reads
whom to text, and each text's phone is put there percent-encoded.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from policyserve.settings_file import Section


class AppriseOptions(Section):
    """The whole section."""

    url: Annotated[str, Field(min_length=1)]
    rate: Annotated[float, Field(gt=0)] | None = None
    connections: Annotated[int, Field(ge=1, le=32)] = 4
    """Texts at the same time; each takes a thread."""
    answer_seconds: Annotated[float, Field(gt=0, le=600)] = 30
    """The longest that a text may take; the url's own `rto` and `cto` (4 seconds) come first."""
