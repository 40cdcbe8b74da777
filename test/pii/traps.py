"""Tables and logs without personal data whose numbers look like it: traps.py DIRECTORY [ROWS]

Epochs in seconds and milliseconds, times written as yyyymmddhhmmss, snowflake ids, serial ids in the range of Chinese
mobile numbers, order numbers that begin with a region and a date, hashes, versions, UUIDs, prices, measurements.
"""
import datetime
import json
import os
import random
import sys
import uuid

VERBS = ["opened", "closed", "moved", "read", "flushed", "sent"]


class Traps:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.serial = 13000000000 + self.r.randrange(10 ** 8)
        self.epoch = 1600000000 + self.r.randrange(10 ** 7)

    def values(self):
        r = self.r
        self.serial += 1
        self.epoch += r.randrange(1, 40)
        moment = datetime.datetime.fromtimestamp(self.epoch, datetime.timezone.utc)
        return {
            "id": str(self.serial),
            "seq": str(self.serial - 12000000000),
            "ts": str(self.epoch),
            "ts_ms": str(self.epoch * 1000 + r.randrange(1000)),
            "stamp": moment.strftime("%Y%m%d%H%M%S"),
            "created_at": moment.strftime("%Y-%m-%d %H:%M:%S"),
            "flake": str((self.epoch * 1000 - 1288834974657 << 22) + r.randrange(1 << 22)),
            "order_no": "%s%s%04d" % (r.choice(["110105", "310101", "440305"]), moment.strftime("%Y%m%d"), r.randrange(10000)),
            "batch": "%s%06d" % (moment.strftime("%y%m%d"), r.randrange(10 ** 6)),
            "digest": "%064x" % r.getrandbits(256),
            "etag": "%032x" % r.getrandbits(128),
            "uuid": str(uuid.UUID(int=r.getrandbits(128))),
            "version": "%d.%d.%d.%d" % (r.randrange(10), r.randrange(30), r.randrange(100), r.randrange(10)),
            "price": "%.2f" % (r.random() * 1000),
            "ratio": "%.6f" % r.random(),
            "size": str(r.randrange(10 ** 9)),
            "code": "%s%07d" % (r.choice("ABCDEFG"), r.randrange(10 ** 7)),
            "sku": "%s%09d" % (r.choice(["AB", "XK", "EN"]), r.randrange(10 ** 9)),
            "n9": str(r.randrange(10 ** 8, 10 ** 9)),
            "n10": str(r.randrange(10 ** 9, 10 ** 10)),
            "n11": str(r.randrange(10 ** 10, 10 ** 11)),
            "n12": str(r.randrange(10 ** 11, 10 ** 12)),
            "n13": str(r.randrange(10 ** 12, 10 ** 13)),
            "n15": str(r.randrange(10 ** 14, 10 ** 15)),
            "n16": str(r.randrange(10 ** 15, 10 ** 16)),
            "n18": str(r.randrange(10 ** 17, 10 ** 18)),
            "n19": str(r.randrange(10 ** 18, 9 * 10 ** 18)),
            "word": r.choice(["高速公路", "安全生产", "白色", "马上", "方便", "石油", "金属", "江河", "万里长城", "黄金", "和平", "时间"]),
            "place": r.choice(["北京", "上海", "广州", "黄山", "马鞍山", "石家庄", "高雄", "安阳", "江门", "金华", "温州", "常州"]),
            "state": r.choice(["open", "closed", "M", "F"]),
        }


def main():
    directory, rows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100000
    os.makedirs(directory, exist_ok=True)
    traps = Traps("traps")
    with open(os.path.join(directory, "traps.csv"), "w", encoding="utf-8") as table, \
            open(os.path.join(directory, "traps.ndjson"), "w", encoding="utf-8") as records, \
            open(os.path.join(directory, "kernel.log"), "w", encoding="utf-8") as log:
        for i in range(rows):
            v = traps.values()
            if i == 0:
                table.write(",".join(v) + "\n")
            table.write(",".join(v.values()) + "\n")
            records.write(json.dumps(v, ensure_ascii=False) + "\n")
            log.write("%s host kernel: [%d.%06d] device %s: %s %s of %s bytes, id %s, order %s, hash %s, v%s\n" % (
                v["created_at"], i, int(v["size"]) % 10 ** 6, v["code"], traps.r.choice(VERBS), v["n10"], v["size"], v["n11"],
                v["order_no"], v["digest"], v["version"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
