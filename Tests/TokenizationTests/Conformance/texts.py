"""Varied text for tokenizer checks, the same in every run."""

import random
import unicodedata

PROSE = [
    "The quick brown fox jumps over the lazy dog.",
    "I'm sure they'll say it's what we've always done, and I'd agree; you're right, aren't you?",
    "I'M SURE THEY'LL SAY IT'S WHAT WE'VE ALWAYS DONE, AND I'D AGREE; YOU'RE RIGHT.",
    "O'Neill's '90s d'accord l'homme 'tis 'Twas rock'n'roll 'sam 'Smith 'll 'LL 'rE 'Ve 'ſ 'ſt x'ſ",
    "Élan vital, naïve café, Straße, İstanbul, ﬁne ﬂow, ǅungla ǈubav ǋegoš",
    "Cafe\u0301 nai\u0308ve A\u030A a\u0323\u0307 a\u0307\u0323 \u0301lone",
    "机器学习是人工智能的一个分支。深度学习(2017年)很流行!",
    "吾輩は猫である。名前はまだ無い。カタカナとひらがな",
    "안녕하세요 세계 \u1100\u1161\u11A8 각",
    "مرحبا بالعالم، كيف حالك؟ ١٢٣٤٥ ۱۲۳",
    "שלום עולם! מה שלומך? בְּרֵאשִׁית",
    "สวัสดีชาวโลก ๑๒๓ ภาษาไทยไม่มีช่องว่าง",
    "नमस्ते दुनिया १२३ क्षत्रिय", "Здравствуй, мир! Ёлка, съёмка", "Γειά σου Κόσμε ς Σ",
    "ሰላም ልዑል", "გამარჯობა ᲒᲐᲛᲐᲠᲯᲝᲑᲐ", "Բարեւ աշխարհ և", "ಕನ್ನಡ ೧೨೩ தமிழ் ௧௨௩",
    "😀😃 👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈 🇩🇪🇫🇷 ❤️ ☺︎ 1️⃣ ©®™",
    "² ³ ½ ¾ ① ⑳ Ⅷ ⅷ ㉈ 〇 一 ৴ 𝟘𝟙 𐄇 x²+y²=z² H₂O 10⁻³",
    "if (x<=0) { return -1; }\n\tfor(int i=0;i<n;++i)\n\t\tsum+=a[i]*b[i];\n",
    "def f(self, *args, **kwargs):\n    \"\"\"Doc.\"\"\"\n    return {k: v for k, v in kwargs.items()}\n\n\n",
    "SELECT * FROM t WHERE a != 'b''c' -- comment\r\nORDER BY 1;\r\n\r\n",
    "<html><body class=\"x\">&nbsp;&amp;</body></html> https://example.org/a?b=c&d=%20#e",
    "{\"key\": [1, 2.5e-10, null, true], \"nested\": {\"a\\n\": \"\\u00e9\"}}",
    "$100,000.00 1,234,567 3.14159265358979 0xDEADBEEF 1e-5 +1 (555) 123-4567 2024-01-31T23:59:59Z",
    "a\u0085b\u00a0c\u2028d\u2029e\u202ff\u3000g\u1680h\u180ei\u200bj\u200ck\u200dl\u2060m\ufeffn\u205fo\u2003p",
    "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x13\x14\x16\x1b\x1c\x1d\x1e\x1f\x7f\x80\x9f",
    "\ue000\uf8ff\U000f0000\U0010fffd private, \ufdd0\ufffe\uffff\U0001ffff\U0010ffff noncharacters",
    "\u0378\u0530\u2fe0\U0001fc00\U000e0080 unassigned, \U00040000\U00050000\U000b0000 unassigned planes",
    "_snake_case CamelCase kebab-case SCREAMING_CASE __dunder__ a.b.c::d->e",
    "...!!!???,,,;;;:::---___===+++***///\\\\\\|||~~~```'''\"\"\"###@@@%%%^^^&&&",
    "“curly” ‘quotes’ — em–en…ellipsis «guillemets» „low“ it’s don’t",
    "𝓗𝓮𝓵𝓵𝓸 𝕎𝕠𝕣𝕝𝕕 Ｆｕｌｌｗｉｄｔｈ ｱｲｳ ℌ ℵ Å Ω K",
    "Z̸̢̛a̷͓͝l̶̡̛g̵̱̈o̴̤͊ ẛ̣ ṩ s\u0323\u0307 ḍ̇ \u0f73 \u0344 \u212b \u2126 \uf900 \U0002f800",
]

