#!/usr/bin/env python3
"""Makes the files of the benchmark, by seed: generate.py DIRECTORY [MEGABYTES]

dense.ndjson  person records of a police system, 9 fields and about 350 bytes each
dense.csv     the same as a table
text.txt      free text in Chinese and English with a person's data in one line of five
web.log       a web server's log: addresses, times, paths, no names
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "pii"))
from people import People  # noqa: E402

FIELDS = ["xm", "sfzh", "sjhm", "hjdz", "csrq", "xb", "mz", "email", "jyaq"]


def record(p):
    birth, male = p.birth(), p.r.random() < 0.5
    return [p.cn_name(), p.cn_id(birth, male), p.cn_mobile(), p.cn_address(), birth.isoformat(), "男" if male else "女",
            p.ethnic(), p.email(), p.case_text()]


def lines_dense(p):
    return json.dumps(dict(zip(FIELDS, record(p))), ensure_ascii=False, separators=(",", ":")) + "\n"


def lines_csv(p):
    return ",".join('"%s"' % v if "," in v else v for v in record(p)) + "\n"


def lines_text(p):
    kind = p.r.randrange(5)
    if kind == 0:
        return "报警人%s，身份证号%s，联系电话%s，住%s。%s\n" % (p.cn_name(), p.cn_id(), p.cn_mobile(), p.cn_address(), p.case_text())
    if kind == 1:
        return "The meeting was moved to room %d; please bring the report on order %s and the figures for week %d.\n" % (
            p.r.randrange(400), p.digits(8), p.r.randrange(53))
    if kind == 2:
        return "会议改到下周三下午举行，请各部门准备好第%d季度的统计报表，并于周五之前送到办公室。\n" % p.r.randrange(1, 5)
    if kind == 3:
        return "Dear %s, your invoice no. %s of 12 May is attached. Write to %s with any question.\n" % (
            p.latin_name(), p.digits(7), p.email())
    return "系统于%d点%d分完成升级，共处理数据%d条，未发现异常，运行时间%d秒。\n" % (
        p.r.randrange(24), p.r.randrange(60), p.r.randrange(10 ** 6), p.r.randrange(900))


AGENTS = ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
          "curl/7.88.1", "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"]


def lines_log(p):
    return '%s - - [%02d/Nov/2026:%02d:%02d:%02d +0000] "GET /static/%s/app.%x.js?v=%d HTTP/1.1" %d %d "-" "%s"\n' % (
        p.public_ip(), p.r.randrange(1, 31), p.r.randrange(24), p.r.randrange(60), p.r.randrange(60),
        p.letters(6, "abcdefghij"), p.r.getrandbits(32), p.r.randrange(1000), p.r.choice([200, 200, 200, 304, 404]),
        p.r.randrange(90000), p.r.choice(AGENTS))


def main():
    directory, megabytes = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 64
    os.makedirs(directory, exist_ok=True)
    for name, make, head in (("dense.ndjson", lines_dense, ""), ("dense.csv", lines_csv, ",".join(FIELDS) + "\n"),
                             ("text.txt", lines_text, ""), ("web.log", lines_log, "")):
        p, size = People(name), 0
        # A quarter is drawn, then repeated: the generator is the slowest part of the benchmark.
        with open(os.path.join(directory, name), "w", encoding="utf-8") as out:
            out.write(head)
            part = []
            while size < megabytes * 250000:
                line = make(p)
                size += len(line.encode())
                part.append(line)
            text = "".join(part)
            for _ in range(4):
                out.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
