"""Workforce planning for contact centres, from contact history to a verified rota."""

__version__ = "0.1.0"
