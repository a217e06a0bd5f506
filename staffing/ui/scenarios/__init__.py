"""Parts of the Scenarios page."""
