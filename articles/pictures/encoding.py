"""Writes pictures and animations as readers get them."""

import io

from PIL import Image, ImageOps, PngImagePlugin

from ..models.picture import SQUARE_MAX_BYTES, SQUARE_SIDE


def encode_master(img: Image.Image, xmp: bytes) -> tuple[str, bytes]:
    """Return extension and bytes: progressive JPEG, or PNG for a picture with transparent pixels."""
    if img.mode == "RGBA":
        file = io.BytesIO()
        text = PngImagePlugin.PngInfo()
        if xmp:
            text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        img.save(file, "PNG", pnginfo=text)
        return "png", file.getvalue()
    return "jpg", encode_jpeg(img, xmp)


def encode_jpeg(img: Image.Image, xmp: bytes) -> bytes:
    """Return the picture as progressive JPEG, on white where it is transparent."""
    return _write_jpeg(_on_white(img), 85, xmp)


def encode_square(img: Image.Image, xmp: bytes) -> bytes:
    """Return the middle of the picture as a square JPEG of SQUARE_SIDE pixels and at most SQUARE_MAX_BYTES.

    A picture whose sides differ very much would lose most of itself: it is shown whole, on white. The metadata is
    left out if it would not fit.
    """
    size = (SQUARE_SIDE, SQUARE_SIDE)
    is_long = max(img.size) > 2 * min(img.size)
    square = ImageOps.pad(_on_white(img), size, color="white") if is_long else ImageOps.fit(_on_white(img), size)
    for quality, kept in ((80, xmp), (60, xmp), (60, b""), (40, b""), (20, b"")):
        encoded = _write_jpeg(square, quality, kept)
        if len(encoded) <= SQUARE_MAX_BYTES:
            break
    return encoded


def _on_white(img: Image.Image) -> Image.Image:
    if img.mode != "RGBA":
        return img
    white = Image.new("RGB", img.size, "white")
    white.paste(img, mask=img.getchannel("A"))
    return white


def _write_jpeg(img: Image.Image, quality: int, xmp: bytes) -> bytes:
    file = io.BytesIO()
    img.save(file, "JPEG", quality=quality, progressive=True, optimize=True, xmp=xmp)
    return file.getvalue()


def encode_copy(img: Image.Image, width: int, xmp: bytes) -> bytes:
    """Return a WebP copy of this width."""
    file = io.BytesIO()
    size = (width, max(1, round(img.height * width / img.width)))
    img.resize(size, Image.Resampling.LANCZOS).save(file, "WEBP", quality=80, method=4, xmp=xmp)
    return file.getvalue()
