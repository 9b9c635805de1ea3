"""Optimisation of a GMN."""
