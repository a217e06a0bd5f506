"""Components of our own: the rota matrix and the day view."""
