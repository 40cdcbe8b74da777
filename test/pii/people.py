"""People and things that do not exist, by seed: the values that tests and benchmarks of the classifier are made of.

Every number with a check digit is computed here from its published rule, not with Ajar's code, so that the two are
checked against each other. Nobody is meant: names, addresses and numbers are drawn at random.
"""
import datetime
import random
import string

SURNAMES = ("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟"
            "姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戚莫孔向汤")
WEIGHTS = [max(0.05, 7.5 / (i + 1) ** 0.75) for i in range(len(SURNAMES))]
GIVEN = ("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂丹萍华红玉梅建国文辉力永健世广志义兴良海山仁波宁贵福生龙元全胜学祥才发武新"
         "利清飞彬富顺信子昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋")
REGIONS = {"11": "北京市", "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省",
           "37": "山东省", "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区",
           "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省", "61": "陕西省", "62": "甘肃省"}
CITIES = ["南京市", "杭州市", "合肥市", "福州市", "南昌市", "济南市", "郑州市", "武汉市", "长沙市", "广州市", "成都市", "贵阳市"]
DISTRICTS = ["浦东新区", "鼓楼区", "西湖区", "朝阳区", "江宁区", "天河区", "玄武区", "南山区", "岳麓区", "高新区", "长宁区", "静安区"]
ROADS = ["人民", "解放", "中山", "建设", "和平", "新华", "长江", "黄河", "文化", "幸福", "胜利", "光明", "南京", "北京"]
ETHNIC = ["汉族"] * 90 + ["回族", "满族", "苗族", "壮族", "维吾尔族", "彝族", "土家族", "藏族", "蒙古族"]
MOBILE = ("130 131 132 133 134 135 136 137 138 139 145 147 149 150 151 152 153 155 156 157 158 159 162 165 166 167 170 171 "
          "172 173 175 176 177 178 180 181 182 183 184 185 186 187 188 189 190 191 193 195 196 197 198 199").split()
EVENTS = ["报警人称在{road}路被盗电动车一辆，损失{n}元，民警到达现场后登记案情。",
          "接警后出警，双方因停车发生纠纷，经民警调解，当事人{name}与对方和解。",
          "受害人{name}报案称遭遇网络诈骗，被骗人民币{n}元，已立案侦查。",
          "嫌疑人在{road}路商店盗窃手机一部，派出所民警将其抓获并制作笔录。",
          "报警人反映邻居家暴，民警出警处警，现场已调解，案件编号已登记。"]
FIRST = ("James Mary John Patricia Robert Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph "
         "Jessica Thomas Sarah Charles Karen Daniel Lisa Matthew Nancy Anthony Betty Mark Sandra Paul Ashley").split()
LAST = ("Smith Johnson Williams Brown Jones Garcia Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Lee "
        "Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson").split()


