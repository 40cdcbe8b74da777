"""A stand-in for SQL Server, which Debian lacks: PRELOGIN, then TLS by OpenSSL whose records travel inside TDS messages
(MS-TDS 2.2.6.5, 3.2.5.2) until the handshake is over."""
import socket
import ssl
import struct
import threading

PRELOGIN, ANSWER, LAST = 0x12, 4, 1
OFF, ON, NOT_SUPPORTED, REQUIRED = range(4)
PART = 700  # bytes of a message: records are to span several


def answer(encryption):
    options = b"\x00\x00\x0b\x00\x06" b"\x01\x00\x11\x00\x01" b"\xff" b"\x10\x00\x0f\xa1\x00\x00" + bytes([encryption])
    return wrapped(options, ANSWER)


def wrapped(body, kind=PRELOGIN):
    return struct.pack(">BBHHBB", kind, LAST, 8 + len(body), 0, 1, 0) + body


def message(s):
    """The body of the next message, None where the client has gone or speaks something else."""
    head = s.recv(8, socket.MSG_WAITALL)
    if len(head) < 8 or head[0] != PRELOGIN:
        return None
    return s.recv(struct.unpack(">H", head[2:4])[0] - 8, socket.MSG_WAITALL)


class SqlServer:
    """On 127.0.0.1, one thread a client."""

    def __init__(self, where, port, encryption=ON, oldest=ssl.TLSVersion.TLSv1_2, suites="DEFAULT@SECLEVEL=0"):
        self.encryption = encryption
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version, self.context.maximum_version = oldest, ssl.TLSVersion.TLSv1_2
        self.context.set_ciphers(suites)
        self.context.load_cert_chain(f"{where}/rsa.pem", f"{where}/rsa.key")
        self.listener = socket.create_server(("127.0.0.1", port), backlog=50)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        with s:
            s.settimeout(20)
            try:
                if message(s) is None:
                    return
                s.sendall(answer(self.encryption))
                if self.encryption != NOT_SUPPORTED:
                    self.shake_hands(s)
            except (OSError, ssl.SSLError, struct.error):
                pass

    def shake_hands(self, s):
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        inner = self.context.wrap_bio(heard, said, server_side=True)
        while body := message(s):
            heard.write(body)
            try:
                inner.do_handshake()
            except ssl.SSLWantReadError:
                pass
            finally:
                out = said.read()
                for at in range(0, len(out), PART):
                    s.sendall(wrapped(out[at:at + PART]))

    def ended(self):
        return None

    def last_output(self):
        return []

    def stop(self):
        self.listener.close()
