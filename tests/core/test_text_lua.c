/* desk.text as Lua plugins see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_help.h"

static void ends_sentences_at_full_stops_only(void **state)
{
    run_lua(*state, "local s = 'Mr. Smith paid $3.5 m. in the U.S. to Dr. J. K. Lee. He left at 5 "
                    "p.m. on Monday. Why? \"It was late,\" he said.'\n"
                    "equal(list(cut(s, text.sentences(s, 'en'))), 'Mr. Smith paid $3.5 m. in the "
                    "U.S. to Dr. J. K. Lee.|He left at 5 p.m. on Monday.|Why?|\"It was late,\" he "
                    "said.')");
}

static void ends_sentences_in_other_languages(void **state)
{
    run_lua(*state, "local function split(s, l) return list(cut(s, text.sentences(s, l))) end\n"
                    "equal(split('Am 3. Oktober kam z. B. Frau Dr. Kohl. Er ging.', 'de'), "
                    "'Am 3. Oktober kam z. B. Frau Dr. Kohl.|Er ging.')\n"
                    "equal(split('M. Dupont est venu. « Bien ! » dit-il. Puis rien.', 'fr'), "
                    "'M. Dupont est venu.|« Bien ! » dit-il.|Puis rien.')\n"
                    "equal(split('你好。我很好！谢谢', 'zh'), '你好。|我很好！|谢谢')\n"
                    "equal(split('Dr. Kovács 12. helyen végzett. Ez jó.', 'hu'), "
                    "'Dr. Kovács 12. helyen végzett.|Ez jó.')");
}

static void ends_sentences_at_blank_lines_but_not_at_wrapped_ones(void **state)
{
    run_lua(*state, "local s = 'A headline\\n\\nA line that is long enough to have been wrapped by "
                    "an old mail\\nProgram goes on. End\\nof it.'\n"
                    "equal(#cut(s, text.sentences(s, 'en')), 3)");
}

static void takes_a_text_of_line_ends_in_linear_time(void **state)
{
    run_lua(*state, "local t = os.clock() equal(text.sentences(('\\n'):rep(1e6), 'en').n, 0)\n"
                    "assert(os.clock() - t < 5)");
}

static void knows_languages(void **state)
{
    run_lua(
        *state,
        "local samples = { en = 'The government said on Monday that it would not change', "
        "fr = 'Le gouvernement a annoncé lundi que la réforme', "
        "de = 'Die Regierung hat am Montag angekündigt, dass', "
        "es = 'El gobierno anunció el lunes que no habrá', "
        "hu = 'A kormány hétfőn bejelentette, hogy nem lesz', "
        "zh = '政府星期一宣布', ja = '政府は月曜日に発表した', ar = 'أعلنت الحكومة يوم الاثنين', "
        "ru = 'Правительство объявило в понедельник, что', "
        "uk = 'Уряд оголосив у понеділок, що не буде', el = 'Η κυβέρνηση ανακοίνωσε', "
        "vi = 'Chính phủ hôm thứ hai đã thông báo rằng' }\n"
        "for want, s in pairs(samples) do equal(text.language(s), want) end");
}

static void knows_serbian_in_both_scripts(void **state)
{
    run_lua(*state,
            "local c, _, s = text.language('Vlada je u ponedeljak saopštila da će predsednik')"
            " equal(c, 'sr') equal(s, 'Latn')\n"
            "c, _, s = text.language('Влада је у понедељак саопштила да ће председник')"
            " equal(c, 'sr') equal(s, 'Cyrl')\n"
            "equal(text.language('Vlada je u ponedjeljak priopćila da će predsjednik'), "
            "'hr')");
}

static void says_nothing_of_the_language_of_numbers(void **state)
{
    run_lua(*state, "equal(text.language('123, 456!'), nil) equal(text.language(''), nil)");
}

static void finds_names_of_a_gazetteer(void **state)
{
    run_lua(*state,
            "local g = text.gazetteer { { 'New York', 1 }, { 'New York City', 2 }, { 'US', 3 }, "
            "{ 'Côte d’Ivoire', 4 }, { '中国', 5 }, { 'Serbia', 6 } }\n"
            "equal(#g, 6)\n"
            "local function ids(s) local a = text.analyse(s, 'en') local m = a:match(g) "
            "local out = {} for i = 1, m.n do out[i] = m.id[i] .. '=' .. "
            "s:sub(m.first[i], m.last[i]) end return list(out) end\n"
            "equal(ids('In New York City and New York. US ships.'), "
            "'2=New York City|1=New York|3=US')\n"
            "equal(ids('Tell us of new york'), '')\n"
            "equal(ids(\"Cote d'Ivoire, CÔTE D’IVOIRE\"), \"4=Cote d'Ivoire|4=CÔTE D’IVOIRE\")\n"
            "equal(ids('在中国的'), '5=中国')\n"
            "equal(ids('It is New. York is old. New, York'), '')");
}

static void ignores_case_in_a_gazetteer_when_asked(void **state)
{
    run_lua(*state, "local g = text.gazetteer({ 'Paris' }, { case = 'any' })\n"
                    "equal(text.analyse('we love paris', 'en'):match(g).n, 1)");
}

static void is_no_more_when_it_is_closed(void **state)
{
    run_lua(
        *state,
        "local kept, text_of\n"
        "do local a <close> = text.analyse('Ana Keller left.', 'en') local n <close> = a:names()\n"
        "kept, text_of = a, n.text equal(text_of[1], 'Ana Keller') end\n"
        "for _, f in ipairs { function() return kept.words end, function() return text_of[1] end, "
        "function() return #text_of end } do\n"
        "assert(not pcall(f)) end\n"
        "do local n <close> = text.analyse('Ana left.', 'en'):names() n.text = 1 end\n"
        "for i = 1, 20 do local s = ('word '):rep(i * 50) .. i\n"
        "local a <close> = text.analyse(s, 'en') equal(a.words, i * 50 + 1) equal(a:stem(1), "
        "'word') end");
}

static void squeezes_blanks(void **state)
{
    run_lua(*state,
            "equal(text.squeeze(' a\\t\\n b  c\\r\\n'), ' a b c ') equal(text.squeeze(''), '')\n"
            "equal(text.squeeze('a b'), 'a b') equal(text.squeeze('é\\v\\fß'), 'é ß')");
}

/* At each place of a block of sixteen bytes, in texts that end anywhere. */
static void cuts_ascii_as_a_pattern_does(void **state)
{
    run_lua(*state,
            "local x = 3 local function random(n) x = (x * 1103515245 + 12345) % 2147483648 "
            "return (x >> 16) % n end\n"
            "for size = 0, 200 do local t = {}\n"
            "for i = 1, size do local c = random(128) t[i] = string.char(random(3) > 0 and "
            "97 + c % 26 or c) end\n"
            "local s, n = table.concat(t), 0 local w, a = text.words(s), text.analyse(s, 'en')\n"
            "for first, word, after in s:gmatch('()(%w+)()') do n = n + 1\n"
            "equal(w.word[n], word:lower()) equal(w.first[n], first) equal(w.last[n], after - 1)\n"
            "local _, _, _, flags = a:token(n)\n"
            "equal(flags:find('d') ~= nil, word:find('%d') ~= nil)\n"
            "equal(flags:find('c') ~= nil, word:find('^%u') ~= nil)\n"
            "equal(flags:find('C') ~= nil, #word:gsub('%A', '') > 1 and not word:find('%l')) end\n"
            "equal(w.n, n) equal(a.tokens, n) end");
}

