"""Build, judge and explain rotas."""
