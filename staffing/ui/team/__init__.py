"""Parts of the page Team & rules."""
