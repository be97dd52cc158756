"""Questions whose answers are computed: arithmetic, numbers, series, time, letters and code."""

import random

ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen").split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = ("January February March April May June July August September October November December").split()
WORDS = "banana garden window planet silver market button rocket castle pepper dragon winter".split()


def near(value, generator):
    """Wrong numbers that look like the right one."""
    wrong = [value + step for step in (-10, -2, -1, 1, 2, 10) if value + step >= 0]
    return [str(one) for one in generator.sample(wrong, 3)]


def in_words(number):
    if number < 20:
        return ONES[number]
    return TENS[number // 10 - 2] + (f"-{ONES[number % 10]}" if number % 10 else "")


def roman(number):
    text = ""
    for value, sign in ROMAN:
        text += sign * (number // value)
        number %= value
    return text


def arithmetic(generator):
    for _ in range(130):
        a, b = generator.randint(11, 89), generator.randint(11, 89)
        yield "arithmetic", f"{a} plus {b} is equal to", str(a + b), near(a + b, generator)
    for _ in range(90):
        a, b = sorted((generator.randint(11, 99), generator.randint(11, 99)), reverse=True)
        yield "arithmetic", f"{a} minus {b} is equal to", str(a - b), near(a - b, generator)
    for _ in range(70):
        a, b = generator.randint(3, 12), generator.randint(3, 12)
        yield "arithmetic", f"{a} times {b} is equal to", str(a * b), near(a * b, generator)
    for _ in range(50):
        a, b = generator.randint(2, 12), generator.randint(2, 9)
        yield "arithmetic", f"{a * b} divided by {b} is equal to", str(a), near(a, generator)


def sizes(generator):
    for number in range(80):
        values = generator.sample(range(10, 999), 4)
        word, choice = (("largest", max), ("smallest", min))[number % 2]
        text = "{}, {}, {} and {}".format(*values)
        answer = str(choice(values))
        yield "size", f"Of the numbers {text} the {word} is", answer, [str(one) for one in values if str(one) != answer]


def numbers(generator):
    for number in generator.sample(range(21, 100), 60):
        digits, swapped = str(number), int(str(number)[::-1])
        wrong = [one for one in (swapped, number + 10, number - 10, number + 1, number - 1) if one not in (number, 0)]
        yield "number", f"The number {in_words(number)} in digits is", digits, [str(one) for one in wrong[:3]]
        yield "number", f"The number {number} in words is", in_words(number), [in_words(one % 100) for one in wrong[:3]]
    for number in generator.sample(range(4, 90), 50):
        wrong = generator.sample([one for one in (number - 5, number - 1, number + 1, number + 5, number + 10) if one > 0], 3)
        yield "roman", f"The Roman numeral {roman(number)} stands for", str(number), [str(one) for one in wrong]


def series(generator):
    for _ in range(70):
        start, step = generator.randint(1, 40), generator.randint(2, 12)
        values = [start + step * index for index in range(5)]
        text = ", ".join(map(str, values[:4]))
        yield "series", f"{text},", str(values[4]), near(values[4], generator)
    for start in (1, 2, 3, 4, 5, 6, 7):
        values = [start * 2 ** index for index in range(5)]
        yield "series", ", ".join(map(str, values[:4])) + ",", str(values[4]), near(values[4], generator)


def calendar(generator):
    for names, unit in ((DAYS, "day"), (MONTHS, "month")):
        for index, name in enumerate(names):
            for distance, words in ((1, f"The {unit} after {name} is"), (-1, f"The {unit} before {name} is"),
                                    (2, f"Two {unit}s after {name} comes")):
                answer = names[(index + distance) % len(names)]
                yield "calendar", words, answer, [one for one in names if one != name]
    for _ in range(60):
        hour, later = generator.randint(1, 12), generator.randint(2, 9)
        answer = (hour + later - 1) % 12 + 1
        wrong = [one for one in range(1, 13) if 0 < abs(one - answer) < 4]
        yield "time", f"{in_words(later).capitalize()} hours after {hour} o'clock it is", f"{answer} o'clock", [
            f"{one} o'clock" for one in wrong]


def letters(_):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for index in range(1, 25):
        wrong = [alphabet[(index + step) % 26] for step in (-4, -3, -2, 2, 3, 4)]
        yield "letter", f'The letter after "{alphabet[index]}" in the alphabet is', alphabet[index + 1], wrong
        yield "letter", f'The letter before "{alphabet[index]}" in the alphabet is', alphabet[index - 1], wrong


def code(generator):
    def item(expression, wrong):
        # The expressions are those of this file.
        answer = repr(eval(expression))  # noqa: S307
        return "code", f"In Python, {expression} is", answer, [one for one in map(repr, wrong) if one != answer]

    for word in WORDS:
        yield item(f'len("{word}")', [len(word) - 2, len(word) - 1, len(word) + 1])
        yield item(f'"{word}"[0]', [word[1], word[-1], word[2]])
        yield item(f'"{word}"[-1]', [word[0], word[1], word[-2]])
        yield item(f'"{word}".upper()', [word, word.capitalize(), word[::-1]])
        yield item(f'"{word}"[:3]', [word[:4], word[:2], word[3:]])
    for _ in range(30):
        a, b = generator.randint(10, 60), generator.randint(3, 9)
        yield item(f"{a} % {b}", [one for one in (a // b, a % b + 1, a % b + 2, b) if one != a % b])
        yield item(f"{a} // {b}", [a // b + 1, a // b - 1, a % b + a // b + 2])
    for base in range(2, 7):
        for power in (2, 3):
            yield item(f"{base} ** {power}", [base * power + 1, base ** power + base, base ** power - 1])
    for _ in range(30):
        values = generator.sample(range(1, 30), 4)
        yield item(f"sorted({values})[0]", sorted(values)[1:])
        yield item(f"max({values})", sorted(values)[:3])
        yield item(f"sum({values[:3]})", [sum(values[:3]) + step for step in (-10, 1, 10)])


def all_items():
    generator = random.Random(17)
    for family in (arithmetic, sizes, numbers, series, calendar, letters, code):
        yield from family(generator)
