#!/usr/bin/env python3
"""Makes language.c: character n-grams of 1 to 4 letters and how frequent they are.

    python3 language_train.py PARAGRAPHS.jsonl > language.c

Input: one object a line with `lang` and `text`. Each language's TOP most frequent n-grams are kept
(word boundary: "_"), grouped by frequency: a capital letter A to Z begins a group, and a gram in
group k has the natural logarithm of its probability near -(2 + 0.3 k). Croatian, Bosnian and
Serbian in Latin letters are one profile, "sh": language_slavic.c tells them apart."""
import json
import math
import re
import sys
import unicodedata
from collections import Counter, defaultdict

LATIN = "en fr de es pt it nl hu pl cs ro tr sv fi sl sh vi".split()
CYRILLIC = "ru uk bg sr mk".split()
TOP = 1000


def profile_of(row):
    """`lang` may name a script: "sr-Latn"."""
    if row["lang"] in ("hr", "bs", "sr-Latn"):
        return "sh"
    return row["lang"]


def grams(text):
    for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text).lower()):
        word = "_" + word[:20] + "_"
        for size in range(1, 5):
            for at in range(len(word) - size + 1):
                if word[at:at + size] != "_":
                    yield word[at:at + size]


def encode(counts):
    total = sum(counts.values())
    level, out = None, []
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    groups = defaultdict(list)
    for gram, count in top:
        if count > 1:
            groups[max(0, min(25, round((-math.log(count / total) - 2) / 0.3)))].append(gram)
    for level in sorted(groups):
        out.append(chr(65 + level) + " " + " ".join(sorted(groups[level])) + " ")
    return "".join(out)


def wrap(text):
    line = ""
    for part in text.split():
        if len((line + part).encode()) > 88:
            yield line
            line = ""
        line += part + " "
    yield line


def main():
    counts = defaultdict(Counter)
    for line in open(sys.argv[1], encoding="utf-8"):
        row = json.loads(line)
        counts[profile_of(row)].update(grams(row["text"]))
    print("/* clang-format off */\n/* Made by language_train.py; see there for the form. */")
    print('#include "../language.h"\n')
    for name, languages in (("latin", LATIN), ("cyrillic", CYRILLIC)):
        print("const struct language_profile language_%s[] = {" % name)
        for language in languages:
            print('    {"%s",' % language)
            print("\n".join('     "%s"' % line for line in wrap(encode(counts[language]))) + "},")
        print("};\nconst size_t language_%s_count = sizeof language_%s / sizeof *language_%s;\n"
              % (name, name, name))


main()
