"""The project: settings, addresses, and the server's entry point."""

# The version of the product, in one place; CHANGELOG.md says what each one brought.
__version__ = "0.9.0"
