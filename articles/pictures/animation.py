"""Animations (GIF, WebP, PNG, AVIF): read picture by picture, and written as WebP, which is a fraction of a GIF."""

import io
from typing import NamedTuple

from PIL import Image

from .decoding import OpenedPicture, damaged_picture, normalise_picture
from .metadata import PILLOW_ERRORS

FORMATS = ("GIF", "WEBP", "PNG", "AVIF")
WIDEST = 960  # pixels
# Beyond these an animation takes too long to encode, or to arrive at a phone; a film is smaller.
MAX_FRAMES = 600
MAX_PIXELS = 150_000_000  # of all pictures together, as they are in the file
MAX_BYTES = 5 * 2**20
# Browsers show a picture for this time if the file says less than LEAST, which many GIFs do.
USUAL, LEAST, LONGEST = 100, 20, 60_000  # milliseconds
MOST_PLAYS = 65_535  # the largest number that WebP has


class Animation(NamedTuple):
    """The pictures of an animation, for how many milliseconds each is shown, and how often all are; 0: for ever."""

    frames: list[Image.Image]
    durations: list[int]
    plays: int


def read_animation(opened: OpenedPicture, name: str) -> Animation | None:
    """Return the animation in an opened file; None if it does not move or is too large. Raises RefusedFile."""
    img = opened.img
    if img.format not in FORMATS or not opened.has_more:
        return None
    frames: list[Image.Image] = []
    durations: list[int] = []
    try:
        while True:
            img.seek(len(frames))
            if len(frames) == MAX_FRAMES or (len(frames) + 1) * img.width * img.height > MAX_PIXELS:
                return None
            img.load()
            frames.append(normalise_picture(img, WIDEST))
            if frames[-1].size != frames[0].size:
                raise damaged_picture(name)
            shown = round(img.info.get("duration") or 0)
            durations.append(min(shown, LONGEST) if shown >= LEAST else USUAL)
    except EOFError:  # the end
        pass
    except PILLOW_ERRORS as error:
        raise damaged_picture(name) from error
    # A GIF without a number is played once; the other formats have one, or are played for ever.
    plays = img.info.get("loop", 1 if img.format == "GIF" else 0)
    return Animation(frames, durations, min(plays, MOST_PLAYS))


def encode_animation(animation: Animation, xmp: bytes) -> bytes | None:
    """Return the animation as WebP, or None if that is larger than MAX_BYTES."""
    file = io.BytesIO()
    first, *others = animation.frames
    first.save(
        file,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=animation.durations,
        loop=animation.plays,
        quality=75,
        method=2,
        xmp=xmp,
    )
    return file.getvalue() if file.tell() <= MAX_BYTES else None
