"""Imports articles that other systems wrote: pages printed as text files (text.py) become articles (importing.py)."""
