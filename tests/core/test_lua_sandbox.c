/* What a plugin can reach, and what it cannot. */
#include "lua_help.h"

static int begin(void **state)
{
    static struct lua_fixture fixture;
    fixture_begin(&fixture);
    *state = &fixture;
    return 0;
}

static int end(void **state)
{
    fixture_end(*state);
    return 0;
}

/* Walks all tables from _G, through pairs and the metatables that can be had. */
static const char walker[] =
    "local seen, names = {}, {}\n"
    "local function walk(value, path)\n"
    "  if type(value) == 'table' or type(value) == 'function' then\n"
    "    if seen[value] then return end\n"
    "    seen[value] = true\n"
    "  end\n"
    "  if path ~= '' then names[#names + 1] = path .. ':' .. type(value) end\n"
    "  if type(value) ~= 'table' then\n"
    "    if type(value) ~= 'string' and getmetatable(value) then\n"
    "      names[#names + 1] = path .. ' has a metatable' end\n"
    "    return end\n"
    "  local meta = getmetatable(value)\n"
    "  if meta then walk(meta, path .. '<meta>') end\n"
    "  for key, item in pairs(value) do\n"
    "    walk(item, path == '' and key or path .. '.' .. tostring(key)) end\n"
    "  for key in next, value do names[#names + 1] = path .. ' holds ' .. tostring(key) end\n"
    "end\n"
    "walk(_G, '')\n"
    "table.sort(names)\n"
    "return table.concat(names, '\\n')\n";

/* All that there is. What is added to the sandbox must be added here, on purpose. */
static const char allowed[] =
    "_VERSION:string\nassert:function\ncollectgarbage:function\ncoroutine.close:function\n"
    "coroutine.create:function\ncoroutine.isyieldable:function\ncoroutine.resume:function\n"
    "coroutine.running:function\ncoroutine.status:function\ncoroutine.wrap:function\n"
    "coroutine.yield:function\ncoroutine:table\ndesk.array:function\ndesk.date.add:function\n"
    "desk.date.diff:function\ndesk.date.format:function\ndesk.date.now:function\n"
    "desk.date.parse:function\ndesk.date.parts:function\ndesk.date:table\ndesk.env:function\n"
    "desk.json.decode:function\ndesk.json.encode:function\ndesk.json:table\n"
    "desk.log.debug:function\ndesk.log.error:function\ndesk.log.info:function\n"
    "desk.log.warn:function\ndesk.log:table\ndesk.null:userdata\ndesk.read:function\n"
    "desk.sorted:function\ndesk:table\nerror:function\ngetmetatable:function\nipairs:function\n"
    "load:function\nmath.abs:function\nmath.acos:function\nmath.asin:function\n"
    "math.atan:function\nmath.ceil:function\nmath.cos:function\nmath.deg:function\n"
    "math.exp:function\nmath.floor:function\nmath.fmod:function\nmath.huge:number\n"
    "math.log:function\nmath.max:function\nmath.maxinteger:number\nmath.min:function\n"
    "math.mininteger:number\nmath.modf:function\nmath.pi:number\nmath.rad:function\n"
    "math.random:function\nmath.randomseed:function\nmath.sin:function\nmath.sqrt:function\n"
    "math.tan:function\nmath.tointeger:function\nmath.type:function\nmath.ult:function\n"
    "math:table\nnext:function\npairs:function\npcall:function\nprint:function\n"
    "rawequal:function\nrawget:function\nrawlen:function\nrawset:function\nrequire:function\n"
    "select:function\nsetmetatable:function\nstring.byte:function\nstring.char:function\n"
    "string.find:function\nstring.format:function\nstring.gmatch:function\nstring.gsub:function\n"
    "string.len:function\nstring.lower:function\nstring.match:function\nstring.pack:function\n"
    "string.packsize:function\nstring.rep:function\nstring.reverse:function\nstring.sub:function\n"
    "string.unpack:function\nstring.upper:function\nstring:table\ntable.concat:function\n"
    "table.insert:function\ntable.move:function\ntable.pack:function\ntable.remove:function\n"
    "table.sort:function\ntable.unpack:function\ntable:table\ntonumber:function\n"
    "tostring:function\ntype:function\nutf8.char:function\nutf8.charpattern:string\n"
    "utf8.codepoint:function\nutf8.codes:function\nutf8.len:function\nutf8.offset:function\n"
    "utf8:table\nxpcall:function";

static void nothing_is_reachable_but_what_is_listed(void **state)
{
    assert_string_equal(fixture_text(*state, walker), allowed);
}

