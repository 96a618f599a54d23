"""Draws QR codes: every module has the same whole number of pixels, which printers and phones do not blur."""

import base64
import io
import re
from typing import Literal

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

QUIET_ZONE = 4  # white modules on each side, required by ISO/IEC 18004; more where modules leave pixels over
SMALLEST_WITH_LOGO = 128  # pixels; in smaller images the logo is unrecognisable
LOGO_SIDE = 0.22  # fraction of the code's side without quiet zone: less than 5 % of the area


def draw_qr_code(
    text: str,
    *,
    form: Literal["svg", "png"],
    size: int,
    logo: bytes | None = None,
    least: int = ERROR_CORRECT_M,
) -> bytes:
    """Return a QR image of `text`, dark on white, `size` pixels square including the quiet zone; more if it has more
    modules than that.

    Error correction level `least`, or the highest one that needs no more modules; with a logo (the bytes of a square
    image) and from 128 px on, level H, with the logo in the middle on less than 5 % of the area.
    """
    mark = logo if size >= SMALLEST_WITH_LOGO else None
    matrix = qr_matrix(text, least=ERROR_CORRECT_H if mark else least)
    size = max(size, len(matrix))
    return _draw_svg(matrix, size, mark) if form == "svg" else _draw_png(matrix, size, mark)


def qr_matrix(text: str, least: int) -> list[list[bool]]:
    """Return the modules with their quiet zone, dark ones True: the smallest code of the error correction level
    `least`, with the highest level that fits into as many modules.
    """
    version = _code(text, None, least).best_fit()
    for level in (ERROR_CORRECT_H, ERROR_CORRECT_Q):
        try:
            return _modules(text, version, level)
        except (DataOverflowError, ValueError):  # ValueError: where even the largest code is too small
            continue
    return _modules(text, version, least)


def _modules(text: str, version: int, level: int) -> list[list[bool]]:
    code = _code(text, version, level)
    code.make(fit=False)
    return code.get_matrix()


def _code(text: str, version: int | None, level: int) -> qrcode.QRCode:
    code = qrcode.QRCode(version=version, error_correction=level, border=QUIET_ZONE)
    code.add_data(text)
    return code


def _draw_svg(matrix: list[list[bool]], size: int, logo: bytes | None) -> bytes:
    """Draw runs of dark modules as one path: a third of the bytes of one rectangle per module."""
    side, module = len(matrix), size // len(matrix)
    start = (size - side * module) // 2
    runs = "".join(
        f"M{run.start()} {y}h{run.end() - run.start()}v1h-{run.end() - run.start()}z"
        for y, row in enumerate(matrix)
        for run in re.finditer("1+", "".join("1" if dark else "0" for dark in row))
    )
    picture = ""
    if logo:
        width = _logo_width(side, module)
        at = start + (side * module - width) // 2
        data = base64.b64encode(_logo_png(logo, 256)).decode()
        picture = f'<image x="{at}" y="{at}" width="{width}" height="{width}" href="data:image/png;base64,{data}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {size} {size}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path transform="translate({start} {start})scale({module})" d="{runs}"/>{picture}</svg>'
    ).encode()


def _draw_png(matrix: list[list[bool]], size: int, logo: bytes | None) -> bytes:
    side, module = len(matrix), size // len(matrix)
    modules = Image.new("1", (side, side), 1)
    modules.putdata([0 if dark else 1 for row in matrix for dark in row])
    whole = side * module
    image = Image.new("L", (size, size), 255)
    start = (size - whole) // 2
    image.paste(modules.convert("L").resize((whole, whole), Image.Resampling.NEAREST), (start, start))
    if logo:
        width = _logo_width(side, module)
        mark = Image.open(io.BytesIO(_logo_png(logo, width)))
        image = image.convert("RGB")
        image.paste(mark, (start + (whole - width) // 2, start + (whole - width) // 2))
    out = io.BytesIO()
    image.save(out, "PNG")  # not optimised: that saves a quarter of the bytes but takes four times as long
    return out.getvalue()


def _logo_width(side: int, module: int) -> int:
    """Return the width of the logo in pixels; `side` is in modules, `module` in pixels."""
    return round((side - 2 * QUIET_ZONE) * LOGO_SIDE * module)


def _logo_png(data: bytes, width: int) -> bytes:
    """Return the logo as PNG on white, `width` pixels square with a white margin."""
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as source:
        mark = source.convert("RGBA")
    margin = max(1, width // 16)
    mark.thumbnail((width - 2 * margin, width - 2 * margin), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", (width, width), "white")
    canvas.paste(mark, ((width - mark.width) // 2, (width - mark.height) // 2), mark)
    out = io.BytesIO()
    canvas.save(out, "PNG")
    return out.getvalue()
