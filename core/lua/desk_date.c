/* desk.date: dates as seconds since 1970-01-01T00:00:00Z (integers; parse gives a float where the
 * text has a fraction). There is no "now" but the clock of the item that is worked on.
 *
 *   parse(text)       seconds; nil and why when it is no date
 *   format(t, form)   "rfc3339" (default), "rfc5322", "date"
 *   add(t, {years, months, days, hours, minutes, seconds})   the last day of a month holds
 *   diff(a, b)        {days, hours, minutes, seconds, total} from b to a
 *   parts(t)          {year, month, day, hour, minute, second, weekday} (weekday: 1 is Monday)
 *   now()             when the item was received
 *
 * Forms read: RFC 3339, its date alone, RFC 5322 (also without weekday, time or zone, and with the
 * obsolete zone names of its section 4.3). */
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "lua/desk.h"
#include "lua/state.h"

/* Years 1 to 9999: what RFC 3339 can say. */
#define DATE_MIN (-62135596800LL)
#define DATE_MAX 253402300799LL
#define DAY      86400LL

static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

static const struct zone {
    const char *name;
    int minutes;
} zones[] = {{"UT", 0},     {"GMT", 0},    {"Z", 0},      {"UTC", 0},
             {"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
             {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}};

static int64_t check_time(lua_State *L, int arg)
{
    const lua_Number number = luaL_checknumber(L, arg);
    luaL_argcheck(L, number >= (double)DATE_MIN && number <= (double)DATE_MAX, arg,
                  "seconds outside the years 1 to 9999");
    return (int64_t)floor(number);
}

static struct tm civil(int64_t seconds)
{
    struct tm parts = {0};
    const time_t when = (time_t)seconds;
    gmtime_r(&when, &parts);
    return parts;
}

/* A month's name at least three letters long; gives 1 to 12 or 0. */
static int month_of(const char *name)
{
    for (int i = 0; i < 12; i++)
        if (strncasecmp(name, month_names[i], 3) == 0)
            return i + 1;
    return 0;
}

static int zone_minutes(const char *zone)
{
    int hours, minutes;
    char sign;
    if (sscanf(zone, "%c%2d%2d", &sign, &hours, &minutes) == 3 && (sign == '+' || sign == '-'))
        return (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strcasecmp(zone, zones[i].name) == 0)
            return zones[i].minutes;
    return 0; /* RFC 5322, 4.3: an unknown name says nothing */
}

/* "Mon, 4 May 2026 10:20:30 +0200" and its shorter forms. */
static bool parse_mail_date(const char *text, int64_t *seconds)
{
    struct tm parts = {0};
    char month[16] = "", zone[8] = "";
    const char *comma = strchr(text, ',');
    int used = 0;
    if (comma && comma - text < 12)
        text = comma + 1;
    if (sscanf(text, " %2d %15[A-Za-z] %4d%n", &parts.tm_mday, month, &parts.tm_year, &used) < 3)
        return false;
    const int fields =
        sscanf(text + used, " %2d:%2d:%2d %7s", &parts.tm_hour, &parts.tm_min, &parts.tm_sec, zone);
    if (fields == 2)
        sscanf(text + used, " %*2d:%*2d %7s", zone);
    parts.tm_mon = month_of(month) - 1;
    if (parts.tm_year < 100)
        parts.tm_year += parts.tm_year < 50 ? 2000 : 1900; /* RFC 5322, 4.3 */
    if (parts.tm_mon < 0 || parts.tm_mday < 1 || parts.tm_mday > 31 || parts.tm_hour > 23 ||
        parts.tm_min > 59 || parts.tm_sec > 60 || parts.tm_hour < 0 || parts.tm_min < 0 ||
        parts.tm_sec < 0)
        return false;
    const int day = parts.tm_mday;
    parts.tm_year -= 1900;
    *seconds = timegm(&parts) - zone_minutes(zone) * 60LL;
    return parts.tm_mday == day;
}

static int date_parse(lua_State *L)
{
    struct str text;
    struct error err = {0};
    int64_t us, seconds;
    text.at = luaL_checklstring(L, 1, &text.len);
    if (text.len < 100 && clock_parse(text, &us, &err) == 0) {
        if (us % 1000000 == 0)
            lua_pushinteger(L, us / 1000000);
        else
            lua_pushnumber(L, (double)us / 1e6);
        return 1;
    }
    if (text.len < 100 && parse_mail_date(text.at, &seconds)) {
        lua_pushinteger(L, seconds);
        return 1;
    }
    lua_pushnil(L);
    lua_pushliteral(L, "no date of RFC 3339 or RFC 5322");
    return 2;
}

static int date_format(lua_State *L)
{
    static const char *const forms[] = {"rfc3339", "rfc5322", "date", NULL};
    const struct tm t = civil(check_time(L, 1));
    char text[64] = "";
    switch (luaL_checkoption(L, 2, "rfc3339", forms)) {
    case 0:
        strftime(text, sizeof text, "-%m-%dT%H:%M:%SZ", &t);
        break;
    case 1:
        lua_pushfstring(L, "%s, %d %s ", day_names[t.tm_wday], t.tm_mday, month_names[t.tm_mon]);
        snprintf(text, sizeof text, "%04d %02d:%02d:%02d +0000", t.tm_year + 1900, t.tm_hour,
                 t.tm_min, t.tm_sec);
        lua_pushstring(L, text);
        lua_concat(L, 2);
        return 1;
    default:
        strftime(text, sizeof text, "-%m-%d", &t);
    }
    char year[16];
    snprintf(year, sizeof year, "%04d", t.tm_year + 1900);
    lua_pushfstring(L, "%s%s", year, text);
    return 1;
}

static lua_Integer part(lua_State *L, int table, const char *name)
{
    lua_getfield(L, table, name);
    const lua_Integer value = luaL_optinteger(L, -1, 0);
    lua_pop(L, 1);
    if (value > DATE_MAX || value < -DATE_MAX)
        luaL_error(L, "desk.date.add: %s is out of range", name);
    return value;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month] + (month == 1 && leap);
}

