"""The application: command line, configuration, and the wiring of everything."""

__version__ = "0.1.0"
