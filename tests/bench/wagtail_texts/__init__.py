"""An app for Wagtail's search to index; loaded by tests/bench/wagtail_search.py alone, where Wagtail is."""
