"""What several cases need."""


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
