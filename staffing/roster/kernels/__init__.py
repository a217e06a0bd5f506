"""Compiled kernels of the search over tours, by noun. They work on the named tuples of `arrays` and never check bounds."""
