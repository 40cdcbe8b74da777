"""Values of the held-out corpus: people, things and secrets that do not exist, drawn with other eyes than people.py.

Nothing is shared with people.py, traps.py or the classifier: check digits come from python3-stdnum where it has them and are
written out from the rule where it has not, and the names, spellings and traps are those of other countries and other trades.
"""
import datetime
import hashlib
import random
import string
import sys
import uuid

sys.path.append("/usr/lib/python3/dist-packages")
from stdnum import luhn, verhoeff  # noqa: E402
from stdnum.cn import ric, uscc  # noqa: E402
from stdnum.de import idnr  # noqa: E402
from stdnum.iso7064 import mod_97_10  # noqa: E402
from stdnum.it import codicefiscale  # noqa: E402
from stdnum.no import fodselsnummer  # noqa: E402
from stdnum.pl import pesel  # noqa: E402

D, U = string.digits, string.ascii_uppercase
NAMES = {
    "de": ("Anneliese Björn Detlef Friederike Gerd Heike Ilse Jörg Kerstin Lothar Maximilian Nadine Oskar Petra Rüdiger Sabine Torsten "
           "Ute Volker Wiebke Hans-Peter Lena Mia Paul Emil Clara".split(),
           "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder "
           "Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange".split()),
    "fr": ("Camille Léa Manon Chloé Inès Hugo Théo Enzo Mathis Lucas Jean-Pierre Marie-Claude Sylvain Odile Pascal Véronique Thierry "
           "Brigitte Yves Monique".split(),
           "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David Bertrand "
           "Roux Vincent Fournier".split()),
    "it": ("Alessandro Beatrice Cosimo Donatella Elisabetta Filippo Ginevra Ilaria Jacopo Ludovica Matteo Noemi Ottavia Pietro Raffaele "
           "Silvia Tommaso Umberto Vittoria".split(),
           "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti DeLuca Mancini Costa Giordano".split()),
    "es": ("Alejandro Begoña Cristina Diego Encarnación Fernando Gonzalo Inmaculada Jorge Lorena Montserrat Nuria Óscar Patricia Ramón "
           "Sergio Teresa Vanesa".split(),
           "González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Jiménez Ruiz Hernández Díaz Moreno Álvarez Muñoz".split()),
    "pl": ("Agnieszka Bartosz Celina Dariusz Elżbieta Grzegorz Halina Jakub Kinga Łukasz Małgorzata Norbert Oliwia Paweł Renata Szymon "
           "Urszula Wojciech Zofia".split(),
           "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski".split()),
    "nl": ("Anouk Bram Daan Evelien Femke Gijs Hanneke Joost Liesbeth Maarten Niels Pim Roos Sanne Teun Wouter".split(),
           "de Jong,Jansen,de Vries,van den Berg,van Dijk,Bakker,Janssen,Visser,Smit,Meijer,de Boer,Mulder,de Groot,Bos".split(",")),
    "no": ("Aslaug Bjørn Cecilie Dag Eirin Frode Gunnar Hilde Ivar Jorunn Kjell Liv Magnus Nora Ola Randi Sverre Tuva".split(),
           "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen".split()),
    "us": ("Ava Brayden Caitlyn Dwayne Ella Felicia Gavin Harper Isaiah Jasmine Kendra LaToya Mason Naomi Owen Paige Quentin Riley "
           "Savannah Tanisha Wyatt Zoe Jennifer Michael Robert Linda".split(),
           "Smith Johnson Brown Jones Miller Davis Rodriguez Wilson Lopez Gonzalez Anderson Jackson White Harris Clark Lewis Hall Young "
           "O'Brien McCarthy Washington".split()),
    "in": ("Aarav Bhavana Chetan Divya Eshan Farhan Gauri Harish Ishita Jyoti Kavita Lakshmi Manoj Nandini Om Pallavi Rakesh Shreya "
           "Tanvi Uday Vikram".split(),
           "Sharma Verma Gupta Iyer Reddy Nair Patel Mehta Chatterjee Banerjee Rao Joshi Kulkarni Singh Kaur Khan Das".split()),
    "br": ("Adriana Bruno Caio Débora Eduardo Fabiana Gilberto Heloísa Igor Jaqueline Kauã Letícia Murilo Natália Otávio Priscila "
           "Rafael Simone Thiago Vanessa".split(),
           "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho".split()),
}
ZH_SUR = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏锺汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
ZH_GIVEN = "子轩浩宇梓涵雨欣一诺思远佳怡嘉懿晨曦俊杰志强淑珍桂芳秀兰建军国庆春梅海燕小红婷婷雪峰鹏程少华玉兰凤英德福永年"
ZHT_SUR = "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周葉蘇莊呂江何蕭羅高潘"
ZHT_GIVEN = "怡君雅婷欣宜佩珊家豪志明俊傑建宏淑芬美惠麗華宗翰冠宇柏翰承恩詩涵郁婷"
COUNTIES = ("110108 120103 130102 140105 150102 210102 220104 230103 310110 320105 330106 340104 350203 360102 370202 410105 420106 "
            "430104 440305 440106 450103 460105 500112 510104 520102 530112 610104 620102 630104 640104 650102").split()
