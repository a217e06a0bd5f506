"""Write plans as files."""
