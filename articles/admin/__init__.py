"""The desk: one file per screen. `apps.py` imports them once the models are loaded; `site.py` is the site they register with."""