static void strips_lines_of_blanks_of_any_kind(void **state)
{
    run_lua(*state,
            "local s = '  a b\\xC2\\xA0\\r\\n\\n\\xE3\\x80\\x80中\\nend' local l = "
            "text.strip_lines(s)\n"
            "equal(l.n, 4) equal(list(l.text), 'a b||中|end')\n"
            "equal(list(l.first), '1|10|11|18') equal(list(l.last), '7|9|16|20')\n"
            "equal(l.lead[1], 2) equal(l.lead[2], nil) equal(l.lead[3], 3) equal(l.lead[4], nil)\n"
            "equal(text.strip_lines('').n, 0) equal(text.strip_lines('x\\n').n, 1)\n"
            "equal(list(text.strip_lines('old\\rMac').text), 'old|Mac')\n"
            "equal(text.strip(' \\t\\xEF\\xBB\\xBF x \\xE2\\x80\\x8B'), 'x') equal(text.strip('  "
            "'), '')");
}

static void goes_from_line_to_line(void **state)
{
    run_lua(*state, "local s = ' \\n a\\r\\nb\\n\\n'\n"
                    "local line, next = text.line(s, 3) equal(line, 'a') equal(next, 7)\n"
                    "line, next = text.line(s, 7) equal(line, 'b') equal(next, 9)\n"
                    "line, next = text.line(s, 9) equal(line, '') equal(next, nil)\n"
                    "equal(text.line(s, 10), nil) equal(pcall(text.line, s, 11), false)\n"
                    "equal(table.concat({ text.ink(s) }, ' '), '2 3 3 7')\n"
                    "equal(select('#', text.ink(' \\n\\t')), 0)");
}

