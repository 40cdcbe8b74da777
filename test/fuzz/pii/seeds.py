"""Seeds for fuzz_pii, by seed: seeds.py DIRECTORY. Short ones: the fuzzer's inputs have 512 bytes at most."""
import gzip
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "bench", "pii"))
import generate  # noqa: E402
from people import People  # noqa: E402

SQL = (b"CREATE TABLE `t` (`id` int, `sfzh` varchar(18), KEY (`id`));\nINSERT INTO `t` VALUES (1,'11010519491231002X'),"
       b"(2,'it\\'s ''x'),(NULL,N'a');\nCOPY p (a,b) FROM stdin;\n1\t13912345678\n\\.\n")
MIXED = (b"GB82 WEST 1234 5698 7654 32 A123456(3) 123-45-6789 jane@corp.de 114.114.114.114 3c:52:82:11:22:33 2a00:1450:4001:80b::200e "
         b"$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW postgres://u:pa55w@h/x\n")


# Records enough for their common form to be learned, and one that has it not.
FLAT = b"".join(b'{"a":"1391234567%d","mail":"u%d@qq.com","x":"%s"}\n' % (i % 10, i, b"y" * i) for i in range(8))
WIDE = b"".join(b'{"id": "11010519491231002%d", "t": "%s"}\n' % (i, b"\\n" if i == 7 else b"z") for i in range(10))
MIXED_FLAT = b"".join(b'{"n":%d,"a":"1391234567%d","ok":true,"z":-1.%de3}\n' % (i * 7919, i % 10, i) for i in range(9))
ROWS = b"a,b\n" + b"".join(b'1391234567%d,"u%d@qq.com"\n' % (i % 10, i) for i in range(14))


def main():
    directory = sys.argv[1]
    os.makedirs(directory, exist_ok=True)
    makers = [(generate.lines_dense, 2), (generate.lines_csv, 3), (generate.lines_text, 1), (generate.lines_log, 1)]
    seeds = [bytes([4, 9]) + SQL, bytes([1, 3]) + MIXED, bytes([2, 40]) + FLAT, bytes([2, 97]) + WIDE,
             bytes([0, 40]) + FLAT[:300] + b'{"a":1}\n' + FLAT[:100], bytes([3, 5]) + ROWS, bytes([2, 33]) + MIXED_FLAT]
    for i, (make, kind) in enumerate(makers):
        p = People("seed %d" % i)
        text = "".join(make(p) for _ in range(2))
        seeds += [bytes([kind, i * 13 + 5]) + text.encode(), bytes([0, i * 7 + 2]) + text.encode()[:400],
                  bytes([0, 3]) + text.encode("gb18030"), bytes([0, 3]) + text.encode("utf-16le"), bytes([0, 3]) + text.encode("utf-32le"),
                  bytes([0, 3]) + gzip.compress(text.encode())]
    for i, seed in enumerate(seeds):
        with open(os.path.join(directory, "seed%02d" % i), "wb") as out:
            out.write(seed)


main()
