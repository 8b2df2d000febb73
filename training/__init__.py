"""Fits the weights of ``analyzer.intents`` on labelled mail; not part of the installed program."""
