"""What several cases, and from_zoo.py, need."""

from case import PASSWORD


def certificate(folder, owner):
    """Shell: the certificate of the owner's own authority, where a text says that it wants one."""
    return f"""
install -d {folder}
install -o {owner} -m 644 /run/certs/good.pem {folder}/cert.pem
install -o {owner} -m 600 /run/certs/good.key {folder}/key.pem
install -o {owner} -m 644 /run/certs/ca.pem {folder}/ca.pem
"""


def at(line, address="127.0.0.1", **words):
    """The line with that address, and each word in capitals replaced."""
    for word, text in words.items():
        line = line.replace(word.upper(), text)
    return line.replace("ADDRESS", address)


def ask(port, words, end=False):
    """Shell, for at(): sends these bytes and prints what comes back until the other side hangs up; `end`: it is told that no
    more will come."""
    return ("python3 -c 'import socket,sys; s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 4);"
            " s.sendall(bytes.fromhex(sys.argv[3])); s.shutdown(1) if sys.argv[4:] else 0;"
            " print(b\"\".join(iter(lambda: s.recv(999), b\"\")).decode(errors=\"replace\"))'"
            f" ADDRESS {port} {words.hex()}{' end' if end else ''}")


# The owner's own login at an FTP server, and the file that is hers.
FTP_USER = (f"useradd -m -s /bin/bash app; printf 'app:{PASSWORD}\\n' | chpasswd; echo ada >/home/app/customers;"
            " chown app /home/app/customers")
