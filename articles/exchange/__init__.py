"""Imports articles that other systems wrote, and gives ours out to them.

Pages printed as text files (text.py) become articles (importing.py); Word files (word/) become text for the editor or
drafts (word_importing.py), and articles become Word files (word_exporting.py).
"""
