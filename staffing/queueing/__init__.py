"""Queueing mathematics on arrays."""
