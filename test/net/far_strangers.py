#!/usr/bin/env python3
"""Servers that speak no protocol of Ajar's, one of each kind at a port of its own from FIRST_PORT on, at every address. Prints
"ready", and serves until it is ended.

    test/net/far_strangers.py DIRECTORY         for the key of the kinds inside TLS
"""
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import strangers as near  # noqa: E402

FIRST_PORT = 23001


def echoes(connection):
    while piece := connection.recv(4096):
        connection.sendall(piece)


def web(connection):
    while connection.recv(4096):
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def closing_web(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def slow_redirect(connection):
    while connection.recv(4096):
        time.sleep(1)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /app/login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return


def web_in_both(connection, context):
    """In clear and inside TLS, a request a connection: what it may be is looked for in both."""
    if connection.recv(1, socket.MSG_PEEK) != b"\x16":
        closing_web(connection)
        return
    with context.wrap_socket(connection, server_side=True) as inner:
        closing_web(inner)


web_in_both.wants_context = True


def in_two_pieces(connection):
    """A real greeting, NBD's; the kernel holds the second piece back until the first has arrived."""
    connection.sendall(b"NBDMAGIC")
    connection.sendall(b"IHAVEOPT\x00\x03")
    near.silent(connection)


def inside_tls(talk):
    def wrapped(connection, context):
        with context.wrap_socket(connection, server_side=True) as inner:
            talk(inner)
    wrapped.wants_context = True
    return wrapped


# What they are; who is not named here is a stranger.
KNOWN = {"HTTP": "web", "a greeting in two pieces": "nbd"}
KINDS = (
    ("silent", near.silent), ("closes at once", near.hangs_up_unasked), ("closes when asked", near.slams),
    ("resets when asked", near.resets), ("speaks first, text", near.greets), ("speaks first, bytes",
     lambda c: (c.sendall(bytes.fromhex("00070001deadbeef")), near.silent(c))),
    ("a greeting in two pieces", in_two_pieces), ("answers in text", near.text),
    ("answers in frames", near.frames), ("echoes", echoes), ("waits for a NUL", near.waits_for_a_null), ("HTTP", web),
    ("HTTP, a request a connection", closing_web), ("HTTP, after 0.5 s", near.slow_web(0.5)), ("HTTP, after 1.3 s", near.slow_web(1.3)),
    ("HTTP, a redirect after 1 s", slow_redirect), ("HTTP and TLS at one port", web_in_both), ("TLS, silent inside", inside_tls(near.silent)),
    ("TLS, echoes inside", inside_tls(echoes)), ("TLS, closes inside", inside_tls(near.slams)),
    ("TLS, HTTP inside", inside_tls(web)), ("TLS, HTTP inside, a request a connection", inside_tls(closing_web)),
)


def product_of(name):
    return next((product for word, product in KNOWN.items() if word in name), "unknown")


def talk_on(talk, connection, context):
    with connection:
        try:
            talk(connection, context) if hasattr(talk, "wants_context") else talk(connection)
        except OSError:
            pass


def accept(listener, talk, context):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk_on, args=(talk, connection, context), daemon=True).start()


def main():
    directory = pathlib.Path(sys.argv[1])
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    "k", "-out", "c", "-days", "9", "-subj", "/CN=stranger.example"], cwd=directory, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "c", directory / "k")
    for port, (_, talk) in enumerate(KINDS, FIRST_PORT):
        listener = socket.create_server(("0.0.0.0", port), backlog=64)
        threading.Thread(target=accept, args=(listener, talk, context), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
