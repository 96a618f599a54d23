"""Templates are indented for their readers; pages are sent without indentation (docs/decisions/frontend.md)."""

import re

from django.template.base import Origin
from django.template.loaders.filesystem import Loader


class UnindentedLoader(Loader):
    """Reads the templates of TEMPLATES' DIRS without the white space that lines begin with; line numbers stay."""

    def get_contents(self, origin: Origin) -> str:
        """The source of a template as it is parsed."""
        return re.sub(r"^[ \t]+", "", super().get_contents(origin), flags=re.MULTILINE)
