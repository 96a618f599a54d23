from django.db import models
from modelsearch import index


class Text(index.Indexed, models.Model):
    """What our search holds of an article, as Wagtail's is given it."""

    title = models.TextField()
    text = models.TextField()

    search_fields = [index.SearchField("title", boost=10), index.SearchField("text")]