struct refused {
    const char *body, *message;
};

static const struct refused refusals[] = {
    {"os.exit(1)", "'os' is not there in a plugin"},
    {"io.open('/etc/passwd')", "'io' is not there in a plugin"},
    {"return debug.getregistry()", "'debug' is not there in a plugin"},
    {"package.loadlib('x', 'y')", "'package' is not there in a plugin"},
    {"dofile('x')", "'dofile' is not there in a plugin: use require"},
    {"loadfile('x')", "'loadfile' is not there"},
    {"require 'socket'", "module 'socket' is not there"},
    {"require 'os'", "module 'os' is not there"},
    {"require '../../etc/passwd'", "is not there"},
    {"return strng.len('x')", "unknown global 'strng'; did you mean 'string'?"},
    {"return desk.txet", "unknown name desk.txet"},
    {"return desk.jsn", "unknown name desk.jsn; did you mean desk.json?"},
    {"return desk.json.encod(1)", "unknown name desk.json.encod; did you mean desk.json.encode?"},
    {"return string.length('x')", "unknown name string.length"},
    {"count = 1", "global 'count' cannot be set: write 'local count'"},
    {"_G.count = 1", "global 'count' cannot be set"},
    {"rawset(_G, 'count', 1)", "this table is read-only"},
    {"string.len = print", "string is read-only: 'len' cannot be set"},
    {"rawset(string, 'len', print)", "this table is read-only"},
    {"table.insert(string, 'x')", "string is read-only"},
    {"desk.log = nil", "desk is read-only"},
    {"setmetatable(string, {})", "protected metatable"},
    {"setmetatable(_G, {})", "protected metatable"},
    {"getmetatable('').__index = {}", "attempt to index a boolean value"},
    {"setmetatable({}, { __gc = function() end })", "__gc is not there in a plugin"},
    {"return string.format('%p', {})", "%p is not there in a plugin"},
    {"return string.format('\\0%5p', {})", "%p is not there in a plugin"},
    {"return string.dump(print)", "unknown name string.dump"},
    {"return load('\\27Lua', 'x', 'b')", "load takes text only"},
    {"return collectgarbage('count')", "invalid option 'count'"},
    {"article.headline = 'x'", "article.headline is read-only"},
    {"return article.headlin", "unknown field article.headlin; did you mean article.headline?"},
    {"options.x = 1", "options is read-only"},
    {"return options.minscore", "unknown name options.minscore"},
    {"setmetatable(article, {})", "table expected, got article"},
    {"desk.read('passwd')", "is not in the plugin's folder"},
    {"desk.read('/etc/passwd')", "'/etc/passwd' is not granted"},
    {"desk.env('PATH')", "'PATH' is not in uses.env"},
    {"desk.read('init.lua')", "is not in uses.read"},
    {"return require('lpeg').setmaxstack", "unknown name lpeg.setmaxstack"},
    {"getmetatable(require('lpeg').P 'x').__gc = print", "attempt to index a boolean value"},
};

static void each_refusal_says_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct lua_fixture fixture;
        fixture_begin(&fixture);
        assert_int_equal(fixture_run_of(&fixture, refusals[i].body), 0);
        if (fixture_call(&fixture) >= 0)
            fail_msg("'%s' was allowed", refusals[i].body);
        assert_int_equal(fixture.fault.guard, GUARD_ERROR);
        assert_contains(fixture.fault.message, refusals[i].message);
        assert_contains(fixture.fault.traceback, "tag/test/init.lua:3:");
        fixture_end(&fixture);
    }
}

static void binary_chunks_are_refused_in_disguise(void **state)
{
    const char *text = fixture_text(*state, "local f, why = load('\\27Lua')\n"
                                            "return tostring(f) .. ' ' .. why");
    assert_contains(text, "nil attempt to load a binary chunk");
}

static void loaded_code_is_in_the_sandbox(void **state)
{
    const char *text =
        fixture_text(*state, "local _, why = pcall(load('return os'))\n"
                             "return why .. load('return x', 'n', 't', { x = 'own' })()");
    assert_contains(text, "'os' is not there in a plugin");
    assert_contains(text, "own");
}

