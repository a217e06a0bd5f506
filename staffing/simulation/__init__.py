"""Simulate the service customers will really get."""
