"""Which certificates are believed: those of the operating system, whatever the environment says.

A frozen app's own OpenSSL does not know where the system keeps its certificates, and
`SSL_CERT_FILE` or `SSL_CERT_DIR` must not be able to add one.
"""

import ssl
import sys
from contextlib import suppress
from pathlib import Path

import truststore

# Debian and Alpine, Fedora, openSUSE, BSD and macOS ports.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def system_trust() -> ssl.SSLContext:
    """Return a client context that checks certificates and host names."""
    if sys.platform in {"win32", "darwin"}:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    compiled_in = ssl.get_default_verify_paths()
    for bundle in (compiled_in.openssl_cafile, *_BUNDLES):
        if Path(bundle).is_file():
            context.load_verify_locations(cafile=bundle)
            break
    with suppress(OSError):
        context.load_verify_locations(capath=compiled_in.openssl_capath)
    return context
