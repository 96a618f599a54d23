"""Files of pictures, as tests upload them."""

import io
import struct
import zlib

from PIL import Image


def encoded(img, fmt, **facts):
    file = io.BytesIO()
    img.save(file, fmt, **facts)
    return file.getvalue()


def texture(size=(48, 32), mode="RGB"):
    """Return an image that no codec compresses to nothing, the same in every run."""
    img = Image.linear_gradient("L").resize(size)
    bands = [img, img.transpose(Image.Transpose.ROTATE_180), img.point(lambda v: v * 7 % 256), img]
    return Image.merge("RGBA", bands).convert(mode)


def opened(data):
    img = Image.open(io.BytesIO(data))
    img.load()
    return img


def bare_png(width, height, bits=1):
    """Return a PNG of zeros, assembled byte by byte, so that only decoding it would need the memory."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(bytes((width * bits + 7) // 8 + 1) * height, 9)
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
