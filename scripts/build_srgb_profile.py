"""Makes forms/render/colour/sRGB.icc, the colour space every archived page is read in.

    python scripts/build_srgb_profile.py

Little CMS (through Pillow) computes it from the primaries, white point and curve of IEC 61966-2-1. Little CMS marks the
result "No copyright, use freely". The date is fixed, so that it is the same file each time, and the version is stated as
4.2, which is what PDF 1.7 knows; nothing in it is newer.
"""

from pathlib import Path

from PIL import ImageCms

PROFILE = Path(__file__).parents[1] / "forms" / "render" / "colour" / "sRGB.icc"
VERSION = slice(8, 12)
MADE_AT = slice(24, 36)


def main() -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[VERSION] = bytes((4, 0x20, 0, 0))
    profile[MADE_AT] = b"".join(part.to_bytes(2, "big") for part in (2026, 11, 24, 0, 0, 0))
    PROFILE.write_bytes(profile)
    print(f"{PROFILE.name}: {len(profile)} bytes")


if __name__ == "__main__":
    main()
