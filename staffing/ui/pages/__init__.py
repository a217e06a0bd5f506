"""One module per page; each has ``show(t)`` and holds no arithmetic."""
