"""Writes pictures and animations as readers get them."""

import io

from PIL import Image, PngImagePlugin


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
    if img.mode == "RGBA":
        white = Image.new("RGB", img.size, "white")
        white.paste(img, mask=img.getchannel("A"))
        img = white
    file = io.BytesIO()
    img.save(file, "JPEG", quality=85, progressive=True, optimize=True, xmp=xmp)
    return file.getvalue()


def encode_copy(img: Image.Image, width: int, xmp: bytes) -> bytes:
    """Return a WebP copy of this width."""
    file = io.BytesIO()
    size = (width, max(1, round(img.height * width / img.width)))
    img.resize(size, Image.Resampling.LANCZOS).save(file, "WEBP", quality=80, method=4, xmp=xmp)
    return file.getvalue()
