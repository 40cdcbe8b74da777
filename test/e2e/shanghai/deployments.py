"""The cast: fourteen deployments that were set up alike, and what stands near them. All names, sizes and people are made up.

Addresses of the internet side are public ones, so that Ajar treats them as such; they exist inside the stage's own network
namespaces and nowhere else.
"""

from dataclasses import dataclass

PUBLIC_NET = "11.22.33.0/27"
PUBLIC = "11.22.33.{}"
PRIVATE = "10.66.0.{}"
STORE_PORT, DASHBOARD_PORT = 9200, 5601
RELEASE = "5.5.3"
COMMON_NAME = "es-cn-0001.kibana.dashboards.example"
TB, GB = 10**12, 10**9

PERSON = {"RYBH": "keyword", "XM": "text", "GMSFHM": "keyword", "XB": "keyword", "MZ": "keyword", "CSRQ": "date",
          "HJDZ": "text", "XZZ": "text", "SJHM": "keyword", "HZHM": "keyword", "GXSJ": "date"}
CASE = {"AJBH": "keyword", "AJLB": "keyword", "BJRXM": "text", "BJRLXDH": "keyword", "JYAQ": "text", "BJSJ": "date",
        "DWDM": "keyword"}
VEHICLE = {"CPHM": "keyword", "CLLX": "keyword", "SYRXM": "text", "SJHM": "keyword", "GXSJ": "date"}
NOTE = {"message": "text"}


@dataclass(frozen=True)
class Index:
    name: str
    fields: dict
    records: int
    size: int  # bytes
    created: str = "2018-03-12"


@dataclass(frozen=True)
class Deployment:
    name: str
    number: int  # the last part of both addresses
    owner: str
    indices: tuple
    real: bool = False    # a real Elasticsearch, where one starts
    state: str = "open"   # open; locked: a login before the dashboard; half-open: the store asks for a password
    late: bool = False    # it is set up between the two scans

    @property
    def public(self):
        return PUBLIC.format(self.number)

    @property
    def private(self):
        return PRIVATE.format(self.number)

    @property
    def records(self):
        return sum(index.records for index in self.indices)

    @property
    def size(self):
        return sum(index.size for index in self.indices)


def big(number, name, owner, records, size, case_share=0.2, more=(), **rest):
    """Two indices, people and cases, that together hold so many records and bytes."""
    cases, case_bytes = int(records * case_share), int(size * case_share)
    return Deployment(name, number, owner, (
        Index("person_address_label_info_master", PERSON, records - cases, size - case_bytes),
        Index("case_data_index", CASE, cases, case_bytes, "2018-03-19"), *more), **rest)


def small(number, name, owner, records):
    """Few enough for a real server to hold."""
    return Deployment(name, number, owner, (
        Index("person_address_label_info_master", PERSON, records, records * 620, "2020-12-24"),
        Index("case_data_index", CASE, records // 3, records * 210, "2020-12-24")), real=True)


NOTES = (Index("your_data_is_safe", NOTE, 1, 4_800, "2022-06-28"),
         Index("contact_for_your_data", NOTE, 1, 4_800, "2022-06-28"))

FOURTEEN = (
    big(2, "east", "public security bureau", 970_000_000, 23 * TB),
    big(3, "north", "public security bureau", 2_400_000_000, 60 * TB),
    big(4, "south", "traffic police", 3_900_000_000, 92 * TB),
    small(5, "harbour", "harbour police", 750),
    small(6, "station", "railway police", 600),
    small(7, "airport", "border control", 300),
    small(8, "training", "police academy", 90),
    big(9, "hotels", "lodging register", 410_000_000, 7 * TB),
    big(10, "courts", "court registry", 88_000_000, 1_900 * GB, 0.8),
    big(11, "schools", "school board", 31_000_000, 640 * GB, 0.1),
    big(12, "clinic", "district clinics", 54_000_000, 1_100 * GB, 0.1, more=NOTES),
    big(13, "payroll", "city payroll", 9_600_000, 210 * GB, 0.1, late=True),
    big(14, "tax", "tax office", 120_000_000, 2_600 * GB, state="half-open"),
    big(15, "housing", "housing office", 47_000_000, 800 * GB, state="locked"),
)

# What stands near them and belongs to no fleet.
LOCKED_REDIS, NGINX, OTHER_KIBANA, HONEYPOT, ECHO = (PUBLIC.format(n) for n in (20, 21, 22, 23, 24))
DECOYS = (LOCKED_REDIS, NGINX, OTHER_KIBANA, HONEYPOT, ECHO)


def scope_yaml():
    """Public space is asked only with the owner's word: this file is it."""
    lines = ['owner: "City of Example, security@city.example"', "allow:", f"  - target: {PUBLIC_NET}",
             "    tags: {owner: City of Example, tier: government, contact: security@city.example}"]
    for d in FOURTEEN:
        lines += [f"  - target: {d.public}",
                  f"    tags: {{owner: {d.owner}, tier: government, contact: {d.name}@city.example}}"]
    return "\n".join(lines) + "\n"
