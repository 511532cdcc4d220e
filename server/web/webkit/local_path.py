"""Where a page may send somebody back to: addresses of this site, nothing else."""

from urllib.parse import urlsplit


def local_path(wanted: str | None, under: str = "/") -> str | None:
    """`wanted` when it is a path of this site at or below `under`, else None.

    The attack (open redirect): a link to our own sign-in page that ends on a copy of it elsewhere. Browsers read a
    backslash as a slash and drop control signs, so `/\\evil` and `/<tab>/evil` are as foreign as `//evil`.
    """
    if not wanted or not wanted.startswith("/") or "\\" in wanted or not wanted.isprintable():
        return None
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or wanted.startswith("//") or "/.." in parts.path:
        return None
    return wanted if parts.path == under or parts.path.startswith(under.rstrip("/") + "/") else None
