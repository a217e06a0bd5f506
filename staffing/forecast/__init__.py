"""Forecast contacts and handling time."""
