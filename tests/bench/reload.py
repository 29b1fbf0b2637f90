#!/usr/bin/env python3
"""From saving a plugin to the first article through the new code, in a desk that runs.

    tests/bench/reload.py [PROGRAM] [ROUNDS]

PROGRAM: build/release/bin/copydesk. A desk with the shipped plugins and one of its own. Each round
saves that plugin, waits until the desk says that it serves, drops a file, and waits until its article
can be read, with the new label. The plugin's test (one case) is run in each round. Prints JSON:
milliseconds from the save to the swap, and to the article, less the `settle` of the watch.
"""
import json, os, shutil, sqlite3, statistics, subprocess, sys, tempfile, time

PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/release/bin/copydesk")
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
SETTLE_MS = 1
CONFIG = f"""
desk.watch {{ "inbox", settle = "{SETTLE_MS}ms" }}
desk.ingest {{ "digest", "text" }}
desk.tag {{ "bench", "language", "keywords", {{ "entities", min_score = 0.3 }} }}
desk.summarize {{ {{ "textrank", sentences = 3 }} }}
"""
PLUGIN = """return {{ kind = "tag", name = "bench", version = "1.0.{0}", api = 1, about = "A bench.",
    run = function() return {{ {{ scheme = "bench", label = "round{0}" }} }} end }}
"""
TEST = """return { { name = "says something", article = { headline = "News", text = "What is new." },
    check = function(answer) assert(#answer == 1) end } }
"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def wait(test):
    until = time.monotonic() + 30
    while not test():
        if time.monotonic() > until:
            sys.exit("reload.py: waited in vain")
        time.sleep(0.0005)


def main():
    place = tempfile.mkdtemp(prefix="copydesk-bench-")
    desk, log = place + "/desk", place + "/log"
    subprocess.run([PROGRAM, "init", desk], check=True, stdout=subprocess.DEVNULL)
    plugin = desk + "/scripts/tag/bench"
    os.makedirs(plugin)
    write(desk + "/desk.lua", CONFIG)
    write(plugin + "/init.lua", PLUGIN.format(0))
    write(plugin + "/test.lua", TEST)
    host = subprocess.Popen([PROGRAM, "-C", desk, "run"], stderr=open(log, "w"))
    try:
        wait(lambda: "runs (process" in open(log).read())
        store = sqlite3.connect(f"file:{desk}/.copydesk/store.db?mode=ro", uri=True)
        swaps, articles = [], []
        for number in range(1, ROUNDS + 1):
            seen = os.path.getsize(log)
            begun = time.monotonic()
            write(plugin + "/init.lua", PLUGIN.format(number))
            wait(lambda: '"reload"' in open(log).read()[seen:])
            swaps.append((time.monotonic() - begun) * 1000)
            write(f"{desk}/inbox/{number}.txt", f"News {number}\n\nWhat is new in round {number}.\n")
            label = f"round{number}"
            wait(lambda: store.execute("SELECT 1 FROM tags WHERE label = ?", (label,)).fetchone())
            articles.append((time.monotonic() - begun) * 1000 - SETTLE_MS)
        host.terminate()
        if host.wait(30) != 0:
            sys.exit("reload.py: the desk did not end well; its log is " + log)
    finally:
        host.kill()
    shutil.rmtree(place)
    print(json.dumps({"rounds": ROUNDS,
                      "save_to_swap_ms": {"p50": round(statistics.median(swaps)), "max": round(max(swaps))},
                      "save_to_article_ms": {"p50": round(statistics.median(articles)),
                                             "max": round(max(articles))}}))


main()
