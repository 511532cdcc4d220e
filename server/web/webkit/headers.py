"""What every answer tells the browser to refuse: foreign scripts, frames, guessing of types, addresses passed on."""

from flask import Flask, Response, request

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
ONE_YEAR = 365 * 24 * 3600


def install_headers(app: Flask, *, secure: bool) -> None:
    """`secure`: the installation is reached over HTTPS, and browsers may be told to insist on it."""

    @app.after_request
    def _add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        # A lookup code stands in the address: it must not travel to the next site as a referrer.
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("X-Frame-Options", "DENY")
        if response.mimetype == "text/html":
            headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
            headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if response.mimetype in ("text/html", "application/json"):
            # Shared phones and counter PCs: the back button must not show the last person's page.
            headers.setdefault("Cache-Control", "no-store")
        if secure and request.is_secure:
            headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}")
        return response
