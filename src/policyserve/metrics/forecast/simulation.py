"""An interval for what will be kept: the open premiums drawn many times, with all that is uncertain about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from policyserve.errands import while_waited_for
from policyserve.metrics.forecast.hazard import lost_share

if TYPE_CHECKING:
    from policyserve.metrics.forecast.chances import Chances
    from policyserve.metrics.forecast.hazard import Floats

SEED = 20_130_613
DRAWS, DRAWS_OF_MANY, MANY = 1000, 200, 50_000
"""How often all is drawn: less often for many policies, whose sums vary smoothly."""

PIECE = 2000


def intervals(
    units: pl.DataFrame, given: Chances, *, weights: str, confidence: float, seed: int = SEED
) -> pl.DataFrame:
    """Return for each group the limits between which the sum of `weights` of those kept lies: `group`, `lower`,
    `upper`.

    `units`, a row per row of `given`: `group` (integers from 0), `cohort`, `agent_id`, and the weights. Drawn are the
    parameters of the chances, one deviation per cohort and per agent, and every policy's own fate.
    """
    import numpy as np

    draws = DRAWS if units.height <= MANY else DRAWS_OF_MANY
    random = np.random.default_rng(seed)
    parameters = _root(given.covariance) @ random.standard_normal((given.covariance.shape[0], draws))
    shocks = [
        (_numbers(units["cohort"]), given.spread.cohort),
        (_numbers(units["agent_id"]), given.spread.agent),
    ]
    deviations = [(keys, _deviations(random, keys, sd, draws)) for keys, sd in shocks if sd > 0]
    groups, amounts = units["group"].to_numpy(), units[weights].cast(pl.Float64).to_numpy()
    sums = np.zeros((int(groups.max()) + 1 if groups.size else 0, draws))
    for start in while_waited_for(range(0, units.height, PIECE)):
        piece = slice(start, start + PIECE)
        eta = given.eta[piece, None] + given.columns[piece] @ parameters
        for keys, drawn in deviations:
            eta += drawn[keys[piece]]
        kept = random.random(eta.shape) >= lost_share(eta)
        np.add.at(sums, groups[piece], kept * amounts[piece, None])
    tail = (1 - confidence) / 2
    limits = np.quantile(sums, [tail, 1 - tail], axis=1) if sums.size else np.zeros((2, 0))
    return pl.DataFrame({"group": np.arange(sums.shape[0]), "lower": limits[0], "upper": limits[1]})


def _deviations(random: object, keys: Floats, sd: float, draws: int) -> Floats:
    """Draw one deviation per key and draw; their mean is lowered so that the mean odds stay what was fitted."""
    import numpy as np

    assert isinstance(random, np.random.Generator)
    return sd * random.standard_normal((int(keys.max()) + 1, draws)) - sd**2 / 2


def _numbers(keys: pl.Series) -> Floats:
    numbers: Floats = keys.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    return numbers


def _root(covariance: Floats) -> Floats:
    """Return a matrix whose product with its transpose is the covariance, also of one that is not quite definite."""
    import numpy as np

    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    root: Floats = vectors * np.sqrt(np.clip(values, 0, None))
    return root
