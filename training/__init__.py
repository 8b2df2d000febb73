"""Fitting what brickwall ships as numbers; no part of the program."""
