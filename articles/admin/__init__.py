"""The desk (admin site): one file per screen.

`apps.py` imports the screens once the models are loaded; `site.py` is the site they register with.
"""
