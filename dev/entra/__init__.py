"""A stand-in for Microsoft Entra ID: discovery, tokens and keys, over https as MSAL demands."""

from dev.entra.applications import Application
from dev.entra.stand_in import Entra

__all__ = ["Application", "Entra"]
