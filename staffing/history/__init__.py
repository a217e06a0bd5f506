"""Read and clean contact history."""
