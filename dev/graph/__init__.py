"""A stand-in for Microsoft Graph: the directory as the signed-in person may read it."""

from dev.graph.stand_in import Graph

__all__ = ["Graph"]