MOBILE3 = ("130 131 132 133 135 136 137 138 139 147 150 151 152 155 156 157 158 159 166 173 175 176 177 178 180 181 182 183 185 186 187 "
           "188 189 191 193 198 199").split()
STREETS = "滨江大道 学府路 青年大街 花园北路 朝阳西街 东风东路 望京街 体育场路 科苑南路 迎宾大道".split()
TOWNS = [("浙江省", "杭州市", "滨江区"), ("广东省", "深圳市", "南山区"), ("四川省", "成都市", "武侯区"), ("湖北省", "武汉市", "洪山区"),
         ("辽宁省", "沈阳市", "和平区"), ("陕西省", "西安市", "雁塔区"), ("福建省", "厦门市", "思明区"), ("", "北京市", "海淀区"), ("", "上海市", "徐汇区")]


class Make:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.count = 0
        self.clock = datetime.datetime(2025, 1, 3, 8, 0, 0) + datetime.timedelta(days=self.r.randrange(300))

    # ---- small tools
    def d(self, n, first=None):
        return (self.r.choice(first) if first else self.r.choice(D)) + "".join(self.r.choice(D) for _ in range(n - 1))

    def u(self, n, of=U):
        return "".join(self.r.choice(of) for _ in range(n))

    def born(self, low=1938, high=2006):
        return datetime.date(low, 1, 1) + datetime.timedelta(days=self.r.randrange((high - low) * 365))

    def pick(self, *of):
        return self.r.choice(of)

    def tick(self):
        self.clock += datetime.timedelta(seconds=self.r.randrange(1, 400))
        return self.clock

    # ---- China
    def zh_id(self, birth=None, male=None):
        birth = birth or self.born()
        last = self.r.randrange(1, 10) if male is None else self.r.choice("13579" if male else "02468")
        head = self.r.choice(COUNTIES) + birth.strftime("%Y%m%d") + self.d(2) + str(last)
        return head + ric.calc_check_digit(head + "0")

    def zh_id_grouped(self):
        s = self.zh_id()
        return s[:6] + " " + s[6:14] + " " + s[14:]

    def zh_id_lower(self):
        return self.zh_id().lower()

    def zh_id_wide(self):
        return "".join(chr(ord(c) + 0xfee0) for c in self.zh_id())

    def zh_id15(self):
        return self.r.choice(COUNTIES) + self.born(1935, 1985).strftime("%y%m%d") + self.d(3)

    def zh_id_masked(self):
        s = self.zh_id()
        return s[:6] + "*" * 8 + s[14:]

    def zh_id_masked_most(self):
        s = self.zh_id()
        return s[0] + "*" * 16 + s[-1]

    def zh_id_excel(self):
        return "%s.%sE+17" % (self.r.choice("1345"), self.d(5, "0123"))

    def zh_id_zeroed(self):
        return self.zh_id()[:15] + "000"

    def zh_id_double(self):
        return str(int(float(self.zh_id()[:17] + self.d(1))))

    def zh_mobile(self):
        return self.r.choice(MOBILE3) + self.d(8)

    def zh_mobile_grouped(self):
        s = self.zh_mobile()
        return "%s %s %s" % (s[:3], s[3:7], s[7:])

    def zh_mobile_86(self):
        return self.pick("+86", "86", "+86-", "0086") + self.zh_mobile()

    def zh_mobile_masked(self):
        s = self.zh_mobile()
        return s[:3] + "****" + s[7:]

    def zh_land(self):
        return self.pick("010", "021", "022", "023", "024", "027", "029") + "-" + self.d(8, "2345678") if self.r.random() < .4 else \
            self.pick("0431", "0451", "0531", "0591", "0731", "0851", "0991") + "-" + self.d(self.pick(7, 8), "2345678")

    def zh_land_ext(self):
        return self.zh_land() + self.pick("-", "转", "-8") + self.d(3)

    def zh_name(self):
        w = [30.0 / (i + 3) for i in range(len(ZH_SUR))]
        n = 1 if self.r.random() < .1 else 2
        at = self.r.randrange(0, len(ZH_GIVEN) - 1, 2)
        return self.r.choices(ZH_SUR, w)[0] + (ZH_GIVEN[at:at + 2] if n == 2 and self.r.random() < .6 else
                                               "".join(self.r.choice(ZH_GIVEN) for _ in range(n)))

    def zh_name_masked(self):
        s = self.zh_name()
        return s[0] + "*" * (len(s) - 1)

    def zh_name_uyghur(self):
        return self.pick("买买提", "阿卜杜拉", "古丽娜尔", "艾合买提", "热依汗", "玉素甫") + "·" + \
            self.pick("吐尔逊", "阿不都", "依明", "卡德尔", "热合曼", "司马义")

    def zht_name(self):
        return self.r.choice(ZHT_SUR) + "".join(self.r.choice(ZHT_GIVEN) for _ in range(2))

    def zh_address(self):
        a, b, c = self.r.choice(TOWNS)
        return a + b + c + self.r.choice(STREETS) + "%d号" % self.r.randrange(1, 600) + \
            self.pick("%d幢%d单元%d室" % (self.r.randrange(1, 30), self.r.randrange(1, 5), self.r.randrange(101, 1800)),
                      "%s座%d层" % (self.r.choice("ABCD"), self.r.randrange(1, 33)), "%d栋%d" % (self.r.randrange(1, 9), self.r.randrange(101, 900)), "")

    def zh_village(self):
        return self.pick("河南省周口市沈丘县", "甘肃省定西市陇西县", "贵州省毕节市织金县", "江西省赣州市于都县") + \
            self.pick("刘庄镇", "大河镇", "三家寨乡", "银坑镇") + self.pick("东村", "李家村", "上坝村", "石头村") + "%d组%d号" % (self.r.randrange(1, 15), self.r.randrange(1, 90))

    def zh_plate(self):
        body = "ABCDEFGHJKLMNPQRSTUVWXYZ"
        return self.r.choice("京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新").replace("黔", "贵") + self.r.choice("ABCDEF") + \
            "".join(self.r.choice(D + (body if i in (1, 3) else "")) for i in range(5))

    def zh_plate_green(self):
        return self.r.choice("京沪粤浙苏川") + self.r.choice("ABCD") + self.r.choice("DF") + self.d(5)

    def zh_uscc(self, kind="91"):
        head = kind + self.r.choice(COUNTIES) + "".join(self.r.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(9))
        return head + uscc.calc_check_digit(head + "0")

    def zh_passport(self):
        return self.pick("E" + self.d(8), "E" + self.u(1, "ABCDEFGHJK") + self.d(7), "G" + self.d(8))

    def zh_permit(self):
        return self.pick("C" + self.d(8), "C" + self.u(1, "ABCDEFGH") + self.d(7))

    def zh_card(self):
        return luhn_end(self.pick("621483", "622588", "621226", "622700", "623668", "621799") + self.d(12))

    def zh_card_grouped(self):
        s = self.zh_card()
        return " ".join(s[i:i + 4] for i in range(0, 19, 4))

    def zh_ethnic(self):
        return "汉族" if self.r.random() < .85 else self.pick("壮族", "满族", "回族", "苗族", "土家族", "彝族", "蒙古族")

    def zh_case(self):
        return self.pick("事主{n}称其停放在{s}的摩托车被盗，民警现场勘查后立案，损失约{k}元。", "嫌疑人{n}在{s}某超市盗窃财物，被派出所民警抓获，现已刑事拘留。",
                         "报警人称{s}有人打架，民警出警后双方当事人{n}等接受调解。", "受害人{n}遭电信诈骗{k}元，已到派出所报案并制作笔录。",
                         "接警：{s}发生交通肇事逃逸，{n}受伤，民警已立案侦查。").format(n=self.zh_name(), s=self.r.choice(STREETS), k=self.r.randrange(200, 90000))

    def zh_medical(self):
        return self.pick("患者{n}因胸闷气短{k}天入院，既往高血压病史，诊断为冠心病，予用药治疗。", "主诉：咳嗽发热{k}天，现病史：患者受凉后出现头痛，门诊予处方。",
                         "患者男，确诊糖尿病{k}年，入院检验血糖偏高，住院期间复查，出院带药。", "术后第{k}天，患者血压平稳，手术切口愈合良好，拟出院。").format(
                             n=self.zh_name(), k=self.r.randrange(2, 20))

    def zh_prose(self):
        return self.pick("本月设备运行平稳，共完成巡检{k}次，未发现异常。", "请各部门于{k}日前提交年度预算并抄送财务。", "新版本修复了若干问题，提升了加载速度约{k}%。",
                         "商品已由仓库发出，预计{k}天内送达，请注意查收。").format(k=self.r.randrange(2, 30))

    # ---- Asia
    def hk(self):
        while True:
            letter, n = self.u(1, "ACDEGHKPRVYZ"), self.d(6)
            s = 36 * 9 + (ord(letter) - 55) * 8 + sum(int(x) * (7 - i) for i, x in enumerate(n))
            c = (11 - s % 11) % 11
            return "%s%s(%s)" % (letter, n, "A" if c == 10 else c)

    def hk_plain(self):
        return self.hk().replace("(", "").replace(")", "")

    def tw(self):
        codes = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33]))
        a, n = self.u(1, "ABCDEFGHJKMNPQT"), self.pick("1", "2", "8", "9") + self.d(7)
        s = codes[a] // 10 + codes[a] % 10 * 9 + sum(int(x) * (8 - i) for i, x in enumerate(n))
        return a + n + str(-s % 10)

    def kr(self, old=True):
        b = self.born(1945, 2004)
        head = b.strftime("%y%m%d") + self.pick("1", "2") if b.year < 2000 else b.strftime("%y%m%d") + self.pick("3", "4")
        head += "%02d" % self.r.randrange(96) + self.d(3)
        c = (11 - sum(int(x) * w for x, w in zip(head, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])) % 11) % 10
        return head[:6] + "-" + head[6:] + str(c)

    def kr_plain(self):
        return self.kr().replace("-", "")

    def jp(self):
        head = self.d(11)
        r = sum(int(x) * q for x, q in zip(reversed(head), [2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6])) % 11
        return head + str(0 if r <= 1 else 11 - r)

    def jp_grouped(self):
        s = self.jp()
        return "-".join((s[:4], s[4:8], s[8:]))

    def sg(self):
        k, n = self.pick("S", "T", "F", "G"), self.d(7)
        t = (4 if k in "TG" else 0) + sum(int(x) * w for x, w in zip(n, (2, 7, 6, 5, 4, 3, 2)))
        return k + n + ("JZIHGFEDCBA" if k in "ST" else "XWUTRQPNMLK")[t % 11]

    def aadhaar(self):
        head = self.d(11, "23456789")
        return head + str(verhoeff.calc_check_digit(head))

    def aadhaar_grouped(self):
        s = self.aadhaar()
        return "%s %s %s" % (s[:4], s[4:8], s[8:])

    def in_pan(self):
        return self.u(3) + "P" + self.u(1) + self.d(3) + self.d(1, "123456789") + self.u(1)

    # ---- Europe
    def iban(self, country="DE"):
        body = {"DE": 18, "AT": 16, "FR": 23, "ES": 20, "PL": 24, "BE": 12, "CH": 17}.get(country)
        body = self.d(body) if body else self.u(4, "ABINRGSD") + self.d({"NL": 10, "GB": 14}[country])
        return country + mod_97_10.calc_check_digits(body + country) + body

    def iban_paper(self):
        s = self.iban(self.pick("DE", "AT", "NL", "FR"))
        return " ".join(s[i:i + 4] for i in range(0, len(s), 4))

    def iban_any(self):
        return self.iban(self.pick("DE", "FR", "ES", "NL", "GB", "PL", "BE", "CH"))

    def steuer(self):
        while True:
            ten = self.r.sample(D, 9)
            ten.append(self.r.choice(ten))
            self.r.shuffle(ten)
            s = "".join(ten)
            if s[0] != "0":
                from stdnum.iso7064 import mod_11_10
                s += mod_11_10.calc_check_digit(s)
                assert idnr.is_valid(s)
                return s

    def steuer_grouped(self):
        s = self.steuer()
        return "%s %s %s %s" % (s[:2], s[2:5], s[5:8], s[8:])

    def nir(self):
        head = self.pick("1", "2") + self.born(1940, 2004).strftime("%y%m") + self.pick("75", "13", "69", "59", "2A", "33", "44", "31") + self.d(3, "012") + self.d(3)
        n = int(head.replace("2A", "19"))
        return head + "%02d" % (97 - n % 97)

    def nir_grouped(self):
        s = self.nir()
        return " ".join((s[0], s[1:3], s[3:5], s[5:7], s[7:10], s[10:13], s[13:]))

    def cf(self):
        b = self.born()
        head = self.u(6, "BCDFGLMNPRST") + b.strftime("%y") + "ABCDEHLMPRST"[b.month - 1] + "%02d" % (b.day + self.pick(0, 40)) + \
            self.pick("H501", "F205", "L219", "D612", "A944", "G273")
        return head + codicefiscale.calc_check_digit(head)

    def dni(self):
        n = self.d(8)
        return n + "TRWAGMYFPDXBNJZSQVHLCKE"[int(n) % 23]

    def dni_hyphen(self):
        s = self.dni()
        return s[:8] + "-" + s[8]

    def nie(self):
        x, n = self.pick(*"XYZ"), self.d(7)
        return x + n + "TRWAGMYFPDXBNJZSQVHLCKE"[int("XYZ".index(x).__str__() + n) % 23]

    def bsn(self):
        while True:
            n = self.d(8, "12")
            c = sum(int(x) * (9 - i) for i, x in enumerate(n)) % 11
            if c < 10:
                return n + str(c)

    def pesel(self):
        b = self.born()
        head = "%02d%02d%02d" % (b.year % 100, b.month + (20 if b.year > 1999 else 0), b.day) + self.d(4)
        return head + pesel.calc_check_digit(head)

    def se(self):
        head = self.born().strftime("%y%m%d") + self.d(3)
        return head[:6] + "-" + head[6:] + luhn.calc_check_digit(head)

    def se_long(self):
        b = self.born()
        head = b.strftime("%y%m%d") + self.d(3)
        return b.strftime("%Y") + head[2:] + luhn.calc_check_digit(head)

    def no(self):
        while True:
            b = self.born(1940, 1999)
            head = b.strftime("%d%m%y") + "%03d" % self.r.randrange(0, 500)
            try:
                s = head + fodselsnummer.calc_check_digits(head)[:2] if hasattr(fodselsnummer, "calc_check_digits") else \
                    head + fodselsnummer.calc_check_digit1(head) + fodselsnummer.calc_check_digit2(head + fodselsnummer.calc_check_digit1(head))
            except (ValueError, IndexError):
                continue
            if len(s) == 11 and fodselsnummer.is_valid(s):
                return s

    def dk(self):
        b = self.born(1940, 1999)
        return b.strftime("%d%m%y") + "-" + self.d(4, "0123")

    def fi(self):
        b = self.born()
        n = "%03d" % self.r.randrange(2, 900)
        return b.strftime("%d%m%y") + ("-" if b.year < 2000 else "A") + n + "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(b.strftime("%d%m%y") + n) % 31]

    def be(self):
        b = self.born()
        head = b.strftime("%y%m%d") + "%03d" % self.r.randrange(1, 998)
        c = 97 - int(("2" if b.year > 1999 else "") + head) % 97
        return "%s.%s.%s-%s.%02d" % (head[:2], head[2:4], head[4:6], head[6:], c)

    def ch(self):
        head = "756" + self.d(9)
        c = -sum(int(x) * (1, 3)[i % 2] for i, x in enumerate(head)) % 10
        return "%s.%s.%s.%s%d" % (head[:3], head[3:7], head[7:11], head[11:], c)

    def pt(self):
        n = self.d(8, "12")
        c = 11 - sum(int(x) * (9 - i) for i, x in enumerate(n)) % 11
        return n + str(0 if c > 9 else c)

    def nino(self):
        return self.u(1, "ABCEGHJKLMNPRSTWXYZ") + self.u(1, "ACEHJLMPRSTWXYZ") + " %s %s %s " % (self.d(2), self.d(2), self.d(2)) + self.u(1, "ABCD")

    def nino_plain(self):
        while True:
            s = self.nino().replace(" ", "")
            if s[:2] not in ("GB", "NT", "TN", "ZZ", "CR", "MW", "NC", "PP", "BG", "KN", "NK", "CY", "OO", "FY"):
                return s

    def nhs(self):
        while True:
            n = self.d(9, "4567")
            c = 11 - sum(int(x) * (10 - i) for i, x in enumerate(n)) % 11
            if c != 10:
                s = n + str(c % 11)
                return "%s %s %s" % (s[:3], s[3:6], s[6:])

    # ---- Americas, Australia
    def ssn(self):
        return "%03d-%02d-%04d" % (self.r.choice([x for x in range(1, 773) if x != 666]), self.r.randrange(1, 100), self.r.randrange(1, 10000))

    def cpf(self):
        n = [self.r.randrange(10) for _ in range(9)]
        for k in (10, 11):
            n.append(sum((k - i) * x for i, x in enumerate(n)) * 10 % 11 % 10)
        s = "".join(map(str, n))
        return "%s.%s.%s-%s" % (s[:3], s[3:6], s[6:9], s[9:])

    def cpf_plain(self):
        return self.cpf().replace(".", "").replace("-", "")

    def cnpj(self):
        n = [self.r.randrange(10) for _ in range(8)] + [0, 0, 0, 1]
        for w in ([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]):
            n.append(sum(a * b for a, b in zip(n, w)) * 10 % 11 % 10)
        s = "".join(map(str, n))
        return "%s.%s.%s/%s-%s" % (s[:2], s[2:5], s[5:8], s[8:12], s[12:])

    def tfn(self):
        while True:
            n = self.d(9, "123456789")
            if sum(int(x) * w for x, w in zip(n, (1, 4, 3, 7, 5, 8, 6, 9, 10))) % 11 == 0:
                return "%s %s %s" % (n[:3], n[3:6], n[6:])

    def medicare(self):
        n = self.d(8, "2345")
        s = n + str(sum(int(x) * w for x, w in zip(n, (1, 3, 7, 9, 1, 3, 7, 9))) % 10) + self.d(1, "12345")
        return "%s %s %s" % (s[:4], s[4:9], s[9:])

    def sin(self):
        s = luhn_end(self.d(8, "1234567"))
        return "%s %s %s" % (s[:3], s[3:6], s[6:])

    # ---- contact, names, technical
    def person(self, land):
        a, b = NAMES[land]
        return self.r.choice(a) + " " + self.r.choice(b)

    def person_reversed(self, land):
        a, b = NAMES[land]
        return self.r.choice(b) + ", " + self.r.choice(a)

    def first(self, land):
        return self.r.choice(NAMES[land][0])

    def last(self, land):
        return self.r.choice(NAMES[land][1])

    def mail(self, land="us"):
        a, b = ("".join(c for c in self.r.choice(x).lower() if c.isascii() and c.isalpha()) for x in NAMES[land])
        return self.pick("%s.%s", "%s_%s", "%s%s") % (a[:self.pick(1, 9)], b) + self.pick("", self.d(2)) + "@" + \
            self.pick("gmail.com", "gmx.net", "orange.fr", "libero.it", "wp.pl", "hotmail.com", "protonmail.com", "icloud.com", "stadt-koeln.de", "bigpond.com.au")

    def mail_cn(self):
        return self.pick(self.d(9, "123456789") + "@qq.com", self.u(6, "abcdefghij") + self.d(3) + "@163.com", self.zh_mobile() + "@139.com", self.u(5, "mnopqr") + "@sina.cn")

    def tel(self, land):
        return {"de": lambda: "+49 %s %s" % (self.pick("151", "160", "172", "176"), self.d(8, "123456789")),
                "fr": lambda: "+33 6 " + " ".join(self.d(2) for _ in range(4)),
                "us": lambda: "(%s) %s-%s" % (self.d(3, "23456789"), self.d(3, "23456789"), self.d(4)),
                "uk": lambda: "+44 7%s %s" % (self.d(3), self.d(6)), "br": lambda: "+55 11 9%s-%s" % (self.d(4), self.d(4)),
                "in": lambda: "+91 %s%s" % (self.pick("7", "8", "9"), self.d(9)), "it": lambda: "+39 3%s %s" % (self.d(2), self.d(7))}[land]()

    def ip(self):
        return "%d.%d.%d.%d" % (self.pick(39, 49, 61, 82, 91, 101, 116, 124, 183, 188, 211, 220), self.r.randrange(256), self.r.randrange(256), self.r.randrange(1, 255))

    def ip_private(self):
        return self.pick("10.%d.%d.%d" % (self.r.randrange(9), self.r.randrange(256), self.r.randrange(255)), "192.168.%d.%d" % (self.r.randrange(9), self.r.randrange(255)))

    def ip6(self):
        return "2%s:%x:%x::%x:%x" % (self.pick("408", "409", "40e", "a02", "a01"), self.r.randrange(1, 65535), self.r.randrange(1, 65535), self.r.randrange(1, 65535), self.r.randrange(1, 65535))

    def mac(self):
        return "-".join([self.pick("3C", "A4", "F0", "70", "84", "D4", "00", "B8")] + ["%02X" % self.r.randrange(256) for _ in range(5)])

    def mac_dotted(self):
        s = self.mac().replace("-", "").lower()
        return "%s.%s.%s" % (s[:4], s[4:8], s[8:])

    def imei(self):
        return luhn_end(self.pick("35", "86", "01") + self.d(12))

    def vin(self):
        body = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
        value = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9]))
        s = self.pick("LSV", "LFV", "LVS", "1HG", "WVW", "LGX") + "".join(self.r.choice(body) for _ in range(5)) + "0" + \
            "".join(self.r.choice(body[:-10] + "123456789") for _ in range(2)) + self.d(6)
        t = sum((int(c) if c.isdigit() else value[c]) * w for c, w in zip(s, (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)))
        return s[:8] + "0123456789X"[t % 11] + s[9:]

    def card(self):
        return luhn_end(self.pick("4532", "4916", "5412", "5281", "2223", "4485") + self.d(11))

    def card_grouped(self):
        s = self.card()
        return " ".join(s[i:i + 4] for i in (0, 4, 8, 12))

    def amex(self):
        return luhn_end(self.pick("34", "37") + self.d(12))

    def icd(self):
        return self.pick("E11.9", "I10", "J45.909", "M54.5", "F32.1", "K21.9", "N39.0", "C50.911", "F41.1", "E78.5", "B20", "A52.1", "O80", "S72.001", "G40.909", "Z79.4")

    # ---- secrets
    def secret(self, n, of=string.ascii_letters + D):
        return "".join(self.r.choice(of) for _ in range(n))

    def bcrypt(self):
        return "$2%s$1%d$" % (self.pick("a", "b", "y"), self.pick(0, 2)) + self.secret(53, string.ascii_letters + D + "./")

    def jwt(self):
        return "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ" + self.secret(60) + "." + self.secret(43)

    def word(self):
        return self.pick("dragon", "sunshine", "qwerty", "monkey", "letmein", "football", "shadow", "Herbst", "soleil", "azerty") + self.d(self.pick(1, 2, 4)) + self.pick("", "!", "#")

    # ---- things
    def epoch_ms(self):
        return str(int(self.tick().timestamp() * 1000) + self.r.randrange(1000))

    def epoch_ds(self):
        return str(int(self.tick().timestamp() * 10))

    def snowflake(self):
        return str((int(self.tick().timestamp() * 1000) - 1420070400000 << 22) + self.r.randrange(1 << 22))

    def ean(self):
        n = self.pick("400", "690", "978", "500", "761") + self.d(9)
        return n + str(-sum(int(x) * (1, 3)[i % 2] for i, x in enumerate(n)) % 10)

    def gtin14(self):
        return "1" + self.ean()

    def sscc(self):
        n = "3" + self.d(16)
        return n + str(-sum(int(x) * (3, 1)[i % 2] for i, x in enumerate(n)) % 10)

    def isin(self):
        head = self.pick("DE", "US", "FR", "CH") + self.u(1, U + D) + self.d(8)
        return head + luhn.calc_check_digit("".join(str(int(c, 36)) for c in head))

    def lei(self):
        n = self.pick("5299", "2138", "9695") + "00" + self.u(12, U + D)
        return n + mod_97_10.calc_check_digits(n)

    def seq(self, start=0, step=1, width=0):
        self.count += 1
        return str(start + self.count * step).zfill(width)

    def sha(self, n=64):
        return hashlib.sha256(str(self.r.random()).encode()).hexdigest()[:n]

    def guid(self):
        return str(uuid.UUID(int=self.r.getrandbits(128), version=4))


def luhn_end(head):
    return head + luhn.calc_check_digit(head)
