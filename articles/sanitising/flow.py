"""Line breaks of the source: a space between words, nothing between Chinese characters, regardless of tags."""

from .text import joins_lines

_WRAPPED = " \t\r\n"


class TextFlow:
    """The text of one paragraph while it is read: its last character, and a line break that may be a space."""

    def __init__(self) -> None:
        self.gap = ""
        self.last = ""

    def end(self) -> None:
        self.gap, self.last = "", ""

    def joined(self, text: str) -> str:
        """Return the text with its spaces resolved; a line break at its end waits for the next text."""
        content = text.lstrip(_WRAPPED)
        before = "\n" if self.gap or "\n" in text[: len(text) - len(content)] else ""
        if not content and before:
            self.gap = before
            return ""
        if before:
            text = content if joins_lines(self.last, content[0]) else before + content
        kept = text.rstrip(_WRAPPED)
        self.gap = "\n" if "\n" in text[len(kept) :] else ""
        text = kept if self.gap else text
        self.last = text[-1:] if text.strip() else self.last
        return text
