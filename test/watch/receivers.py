"""Receivers that behave as badly as real ones: webhooks that fail, hang and come back, a relay, a
syslog server; and the peers that a scan finds. Made for these tests only."""
import email
import email.policy
import hashlib
import hmac
import http.server
import socket
import ssl
import threading
import time

SECRET = b"a secret of these tests"


class Redis(threading.Thread):
    """Answers PING and INFO the way an open Redis does, until it is closed."""

    def __init__(self, port=0, version=b"8.2.9"):
        super().__init__(daemon=True)
        self.version = version
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.open = True
        self.start()

    def run(self):
        while self.open:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(peer,), daemon=True).start()

    def talk(self, peer):
        info = b"# Server\r\nredis_version:" + self.version + b"\r\nredis_mode:standalone\r\n# Replication\r\nrole:master\r\n" \
               b"# Keyspace\r\ndb0:keys=5,expires=0,avg_ttl=0\r\n"
        with peer:
            while True:
                asked = peer.recv(4096)
                if not asked or asked.startswith(b"QUIT"):
                    return
                answers = {b"INFO": b"$%d\r\n%s\r\n" % (len(info), info), b"EXISTS": b":0\r\n", b"GETEX": b"$-1\r\n"}
                peer.sendall(b"".join(answers.get(line.split(b" ")[0], b"+PONG\r\n") for line in asked.splitlines()))

    def close(self):
        self.open = False
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()


class Webhook(http.server.ThreadingHTTPServer):
    """`moods` says what each attempt gets, then "well" for ever: well, error, hang, close, redirect,
    garbage, endless, slow (well, after a moment)."""
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, moods=(), tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.moods, self.guard = list(moods), threading.Lock()
        self.attempts, self.taken, self.wrong = [], [], []
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server_address[1]}/hook?a=b"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, address):
        pass

    def changes(self):
        """Every change that was taken, digests taken apart."""
        return [c for m in list(self.taken) for c in (m["changes"] if m["type"] == "digest" else [m])]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        import json
        s = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        delivery, stamp = self.headers["X-Ajar-Delivery"], self.headers["X-Ajar-Timestamp"]
        signed = hmac.new(SECRET, f"{stamp}.{delivery}.".encode() + body, hashlib.sha256).hexdigest()
        if self.headers["X-Ajar-Signature"] != "sha256=" + signed or abs(time.time() - int(stamp)) > 60:
            s.wrong.append(("signature", dict(self.headers)))
        if any(b < 32 or b == 127 for b in body) or "\u202e" in body.decode():
            s.wrong.append(("raw bytes", body))
        message = json.loads(body)
        if message["id"] != delivery:
            s.wrong.append(("id", message["id"]))
        with s.guard:
            mood = s.moods.pop(0) if s.moods else "well"
            s.attempts.append((delivery, mood))
        getattr(self, mood)(message)

    def well(self, message):
        self.server.taken.append(message)
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def slow(self, message):
        time.sleep(0.3)
        self.well(message)

    def hints(self, message):
        """An interim answer (RFC 8297) before the real one."""
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n")
        self.well(message)

    def error(self, _):
        self.send_error(500)

    def redirect(self, _):
        self.send_response(302)
        self.send_header("Location", self.server.url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def hang(self, _):
        time.sleep(4)
        self.close_connection = True

    def close(self, _):
        self.close_connection = True

    def garbage(self, _):
        self.wfile.write(b"\x00\xff 200 OK\r\n\r\n")
        self.close_connection = True

    def endless(self, _):
        try:
            for _ in range(64):
                self.wfile.write(b"x" * 4096)
        except OSError:
            pass
        self.close_connection = True


class Chat(http.server.ThreadingHTTPServer):
    """A room of a chat: every body that came, with its path, and what it answers."""
    daemon_threads = True

    def __init__(self, status=200, answer=b"ok"):
        super().__init__(("127.0.0.1", 0), ChatHandler)
        self.status, self.answer, self.bodies = status, answer, []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/room?key=s3cret"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class ChatHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append((self.path, self.headers["Content-Type"], body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)


class Relay(threading.Thread):
    """An SMTP relay: what it took is in `mails`, every line that it heard in `heard`."""

    def __init__(self, tls=None, refuse=0, login=False, answers=None):
        """`refuse`: so many RCPT are put off. `answers`: address -> the answers to its RCPT, then 250 for ever."""
        super().__init__(daemon=True)
        self.tls, self.refuse, self.login, self.answers = tls, refuse, login, answers or {}
        self.mails, self.heard, self.accepted = [], [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.safe_talk, args=(peer,), daemon=True).start()

    def safe_talk(self, peer):
        try:
            self.talk(peer)
        except (OSError, ssl.SSLError, ValueError):
            pass

    def talk(self, peer):
        secured = False
        file = peer.makefile("rwb")

        def say(*lines):
            for line in lines:
                file.write(line.encode() + b"\r\n")
            file.flush()
        say("220-relay of a test", "220 ready")
        while line := file.readline():
            self.heard.append((secured, line))
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"EHLO":
                more = ["250-STARTTLS"] if self.tls and not secured else []
                accepted = []
                say("250-relay", *more, *(["250-AUTH LOGIN PLAIN"] if self.login else []), "250 SIZE 1000000")
            elif verb == b"STARTTLS":
                say("220 go on")
                peer = self.tls.wrap_socket(peer, server_side=True)
                file, secured = peer.makefile("rwb"), True
            elif verb == b"RCPT" and self.refuse:
                self.refuse -= 1
                say("451 later")
            elif verb == b"RCPT":
                address = line.split(b"<")[1].split(b">")[0].decode()
                answer = self.answers[address].pop(0) if self.answers.get(address) else "250 well"
                if answer.startswith("250"):
                    accepted.append(address)
                say(answer)
            elif verb == b"DATA":
                say("354 go on")
                raw = b""
                while (line := file.readline()) != b".\r\n":
                    raw += line
                self.mails.append((raw, email.message_from_bytes(raw, policy=email.policy.SMTP)))
                self.accepted.append(accepted)
                say("250 taken")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("235 come in" if verb == b"AUTH" else "250 well")


class Syslog(threading.Thread):
    """Takes lines by UDP, TCP (octet counting) or a local socket."""

    def __init__(self, by, path=None):
        super().__init__(daemon=True)
        self.by, self.path, self.lines, self.wrong = by, path, [], []
        if by == "tcp":
            self.socket = socket.create_server(("127.0.0.1", 0))
        elif by == "udp":
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind(("127.0.0.1", 0))
        else:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.bind(path)
        self.at = path or "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            if self.by != "tcp":
                self.lines.append(self.socket.recv(65536))
                continue
            peer, _ = self.socket.accept()
            with peer, peer.makefile("rb") as f:
                data = f.read()
            while data:
                count, _, rest = data.partition(b" ")
                if not count.isdigit() or len(rest) < int(count):
                    self.wrong.append(data)
                    break
                self.lines.append(rest[:int(count)])
                data = rest[int(count):]