/* Jan 31 and a month is the last day of February. */
static int64_t add_months(int64_t seconds, int64_t months)
{
    struct tm t = civil(seconds);
    const int64_t count = (t.tm_year + 1900) * 12LL + t.tm_mon + months;
    if (count < 12 || count >= 10000LL * 12)
        return DATE_MAX + 1;
    t.tm_year = (int)(count / 12) - 1900;
    t.tm_mon = (int)(count % 12);
    const int last = days_in_month(t.tm_year + 1900, t.tm_mon);
    if (t.tm_mday > last)
        t.tm_mday = last;
    return timegm(&t);
}

static int date_add(lua_State *L)
{
    int64_t seconds = check_time(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    const lua_Integer years = part(L, 2, "years"), months = part(L, 2, "months");
    if (years > 10000 || years < -10000 || months > 120000 || months < -120000)
        return luaL_error(L, "desk.date.add: years or months are out of range");
    if (years || months)
        seconds = add_months(seconds, years * 12 + months);
    const double total = (double)seconds + (double)part(L, 2, "days") * (double)DAY +
                         (double)part(L, 2, "hours") * 3600 + (double)part(L, 2, "minutes") * 60 +
                         (double)part(L, 2, "seconds");
    if (total < (double)DATE_MIN || total > (double)DATE_MAX)
        return luaL_error(L, "desk.date.add: outside the years 1 to 9999");
    lua_pushinteger(L, (lua_Integer)total);
    return 1;
}

static void set_part(lua_State *L, const char *name, lua_Integer value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

static int date_diff(lua_State *L)
{
    const int64_t total = check_time(L, 1) - check_time(L, 2);
    lua_createtable(L, 0, 5);
    set_part(L, "total", total);
    set_part(L, "days", total / DAY);
    set_part(L, "hours", total % DAY / 3600);
    set_part(L, "minutes", total % 3600 / 60);
    set_part(L, "seconds", total % 60);
    return 1;
}

static int date_parts(lua_State *L)
{
    const struct tm t = civil(check_time(L, 1));
    lua_createtable(L, 0, 7);
    set_part(L, "year", t.tm_year + 1900);
    set_part(L, "month", t.tm_mon + 1);
    set_part(L, "day", t.tm_mday);
    set_part(L, "hour", t.tm_hour);
    set_part(L, "minute", t.tm_min);
    set_part(L, "second", t.tm_sec);
    set_part(L, "weekday", t.tm_wday == 0 ? 7 : t.tm_wday);
    return 1;
}

static int date_now(lua_State *L)
{
    const struct state_input *input = &state_of(L)->input;
    if (input->now_us == 0)
        return luaL_error(L, "desk.date.now: there is no clock but an item's, and none is at work");
    lua_pushinteger(L, input->now_us / 1000000);
    return 1;
}

void area_open_date(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"add", date_add}, {"diff", date_diff},   {"format", date_format},
        {"now", date_now}, {"parse", date_parse}, {"parts", date_parts},
        {NULL, NULL}};
    luaL_newlib(L, functions);
}
