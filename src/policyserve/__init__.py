"""From a life insurer's book of policies to every agent's day, and to the figures that tell whether it works."""

__version__ = "0.1.0"