static void unwraps_running_text(void **state)
{
    run_lua(*state,
            "local s = 'a\\nb\\n\\n\\nc\\n# d\\ne'\n"
            "local t, lines, state, next, line = text.unwrap(s, '#', 1)\n"
            "equal(t, 'a b\\n\\nc') equal(list(lines), '1|2|5') equal(state, 'open')\n"
            "equal(next, 9) equal(line, 6)\n"
            "t, lines, state, next = text.unwrap(s, '#', next, line, state)\n"
            "equal(t, ' # d e') equal(list(lines), '6|7') equal(state, 'open') equal(next, nil)\n"
            "equal(text.unwrap('\\nx\\n', '', 1, 1, 'open'), '\\n\\nx')\n"
            "equal(text.unwrap('', '', 1), '')");
}

static void tells_signs_and_endings(void **state)
{
    run_lua(*state,
            "equal(text.signs(''), 0) equal(text.signs('7 of 9'), 1 | 2 | 4)\n"
            "equal(text.signs('No. 12'), 1 | 4 | 8 | 8192) equal(text.signs('a  b'), 4 | 32)\n"
            "equal(text.signs('\\t\\r'), 16 | 32) equal(text.signs('é'), 64)\n"
            "equal(text.signs('\"\\'`:/)];'), 128 | 256 | 512 | 1024 | 2048 | 4096)\n"
            "local function is(s, ending, closed)\n"
            "    local e, c = text.ending(s) equal(e, ending) equal(c, closed) end\n"
            "is('', nil, false) is('End.', 'stop', false) is('in the U.S.', nil, false)\n"
            "is('“Why?”', 'question', true) is('(so!)', 'call', true) is('是。', 'stop', false)\n"
            "is('one:', 'colon', false) is('one;»', 'comma', true) is('هل؟', 'question', false)");
}

