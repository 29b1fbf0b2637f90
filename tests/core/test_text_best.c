/* desk.text: what of a text says most: sentences, keywords, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_help.h"

static void ranks_the_sentence_that_shares_most(void **state)
{
    run_lua(*state, "local s = 'Voters elected a president. The president promised voters reform. "
                    "Reform needs voters, said the president. Cats sleep.'\n"
                    "local r = text.analyse(s, 'en'):rank()\n"
                    "equal(#r, 4)\n"
                    "assert(r[2] > r[1] and r[3] > r[4] and r[4] < 0.5, list(r))\n"
                    "assert(math.abs(r[1] + r[2] + r[3] + r[4] - 4) < 1e-3)");
}

static void caps_the_sentences_that_are_ranked(void **state)
{
    run_lua(*state, "local a = text.analyse('One cat. Two cats. Three cats.', 'en')\n"
                    "local r = a:rank { max_sentences = 2 } equal(r[3], 0.0)");
}

static void gives_the_best_sentences_in_order(void **state)
{
    run_lua(*state,
            "local s = 'Voters elected a president. The president promised voters reform. "
            "Reform needs voters, said the president. Does the president promise voters reform?'\n"
            "local a = text.analyse(s, 'en')\n"
            "equal(list(cut(s, a:best_sentences { count = 2, set_back = 0.1 })), 'The president "
            "promised voters reform.|Reform needs voters, said the president.')\n"
            "local b = a:best_sentences { count = 1, lead = 100, set_back = 0.1 }\n"
            "equal(cut(s, b)[1], 'Voters elected a president.') assert(b.score[1] > 10)\n"
            "equal(a:best_sentences { count = 9, short_words = 99, set_back = 0 }.score[2], 0.0)");
}

static void leaves_out_sentences_that_do_not_fit(void **state)
{
    run_lua(*state,
            "local s = 'Cats chase grey mice. Dogs chase cats and grey mice, too. Mice run.'\n"
            "local a = text.analyse(s, 'en')\n"
            "equal(list(cut(s, a:best_sentences { count = 3, max_bytes = 32 })), "
            "'Cats chase grey mice.|Mice run.')\n"
            "equal(a:best_sentences { count = 3, max_bytes = 1 }.n, 1)");
}

static void counts_candidates(void **state)
{
    run_lua(*state,
            "local s = 'The trade war hurts. A Trade War between states, the trade wars of old.'\n"
            "local c = text.analyse(s, 'en'):candidates()\n"
            "local at for i = 1, c.n do if c.stem[i] == 'trade war' then at = i end end\n"
            "equal(c.text[at], 'trade war') equal(c.count[at], 3) equal(c.sentences[at], 2)\n"
            "equal(s:sub(c.first[at], c.last[at]), 'trade war') equal(c.words[at], 2)\n"
            "for i = 1, c.n do assert(not c.text[i]:find('^[Tt]he '), c.text[i]) end");
}

static void keeps_the_best_candidates_in_order(void **state)
{
    run_lua(*state, "local s = 'alpha beta. gamma delta. gamma delta. omega.'\n"
                    "local c = text.analyse(s, 'en'):candidates { limit = 2 }\n"
                    "equal(c.n, 2) assert(c.first[1] <= c.first[2])");
}

/* Against all candidates, from which a slow hand takes the best. */
static void misses_no_candidate_among_the_best(void **state)
{
    run_lua(*state,
            "local x = 7 local function random(n) x = (x * 1103515245 + 12345) % 2147483648 "
            "return (x >> 16) % n + 1 end\n"
            "for round = 1, 30 do local t = {}\n"
            "for i = 1, 20 * round do local w = string.char(96 + random(20), 96 + random(4), 97)\n"
            "t[i] = random(9) == 1 and 'the' or random(12) == 1 and w .. '.' or "
            "random(8) == 1 and w:upper() or w end\n"
            "local a = text.analyse(table.concat(t, ' '), 'en')\n"
            "local all, want = a:candidates { limit = 5000 }, {}\n"
            "local function weight(i) return all.count[i] * (1 + 1 / all.first_sentence[i]) end\n"
            "for i = 1, all.n do want[i] = i end\n"
            "table.sort(want, function(p, q) local u, v = weight(p), weight(q)\n"
            "if math.abs(u - v) > 1e-5 then return u > v end return p < q end)\n"
            "local best, number = {}, math.min(25, all.n)\n"
            "for i = 1, number do best[i] = want[i] end table.sort(best)\n"
            "local c = a:candidates { limit = 25 } equal(c.n, number)\n"
            "for i = 1, number do local at = best[i] equal(c.stem[i], all.stem[at]) "
            "equal(c.text[i], all.text[at])\n"
            "equal(c.count[i], all.count[at]) equal(c.first[i], all.first[at]) end end");
}

