"""Parts of the Rota page."""