static void tells_text_from_what_needs_a_look(void **state)
{
    run_lua(
        *state,
        "local sentence = 'Sixty letters and more stand on this line, which is a sentence.'\n"
        "local p = text.paragraphs('A title\\n\\n\\n' .. sentence .. "
        "'\\r\\n\\n***\\nTop\\n===\\n'\n"
        "    .. sentence .. '\\n\\n' .. sentence:upper() .. '\\n\\nPhoto: ' .. sentence)\n"
        "equal(p.n, 13) equal(p.count, 6) equal(list(p.from), '1|4|6|7|11|13')\n"
        "equal(list(p.upto), '1|4|6|9|11|13') equal(list(p.gap), '0|2|1|0|1|1')\n"
        "equal(list(p.look), '1|3|4|5|6') equal(p.kind[2], 'prose') equal(p.kind[1], nil)\n"
        "equal(p.paragraph[2], nil) equal(p.paragraph[8], 4) equal(p.underlined, true)\n"
        "equal(p.text[4], sentence) equal(p.last[4] - p.first[4] + 1, #sentence)\n"
        "local twice = text.paragraphs(sentence .. '\\n\\n' .. sentence)\n"
        "equal(list(twice.look), '1|2') equal(twice.near[2], true)\n"
        "local mail = text.paragraphs('> a\\n> b\\n>\\n>> c\\n> d')\n"
        "equal(mail.quoted, true) equal(list(mail.text), 'a|b||c|d') equal(mail.empty[3], true)\n"
        "equal(text.paragraphs('').count, 0)");
}

static void counts_what_a_line_holds(void **state)
{
    run_lua(
        *state,
        "equal(text.chars('Đorđe 北京'), 8) equal(text.columns('a北京'), 5)\n"
        "equal(text.weight('北京'), 5) equal(text.weight('ab'), 2)\n"
        "equal(text.count_words('  one two\\tthree '), 3) equal(text.count_words('北京大学'), 3)\n"
        "local up, low = text.cases('ÉtéÑ Ђђ ß×x') equal(up, 3) equal(low, 5)\n"
        "equal(text.lower('ÀÖ×ŸŽ ЂЖ ΑΩ Zz'), 'àö×Ÿž ђж αω zz')");
}

static void tells_rules_from_text(void **state)
{
    run_lua(*state, "for _, s in ipairs { '', '***', '— * —', '- - -', '、、', '~~ ＝ ~~' } do\n"
                    "equal(text.is_rule(s), true) end\n"
                    "for _, s in ipairs { 'a', '* 1 *', 'é', '中', 'ж', '😀', ('-'):rep(301) } do\n"
                    "equal(text.is_rule(s), false) end");
}

static void finds_lines(void **state)
{
    run_lua(*state, "local s = 'a\\r\\n\\nb\\rc' equal(list(cut(s, text.lines(s))), 'a||b|c')\n"
                    "equal(text.lines('').n, 0) equal(text.lines('x\\n').n, 1)");
}

static void compares_texts(void **state)
{
    run_lua(*state, "local r, c = text.similarity('a b c d e', 'A b c d f', 3)\n"
                    "equal(r, 0.5) assert(c > 0.6 and c < 0.7)\n"
                    "r, c = text.similarity('a b c', 'x a b c y') equal(c, 1.0)\n"
                    "r, c = text.similarity('', 'x') equal(r, 0)");
}

static void makes_quotes_plain(void **state)
{
    run_lua(*state, "equal(text.normalise_quotes('“a” – ‘b’ «c»'), '\"a\" - \\'b\\' \"c\"')");
}

static void refuses_wrong_arguments(void **state)
{
    run_lua(
        *state,
        "local a = text.analyse('x')\n"
        "for _, f in ipairs { function() text.fold() end, function() text.fold({}) end, "
        "function() text.fold(1) end, function() text.analyse(nil) end, "
        "function() a.token(text.gazetteer {}, 1) end, function() a:token(0) end, "
        "function() a:token(2) end, function() a:match(a) end, "
        "function() a:rank { damping = 2 } end, function() a:rank { dumping = 0 } end, "
        "function() a:candidates { limit = 0/0 } end, function() return a.nosuch end, "
        "function() a:keywords { phrase = { 'x' } } end, function() a:keywords { phrase = 1 } end, "
        "function() a:keywords { beside = 'x' } end, function() a:keywords { early = 0 } end, "
        "function() a:best_sentences { count = 0 } end, function() a:names { limit = 0 } end, "
        "function() text.gazetteer { 1 } end, function() a.x = 1 end, "
        "function() text.gazetteer({}, { case = 'no' }) end, "
        "function() text.similarity('a', 'b', 0) end } do\n"
        "assert(not pcall(f), 'call ' .. _ .. ' was let pass') end\n"
        "equal(getmetatable(a), false)");
}

