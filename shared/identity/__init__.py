"""Microsoft Entra: tokens that are shown to us, and tokens that we ask for."""