class People:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def digits(self, n, first="0123456789"):
        return self.r.choice(first) + "".join(self.r.choice(string.digits) for _ in range(n - 1))

    def letters(self, n, alphabet=string.ascii_uppercase):
        return "".join(self.r.choice(alphabet) for _ in range(n))

    def birth(self, youngest=2018):
        """An age pyramid, roughly: fewer of the very old."""
        year = int(youngest - abs(self.r.triangular(0, 90, 30)))
        return datetime.date(year, 1, 1) + datetime.timedelta(days=self.r.randrange(365))

    # --- China
    def cn_id(self, birth=None, male=None):
        birth = birth or self.birth()
        male = self.r.random() < 0.5 if male is None else male
        sequence = self.r.randrange(500) * 2 + (1 if male else 0)
        head = "%s%02d%02d%s%03d" % (self.r.choice(list(REGIONS)), self.r.randrange(1, 20), self.r.randrange(1, 30),
                                     birth.strftime("%Y%m%d"), sequence)
        weights = [2 ** (17 - i) % 11 for i in range(17)]
        total = sum(int(d) * w for d, w in zip(head, weights))
        return head + "10X98765432"[total % 11]

    def cn_id15(self):
        return "%s%02d%02d%s%03d" % (self.r.choice(list(REGIONS)), self.r.randrange(1, 20), self.r.randrange(1, 30),
                                     self.birth(1995).strftime("%y%m%d"), self.r.randrange(1000))

    def cn_mobile(self):
        return self.r.choice(MOBILE) + self.digits(8)

    def cn_landline(self):
        return self.r.choice(["010-", "021-", "025-", "020-", "028-"]) + self.digits(8, "2345678") \
            if self.r.random() < 0.5 else self.r.choice(["0371-", "0571-", "0512-", "0755-"]) + self.digits(8, "2345678")

    def cn_name(self):
        given = 1 if self.r.random() < 0.12 else 2
        return self.r.choices(SURNAMES, WEIGHTS)[0] + "".join(self.r.choice(GIVEN) for _ in range(given))

    def cn_address(self):
        province = self.r.choice(list(REGIONS.values()))
        return "%s%s%s%s路%d号%d栋%d室" % (province, self.r.choice(CITIES) if not province.endswith("市") else "",
                                      self.r.choice(DISTRICTS), self.r.choice(ROADS), self.r.randrange(1, 999),
                                      self.r.randrange(1, 40), self.r.randrange(101, 2900))

    def cn_plate(self):
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
        return self.r.choice("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼") + self.r.choice(letters) + self.digits(5)

    def cn_uscc(self):
        alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        head = "91" + self.digits(6, "123456") + "".join(self.r.choice(alphabet) for _ in range(9))
        weights = [pow(3, i, 31) for i in range(17)]
        total = sum(alphabet.index(c) * w for c, w in zip(head, weights))
        return head + alphabet[(31 - total % 31) % 31]

    def cn_passport(self):
        return "E" + self.digits(8) if self.r.random() < 0.6 else "E" + self.r.choice("ABCDEFGHJKLM") + self.digits(7)

    def case_number(self):
        return "A" + self.digits(12, "1345") + "2022%02d" % self.r.randrange(1, 13) + self.digits(4)

    def case_text(self):
        return self.r.choice(EVENTS).format(road=self.r.choice(ROADS), n=self.r.randrange(100, 90000), name=self.cn_name())

    def ethnic(self):
        return self.r.choice(ETHNIC)

    # --- others
    def luhn(self, head):
        total = 0
        for i, d in enumerate(reversed(head)):
            d = int(d) * (2 if i % 2 == 0 else 1)
            total += d - 9 if d > 9 else d
        return head + str((10 - total % 10) % 10)

    def bank_card(self):
        kind = self.r.random()
        if kind < 0.6:
            return self.luhn(self.r.choice(["622848", "621700", "622202", "621661", "623058"]) + self.digits(12))
        return self.luhn(self.r.choice(["4", "51", "55"]).ljust(6, "7")[:6] + self.digits(9))

    def hk_id(self):
        letter, number = self.letters(1), self.digits(6)
        total = 36 * 9 + (ord(letter) - 55) * 8 + sum(int(d) * (7 - i) for i, d in enumerate(number))
        check = (11 - total % 11) % 11
        return "%s%s(%s)" % (letter, number, "A" if check == 10 else check)

    def tw_id(self):
        codes = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36)))
        letter, number = self.letters(1), self.r.choice("12") + self.digits(7)
        code = codes[letter]
        total = code // 10 + code % 10 * 9 + sum(int(d) * (8 - i) for i, d in enumerate(number))
        return letter + number + str((10 - total % 10) % 10)

    def kr_rrn(self):
        birth = self.birth(2010)
        century = "34" if birth.year >= 2000 else "12"
        head = birth.strftime("%y%m%d") + self.r.choice(century) + "%02d" % self.r.randrange(0, 96) + self.digits(3)
        total = sum(int(d) * w for d, w in zip(head, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]))
        return "%s-%s" % (head[:6], head[6:] + str((11 - total % 11) % 10))

    def jp_my_number(self):
        head = self.digits(11)
        total = sum(int(d) * w for d, w in zip(head, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]))
        check = 11 - total % 11
        return head + str(0 if check > 9 else check)

    def sg_nric(self):
        kind, number = self.r.choice("STFG"), self.digits(7)
        total = sum(int(d) * w for d, w in zip(number, [2, 7, 6, 5, 4, 3, 2])) + (4 if kind in "TG" else 0)
        return kind + number + ("JZIHGFEDCBA" if kind in "ST" else "XWUTRQPNMLK")[total % 11]

    def aadhaar(self):
        multiply = [[(j + i) % 5 if i < 5 and j < 5 else 0 for j in range(10)] for i in range(10)]
        for i in range(10):
            for j in range(10):
                if i < 5 and j < 5:
                    multiply[i][j] = (i + j) % 5
                elif i < 5:
                    multiply[i][j] = 5 + (i + j - 5) % 5
                elif j < 5:
                    multiply[i][j] = 5 + (i - 5 - j) % 5
                else:
                    multiply[i][j] = (i - j) % 5
        permute = [list(range(10)), [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
        for _ in range(6):
            permute.append([permute[-1][permute[1][i]] for i in range(10)])
        head, check = self.digits(11, "23456789"), 0
        for i, d in enumerate(reversed(head)):
            check = multiply[check][permute[(i + 1) % 8][int(d)]]
        return head + str([multiply[check][x] for x in range(10)].index(0))

    def iban(self):
        country, length = self.r.choice([("DE", 22), ("FR", 27), ("GB", 22), ("ES", 24), ("NL", 18)])
        body = self.letters(4) + self.digits(length - 8) if country in ("GB", "NL") else self.digits(length - 4)
        number = int("".join(str(int(c, 36)) for c in body + country + "00"))
        return "%s%02d%s" % (country, 98 - number % 97, body)

    def us_ssn(self):
        return "%03d-%02d-%04d" % (self.r.choice([n for n in range(1, 900) if n != 666]), self.r.randrange(1, 100),
                                   self.r.randrange(1, 10000))

    def uk_nino(self):
        while True:
            head = self.r.choice("ABCEGHJKLMPRSTWXYZ") + self.r.choice("ABCEHJLMPRSTWXYZ")
            if head not in ("GB", "TN", "ZZ", "CR", "MW", "PP"):
                return head + self.digits(6) + self.r.choice("ABCD")

    def uk_nhs(self):
        while True:
            head = self.digits(9, "456789")
            check = 11 - sum(int(d) * (10 - i) for i, d in enumerate(head)) % 11
            if check != 10:
                return head + str(check % 11)

    def es_dni(self):
        number = self.digits(8)
        return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]

    def fr_nir(self):
        head = "%s%02d%02d%02d%s" % (self.r.choice("12"), self.r.randrange(100), self.r.randrange(1, 13),
                                     self.r.randrange(1, 96), self.digits(6))
        return head + "%02d" % (97 - int(head) % 97)

    def it_cf(self):
        odd = dict(zip(string.digits + string.ascii_uppercase, [1, 0, 5, 7, 9, 13, 15, 17, 19, 21] * 2 +
                       [2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]))
        birth = self.birth()
        head = self.letters(6) + birth.strftime("%y") + "ABCDEHLMPRST"[birth.month - 1] + \
            "%02d" % (birth.day + self.r.choice([0, 40])) + self.letters(1) + self.digits(3)
        total = sum(odd[c] if i % 2 == 0 else (int(c) if c.isdigit() else ord(c) - 65) for i, c in enumerate(head))
        return head + chr(65 + total % 26)

    def de_idnr(self):
        while True:
            chosen = self.r.sample(string.digits, 9)
            chosen.append(self.r.choice(chosen))
            self.r.shuffle(chosen)
            if chosen[0] != "0":
                break
        check = 10
        for d in chosen:
            check = (int(d) + check) % 10 or 10
            check = check * 2 % 11
        return "".join(chosen) + str((11 - check) % 10)

    def nl_bsn(self):
        while True:
            head = self.digits(8, "123456789")
            check = sum(int(d) * (9 - i) for i, d in enumerate(head)) % 11
            if check < 10:
                return head + str(check)

    def pl_pesel(self):
        birth = self.birth()
        month = birth.month + (20 if birth.year >= 2000 else 0)
        head = "%02d%02d%02d%s" % (birth.year % 100, month, birth.day, self.digits(4))
        total = sum(int(d) * w for d, w in zip(head, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]))
        return head + str((10 - total % 10) % 10)

    def se_pn(self):
        return self.luhn(self.birth().strftime("%y%m%d") + self.digits(3))

    def se_pn_hyphen(self):
        number = self.se_pn()
        return number[:6] + "-" + number[6:]

    def be_nn(self):
        birth = self.birth()
        head = birth.strftime("%y%m%d") + "%03d" % self.r.randrange(1, 998)
        return head + "%02d" % (97 - int(("2" if birth.year >= 2000 else "") + head) % 97)

    def pt_nif(self):
        head = self.digits(8, "123")
        check = 11 - sum(int(d) * (9 - i) for i, d in enumerate(head)) % 11
        return head + str(0 if check > 9 else check)

    def br_cpf(self):
        n = [self.r.randrange(10) for _ in range(9)]
        for length in (10, 11):
            total = sum((length - i) * d for i, d in enumerate(n))
            n.append((11 - total % 11) % 11 % 10)
        return "".join(map(str, n))

    def br_cnpj(self):
        n = [self.r.randrange(10) for _ in range(8)] + [0, 0, 0, self.r.randrange(1, 4)]
        for weights in ([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]):
            n.append(sum(a * b for a, b in zip(n, weights)) * 10 % 11 % 10)
        return "".join(map(str, n))

    def fr_spi(self):
        head = self.digits(10, "0123")
        return head + "%03d" % (int(head) % 511)

    def us_itin(self):
        return "9%s-%02d-%s" % (self.digits(2), self.r.choice([*range(70, 89), 90, 91, 92, *range(94, 100)]), self.digits(4))

    def pt_cc(self):
        head = self.digits(9) + self.letters(1) + self.letters(1, string.digits + string.ascii_uppercase)
        for check in string.digits:
            total = 0
            for i, c in enumerate(head + check):
                value = int(c, 36) * (2 if i % 2 == 0 else 1)
                total += value - 9 if i % 2 == 0 and value > 9 else value
            if total % 10 == 0:
                return head + check
        return head + "0"

    def no_fnr(self):
        while True:
            birth = self.birth(1999)
            n = [int(c) for c in birth.strftime("%d%m%y") + "%03d" % self.r.randrange(500)]
            n.append(-sum(a * b for a, b in zip(n, [3, 7, 6, 1, 8, 9, 4, 5, 2])) % 11)
            n.append(-sum(a * b for a, b in zip(n, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])) % 11)
            if birth.year >= 1940 and n[-2] < 10 and n[-1] < 10:
                return "".join(map(str, n))

    def dk_cpr(self):
        return self.birth(1999).strftime("%d%m%y") + "-" + self.digits(4, "0123")

    def fi_hetu(self):
        birth = self.birth()
        head, serial = birth.strftime("%d%m%y"), "%03d" % self.r.randrange(2, 900)
        return head + ("-" if birth.year < 2000 else "A") + serial + "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(head + serial) % 31]

    def ch_ahv(self):
        head = "756" + self.digits(9)
        return head + str(-sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(head)) % 10)

    def imei(self):
        return self.luhn(self.r.choice(["35", "86", "01"]) + self.digits(12))

    def au_tfn(self):
        while True:
            number = self.digits(9, "123456789")
            if sum(int(d) * w for d, w in zip(number, [1, 4, 3, 7, 5, 8, 6, 9, 10])) % 11 == 0:
                return number

    def au_medicare(self):
        head = self.digits(8, "23456")
        return head + str(sum(int(d) * w for d, w in zip(head, [1, 3, 7, 9, 1, 3, 7, 9])) % 10) + self.r.choice("123456789")

    def ca_sin(self):
        return self.luhn(self.digits(8, "1234567"))

    def in_pan(self):
        return self.letters(3) + "P" + self.letters(1) + self.digits(4) + self.letters(1)

    def latin_name(self):
        return self.r.choice(FIRST) + " " + self.r.choice(LAST)

    def email(self):
        name = self.latin_name().lower().split()
        return "%s.%s%d@%s" % (name[0], name[1], self.r.randrange(10000),
                               self.r.choice(["gmail.com", "qq.com", "163.com", "outlook.com", "yahoo.co.uk", "web.de"]))

    def phone(self):
        return self.r.choice(["+1 ", "+44 ", "+49 ", "+33 "]) + self.digits(3, "2345679") + " " + self.digits(7)

    def public_ip(self):
        return "%d.%d.%d.%d" % (self.r.choice([58, 61, 112, 114, 121, 182, 202, 218, 223]), self.r.randrange(256),
                                self.r.randrange(256), self.r.randrange(1, 255))

    def ipv6(self):
        return "2%03x:%x:%x:%x:%x:%x:%x:%x" % ((self.r.randrange(0xe00),) + tuple(self.r.randrange(1, 65536) for _ in range(7)))

    def mac(self):
        return ":".join(["%02x" % (self.r.randrange(64) * 4)] + ["%02x" % self.r.randrange(256) for _ in range(5)])