SPACES = [
    " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", " \n", "\n ", "\r", "\t\t ", " \u00a0", "\u3000", "\u0085",
    "\u2028 ", "",
]


def scalar(rng):
    """A scalar from a range that is drawn first, so that all scripts occur."""
    while True:
        kind = rng.randrange(6)
        if kind == 0:
            value = rng.randrange(0x80)
        elif kind == 1:
            value = rng.randrange(0x80, 0x3000)
        elif kind == 2:
            value = rng.randrange(0x10000)
        elif kind == 3:
            value = rng.randrange(0x10000, 0x20000)
        elif kind == 4:
            value = rng.randrange(0x2000, 0x2C00)
        else:
            value = rng.randrange(0x110000)
        if not 0xD800 <= value < 0xE000:
            return chr(value)


def mixed(rng, added):
    """Fragments of all kinds, joined by all kinds of white space."""
    parts = []
    for _ in range(rng.randint(1, 8)):
        kind = rng.randrange(10)
        source = rng.choice(PROSE)
        start = rng.randrange(len(source))
        piece = source[start : start + rng.randint(1, 20)]
        if kind == 0:
            piece = "".join(scalar(rng) for _ in range(rng.randint(1, 12)))
        elif kind == 1 and added:
            piece = rng.choice(added)
            if rng.random() < 0.3:
                piece = piece[: rng.randint(1, len(piece))]
        elif kind == 2:
            piece = "".join(rng.choice("0123456789٣½Ⅷ") for _ in range(rng.randint(1, 30)))
        elif kind == 3:
            piece = rng.choice(SPACES) * rng.randint(1, 12)
        elif kind == 4:
            piece = "'" + rng.choice(["s", "S", "t", "RE", "re", "Ve", "m", "LL", "d", "D", "ſ", "x", "", "l", "r"])
        elif kind == 5:
            piece = rng.choice([str.upper, str.title, str.swapcase])(piece)
        elif kind == 6:
            piece = unicodedata.normalize(rng.choice(["NFD", "NFC", "NFKD"]), piece)
        parts += [piece, rng.choice(SPACES) if rng.random() < 0.6 else ""]
    return "".join(parts)


def texts(added, count, seed=20240607):
    """At least `count` texts in which each of the `added` tokens occurs."""
    rng = random.Random(seed)
    lines = ["", " ", "  ", "\n", "a", "0", "'", "\u0301", "\u00a0", "\U0001f600"] + PROSE
    lines += [line * 3 for line in PROSE] + [" ".join(PROSE), "".join(PROSE)]
    for token in added:
        lines += [token, token * 2, f"a{token}b", f"  {token}  c", f"x {token}\n", f"1{token}é"]
        lines += [token[:-1], token.upper()]
    lines += ["1234567890" * 200, "a" * 3000, " " * 3000, " " * 3000 + "x"]
    lines += ["\n" * 500, "ab" * 1500, "é" * 700, "'" * 999]
    for base in (0x00, 0x250, 0x2000, 0x1D400, 0x1F300):
        lines += [" ".join(chr(base + i) + "a" for i in range(0x100))]
    while len(lines) < count:
        lines.append(mixed(rng, added))
    return lines


def id_lists(vocabulary_size, count, seed=7):
    """Random ids, whose bytes are mostly not valid UTF-8."""
    rng = random.Random(seed)
    low = lambda: rng.randrange(min(600, vocabulary_size))
    return [
        [low() if rng.random() < 0.7 else rng.randrange(vocabulary_size) for _ in range(rng.randint(0, 24))]
        for _ in range(count)
    ]