static void gives_nothing_for_nothing(void **state)
{
    run_lua(*state, "local a = text.analyse('')\n"
                    "equal(a.tokens, 0) equal(a.words, 0) equal(a.language, '')\n"
                    "equal(#a:rank(), 0) equal(a:candidates().n, 0) equal(a:names().n, 0)\n"
                    "equal(a:keywords().n, 0) equal(a:best_sentences().n, 0)\n"
                    "equal(a:sentences().n, 0) equal(text.words('').n, 0)");
}

/* What a finalizer makes while the state closes is never collected, so the traps end before that.
 */
static void survives_finalizers_that_call_it(void **state)
{
    run_lua(*state, "collectgarbage('generational')\n"
                    "local long, armed = ('zzzz '):rep(5000), true\n"
                    "local function trap() setmetatable({}, { __gc = function() if armed then "
                    "text.words(long) text.analyse(long) text.fold(long) trap() end end }) end\n"
                    "for i = 1, 20 do trap() local w = text.words(('abc '):rep(3000)) "
                    "equal(w.word[3000], 'abc') text.stopwords('en') end\n"
                    "armed = false collectgarbage() collectgarbage()");
}

static void survives_bytes_that_are_no_text(void **state)
{
    run_lua(
        *state,
        "local x = 1 local function byte() x = (x * 1103515245 + 12345) % 2147483648 "
        "return string.char((x >> 16) % 256) end\n"
        "for i = 1, 60 do local t = {} for k = 1, i * 7 do t[k] = byte() end\n"
        "local s = table.concat(t) for _, l in ipairs { 'en', 'zh', 'hy', 'el' } do\n"
        "local a = text.analyse(s, l) a:names { needs = 1 } a:candidates() a:keywords() a:rank() "
        "a:sentences() a:best_sentences()\n"
        "text.language(s) text.words(s) text.lines(s) text.normalise_quotes(s) end end");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEXT_TEST(ends_sentences_at_full_stops_only),
        TEXT_TEST(ends_sentences_in_other_languages),
        TEXT_TEST(ends_sentences_at_blank_lines_but_not_at_wrapped_ones),
        TEXT_TEST(takes_a_text_of_line_ends_in_linear_time),
        TEXT_TEST(knows_languages),
        TEXT_TEST(knows_serbian_in_both_scripts),
        TEXT_TEST(says_nothing_of_the_language_of_numbers),
        TEXT_TEST(finds_names_of_a_gazetteer),
        TEXT_TEST(ignores_case_in_a_gazetteer_when_asked),
        TEXT_TEST(is_no_more_when_it_is_closed),
        TEXT_TEST(squeezes_blanks),
        TEXT_TEST(finds_lines),
        TEXT_TEST(cuts_ascii_as_a_pattern_does),
        TEXT_TEST(strips_lines_of_blanks_of_any_kind),
        TEXT_TEST(goes_from_line_to_line),
        TEXT_TEST(unwraps_running_text),
        TEXT_TEST(tells_signs_and_endings),
        TEXT_TEST(tells_text_from_what_needs_a_look),
        TEXT_TEST(counts_what_a_line_holds),
        TEXT_TEST(tells_rules_from_text),
        TEXT_TEST(compares_texts),
        TEXT_TEST(makes_quotes_plain),
        TEXT_TEST(refuses_wrong_arguments),
        TEXT_TEST(gives_nothing_for_nothing),
        TEXT_TEST(survives_finalizers_that_call_it),
        TEXT_TEST(survives_bytes_that_are_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