static void gives_the_best_keywords_first(void **state)
{
    run_lua(
        *state,
        "local s = 'Grain prices fell. Traders say that grain prices fell in Belgrade. Rain fell. "
        "Rain hurts traders.'\n"
        "local a = text.analyse(s, 'en')\n"
        "local k = a:keywords { phrase = { 1, 2, 3 }, max = 3 }\n"
        "equal(k.text[1], 'Grain prices fell') equal(k.score[1], 1.0) equal(k.count[1], 2)\n"
        "equal(s:sub(k.first[1], k.last[1]), 'Grain prices fell') equal(k.words[1], 3)\n"
        "for i = 2, k.n do assert(k.score[i] <= k.score[i - 1])\n"
        "assert(not (' grain prices fell '):find(' ' .. k.text[i]:lower() .. ' ', 1, true), "
        "k.text[i]) end");
}

static void weighs_keywords_as_it_is_told(void **state)
{
    run_lua(*state,
            "local s = 'The mill stands empty. Workers left the mill. A storm hit Belgrade hard.'\n"
            "local a = text.analyse(s, 'en')\n"
            "local function best(o) o.max_words = 1 return a:keywords(o).text[1] end\n"
            "equal(best {}, 'mill') equal(best { name = 50 }, 'Belgrade')\n"
            "equal(best { shared = 50, beside = text.analyse('Storm', 'en') }, 'storm')\n"
            "equal(a:keywords { min_score = 1 }.n, 1) equal(a:keywords { longest = 2 }.n, 0)");
}

static void gives_phrases_that_stand_once_only_for_names(void **state)
{
    run_lua(*state,
            "local s = 'We saw grey smoke rise over Novi Sad.'\n"
            "local k, there = text.analyse(s, 'en'):keywords { max = 50, phrase = { 1, 9 } }, {}\n"
            "for i = 1, k.n do there[k.text[i]] = true end\n"
            "assert(there['Novi Sad'] and not there['grey smoke'])");
}

static void finds_runs_of_capitals(void **state)
{
    run_lua(
        *state,
        "local s = 'The Bank of England said so. Angela Merkel met J. K. Rowling and Anna de la "
        "Cruz. Merkel left.'\n"
        "local n = text.analyse(s, 'en'):names()\n"
        "equal(list(n.text), 'Bank of England|Angela Merkel|J. K. Rowling|Anna de la "
        "Cruz|Merkel')\n"
        "equal(n.initial[5], 1) equal(n.initial[2], 1) equal(n.count[1], 1)\n"
        "local span = n.spans[3][1] equal(s:sub(span[1], span[2]), 'J. K. Rowling')");
}

static void leaves_out_names_that_nothing_speaks_for(void **state)
{
    run_lua(
        *state,
        "local s = 'Rain fell. President Tito met Ana Keller at NATO. Keller left. Snow fell.'\n"
        "local c = text.classes { 'president' } local a = text.analyse(s, 'en')\n"
        "local n = a:names { classes = c, skip = 1, needs = 1 }\n"
        "equal(list(n.text), 'Tito|Ana Keller|NATO|Keller')\n"
        "equal(n.last_word[2], n.last_word[4]) assert(n.last_word[1] ~= n.last_word[2])\n"
        "equal(s:sub(n.first[2], n.last[2]), 'Ana Keller')\n"
        "equal(a:names { limit = 2 }.n, 2) equal(#a:names({ limit = 2 }).fold, 2)\n"
        "equal(n.text[0], nil) equal(n.text[5], nil) equal(n.spans.x, nil)");
}

static void makes_names_after_all_else_is_gone(void **state)
{
    run_lua(*state, "local text_of = text.analyse('Ana Keller left.', 'en'):names().text\n"
                    "for i = 1, 9 do text.analyse('another ' .. i, 'en') end collectgarbage()\n"
                    "equal(text_of[1], 'Ana Keller')");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEXT_TEST(ranks_the_sentence_that_shares_most),
        TEXT_TEST(caps_the_sentences_that_are_ranked),
        TEXT_TEST(gives_the_best_sentences_in_order),
        TEXT_TEST(leaves_out_sentences_that_do_not_fit),
        TEXT_TEST(counts_candidates),
        TEXT_TEST(keeps_the_best_candidates_in_order),
        TEXT_TEST(misses_no_candidate_among_the_best),
        TEXT_TEST(gives_the_best_keywords_first),
        TEXT_TEST(weighs_keywords_as_it_is_told),
        TEXT_TEST(gives_phrases_that_stand_once_only_for_names),
        TEXT_TEST(finds_runs_of_capitals),
        TEXT_TEST(leaves_out_names_that_nothing_speaks_for),
        TEXT_TEST(makes_names_after_all_else_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