static void no_text_tells_an_address(void **state)
{
    const char *text = fixture_text(
        *state,
        "local c = coroutine.create(print)\n"
        "return table.concat({ tostring({}), tostring(print), tostring(c), tostring(article),"
        "tostring(desk.null), string.format('%s %10s', {}, print), tostring(desk.array {}),"
        "tostring(desk), tostring(options), tostring(setmetatable({}, { __name = 'N' })),"
        "select(2, pcall(error, 'plain')), tostring(require('lpeg').P 'x') }, ',')");
    assert_string_equal(text,
                        "table,function,thread,article,null,table   function,table,table,table,"
                        "table,plain,userdata");
}

static void two_plugins_share_nothing(void **state)
{
    struct lua_fixture *one = *state;
    struct lua_fixture two;
    fixture_begin(&two);
    assert_int_equal(fixture_load(one, "local t = { kind = 'tag', name = 'test', version = '1.0.0',"
                                       "api = 1, about = 'x' }\nlocal kept = 0\n"
                                       "t.run = function() kept = kept + 1 return kept .. '' end\n"
                                       "return t"),
                     0);
    assert_string_equal(fixture_text(&two, "return tostring(rawget(_G, 'kept'))"), "nil");
    assert_int_equal(fixture_call(one), 0);
    assert_int_equal(fixture_call(one), 0);
    assert_memory_equal(one->answer.at,
                        "\xa1"
                        "2",
                        2);
    fixture_end(&two);
}

static void a_handle_is_good_for_one_call(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture,
                                  "local kept\nreturn { kind = 'tag', name = 'test', version ="
                                  "'1.0.0', api = 1, about = 'x', run = function(article)\n"
                                  "if kept then return kept.text end\n"
                                  "kept = article\nreturn article.text\nend }"),
                     0);
    assert_int_equal(fixture_call(fixture), 0);
    assert_true(fixture_call(fixture) < 0);
    assert_contains(fixture->fault.message, "init.lua:3: this article is no more");
}

static void a_handle_of_a_failed_call_is_over_too(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture,
                                  "local kept\nreturn { kind = 'tag', name = 'test', version ="
                                  "'1.0.0', api = 1, about = 'x', run = function(article)\n"
                                  "if kept then for k, v in pairs(kept) do end end\n"
                                  "kept = article\nerror('first')\nend }"),
                     0);
    assert_true(fixture_call(fixture) < 0);
    assert_true(fixture_call(fixture) < 0);
    assert_contains(fixture->fault.message, "this article is no more");
}

static void random_numbers_follow_from_the_input(void **state)
{
    struct lua_fixture *fixture = *state;
    char first[64];
    const char *body = "return math.random(1 << 30) .. ' ' .. math.random(1 << 30)";
    snprintf(first, sizeof first, "%s", fixture_text(fixture, body));
    assert_int_equal(fixture_call(fixture), 0);
    assert_memory_equal(fixture->answer.at + 1, first, strlen(first));
    struct lua_fixture other;
    fixture_begin(&other);
    assert_string_equal(fixture_text(&other, body), first);
    other.article.body = STR_LIT("Another text.");
    assert_int_equal(fixture_call(&other), 0);
    assert_memory_not_equal(other.answer.at + 1, first, strlen(first));
    fixture_end(&other);
}

static void print_goes_to_the_log_and_is_bounded(void **state);
static int logged;
static char last_line[8192];
static void count_line(int level, const char *plugin, struct str text, void *data)
{
    (void)level, (void)data;
    assert_string_equal(plugin, "tag/test");
    logged++;
    snprintf(last_line, sizeof last_line, "%.*s", (int)text.len, text.at);
}

static void print_goes_to_the_log_and_is_bounded(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture->world.log = count_line;
    logged = 0;
    fixture_text(fixture, "print('a', 1, {}) return ''");
    assert_int_equal(logged, 1);
    assert_string_equal(last_line, "a\t1\ttable");
    struct lua_fixture loud;
    fixture_begin(&loud);
    loud.world.log = count_line;
    logged = 0;
    fixture_text(&loud, "for i = 1, 1e4 do desk.log(('x'):rep(1e4)) end return ''");
    assert_int_equal(logged, (int)LIMIT(LOG_LINES_PER_CALL) + 1);
    fixture_end(&loud);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_reachable_but_what_is_listed),
        TEST(each_refusal_says_what_to_do),
        TEST(binary_chunks_are_refused_in_disguise),
        TEST(loaded_code_is_in_the_sandbox),
        TEST(no_text_tells_an_address),
        TEST(two_plugins_share_nothing),
        TEST(a_handle_is_good_for_one_call),
        TEST(a_handle_of_a_failed_call_is_over_too),
        TEST(random_numbers_follow_from_the_input),
        TEST(print_goes_to_the_log_and_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
