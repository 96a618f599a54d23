"""The project: settings, URLs, and the WSGI application."""

# The version of the product, defined here only; CHANGELOG.md lists the changes.
__version__ = "0.18.0"
