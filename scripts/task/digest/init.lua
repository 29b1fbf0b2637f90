--- task/digest: one file with what is new, as Markdown or HTML: a heading for each group, and for each
-- article its headline, who wrote it where, and its summary.
--
-- A job in desk.lua runs it, and its query picks the articles:
--
--   desk.job { "morning", cron = "0 7 * * 1-5", tz = "Europe/Paris", task = "digest",
--              query = "place:France", to = "out", options = { group = "keyword", max = 30 } }
--
-- Options
--   title     the first heading; the date follows it
--   format    "markdown" or "html"
--   name      of the file; {date} and {time} are those of the run, in the job's time zone, and {job} is
--             the job; an extension is added where it has none. (A job whose `to` names a file itself
--             puts it there.)
--   tags      only articles that have one of these tags: "rail", or "topic:rail" for one scheme
--   max       most articles, the newest first; how many were left out is said at the end
--   group     "source", "language", a tag scheme ("keyword", "place", your own), or "none". Of several
--             tags of the scheme the one with the best score counts, then the first by name. The largest
--             group comes first; what is in none comes last.
--   summary   false: headlines alone
--   empty     true: a file is written also when there is nothing new
--
-- The file depends on the run and its articles alone: done again, it is the same, byte for byte.

local MARKUP = "([\\`*_%[%]<>|#&])"

local function one_line(text)
    return (text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

-- ---- two ways to write ----

local function md(text)
    return (one_line(text):gsub(MARKUP, "\\%1"))
end

-- What would begin a list, a heading or a rule at the start of a line, is escaped there.
local function md_start(text)
    local escaped = md(text):gsub("^([-+=~:])", "\\%1")
    return (escaped:gsub("^(%d+)([.)])", "%1\\%2"))
end

local function html(text)
    return (one_line(text):gsub('[&<>"\']', {
        ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;",
    }))
end

local function is_link(url)
    return url and url:find("^https?://[^%s<>\"'()]+$") ~= nil
end

local markdown_writer = {
    extension = ".md",
    head = function(title, line)
        return "# " .. md(title) .. "\n\n" .. md_start(line) .. "\n"
    end,
    group = function(name) return "\n## " .. md(name) .. "\n" end,
    article = function(article, facts, summary)
        local headline = md(article.headline)
        if is_link(article.url) then
            headline = "[" .. headline .. "](" .. article.url .. ")"
        end
        local parts = { "\n### " .. headline .. "\n" }
        if facts ~= "" then
            parts[#parts + 1] = "\n*" .. md(facts) .. "*\n"
        end
        if summary then
            parts[#parts + 1] = "\n" .. md_start(summary) .. "\n"
        end
        return table.concat(parts)
    end,
    foot = function(line) return line and "\n" .. md_start(line) .. "\n" or "" end,
}

local html_writer = {
    extension = ".html",
    head = function(title, line)
        return table.concat {
            '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>', html(title),
            "</title>\n<style>body{font:1em/1.5 Georgia,serif;max-width:42em;margin:2em auto;padding:0 1em}",
            "h2{border-top:1px solid;padding-top:.5em}h3{margin-bottom:0}.facts{color:#555;margin:0}</style>\n",
            "</head>\n<body>\n<h1>", html(title), "</h1>\n<p>", html(line), "</p>\n",
        }
    end,
    group = function(name) return "<h2>" .. html(name) .. "</h2>\n" end,
    article = function(article, facts, summary)
        local headline = html(article.headline)
        if is_link(article.url) then
            headline = '<a href="' .. html(article.url) .. '">' .. headline .. "</a>"
        end
        local language = article.language and ' lang="' .. html(article.language) .. '"' or ""
        return table.concat {
            "<article", language, ">\n<h3>", headline, "</h3>\n",
            facts ~= "" and '<p class="facts">' .. html(facts) .. "</p>\n" or "",
            summary and "<p>" .. html(summary) .. "</p>\n" or "", "</article>\n",
        }
    end,
    foot = function(line) return (line and "<p>" .. html(line) .. "</p>\n" or "") .. "</body>\n</html>\n" end,
}

-- ---- picking ----

local function has_tag(article, wanted)
    for _, tag in ipairs(article.tags) do
        for _, name in ipairs(wanted) do
            if name == tag.label or name == tag.scheme .. ":" .. tag.label then
                return true
            end
        end
    end
    return false
end

local function pick(event, options)
    local picked = {}
    for _, article in ipairs(event.articles) do
        if #options.tags == 0 or has_tag(article, options.tags) then
            picked[#picked + 1] = article
        end
    end
    table.sort(picked, function(a, b)
        local x, y = a.published or a.received or "", b.published or b.received or ""
        if x ~= y then return x > y end
        return (a.id or 0) > (b.id or 0)
    end)
    local left_out = math.max(0, #picked - options.max)
    for i = #picked, options.max + 1, -1 do
        picked[i] = nil
    end
    return picked, left_out
end

-- ---- grouping ----

local function best_label(article, scheme)
    local best
    for _, tag in ipairs(article.tags) do
        if tag.scheme == scheme and (not best or tag.score > best.score
                or tag.score == best.score and tag.label < best.label) then
            best = tag
        end
    end
    return best and best.label
end

local function group_of(article, by)
    if by == "none" then return "" end
    if by == "source" then return article.infosource end
    if by == "language" then return article.language end
    return best_label(article, by)
end

local function make_groups(articles, by)
    local groups, known, rest = {}, {}, { name = "Other" }
    for _, article in ipairs(articles) do
        local name = group_of(article, by)
        local group = name and known[name] or rest
        if name and not known[name] then
            group = { name = name }
            known[name] = group
            groups[#groups + 1] = group
        end
        group[#group + 1] = article
    end
    table.sort(groups, function(a, b)
        if #a ~= #b then return #a > #b end
        return a.name < b.name
    end)
    if #rest > 0 then
        groups[#groups + 1] = rest
    end
    return groups
end

-- ---- writing ----

local function counted(count, one, many)
    return count .. " " .. (count == 1 and one or many)
end

local function facts_of(article, by)
    local facts = {}
    local function add(fact)
        if fact and fact ~= "" then
            facts[#facts + 1] = fact
        end
    end
    add(article.byline)
    if by ~= "source" then add(article.infosource) end
    add((article.published or article.received or ""):sub(1, 10))
    if by ~= "language" then add(article.language) end
    return table.concat(facts, " · ")
end

local function file_name(event, options, writer)
    local instant = event.local_time or event.at
    local name = options.name:gsub("{(%a+)}", {
        date = instant:sub(1, 10),
        time = (instant:sub(12, 19):gsub(":", "")),
        job = (event.job or "digest"):gsub("[^%w._-]", "-"):gsub("^%.", "-"),
    })
    return name:find("%.%w+$") and name or name .. writer.extension
end

local function write(event, articles, left_out, options)
    local writer = options.format == "html" and html_writer or markdown_writer
    local title = options.title .. ", " .. (event.local_time or event.at):sub(1, 10)
    local parts = { writer.head(title, counted(#articles, "article", "articles")) }
    for _, group in ipairs(make_groups(articles, options.group)) do
        if options.group ~= "none" then
            parts[#parts + 1] = writer.group(group.name)
        end
        for _, article in ipairs(group) do
            local summary = options.summary and article.summary or nil
            parts[#parts + 1] = writer.article(article, facts_of(article, options.group), summary)
        end
    end
    parts[#parts + 1] = writer.foot(left_out > 0
        and counted(left_out, "older article is", "older articles are") .. " left out." or nil)
    return { command = "write", name = file_name(event, options, writer), text = table.concat(parts) }
end

return {
    kind = "task",
    name = "digest",
    version = "1.0.0",
    api = 1,
    about = "Writes one file with what is new: picked, grouped, with summaries.",
    on = { "schedule", "article.stored" },
    options = {
        title = { type = "string", default = "Digest", max = 200, doc = "First heading; the date follows." },
        format = { type = "string", default = "markdown", choices = { "markdown", "html" },
            doc = "What is written." },
        name = { type = "string", default = "digest-{date}", min = 1, max = 150,
            doc = "The file; {date}, {time}, {job} are those of the run." },
        tags = { type = "list", default = desk.array {}, doc = "Only articles with one of these tags." },
        max = { type = "integer", default = 100, min = 1, max = 20000, doc = "Most articles." },
        group = { type = "string", default = "source", min = 1,
            doc = "\"source\", \"language\", \"none\", or a tag scheme." },
        summary = { type = "boolean", default = true, doc = "With summaries." },
        empty = { type = "boolean", default = false, doc = "A file also when nothing is new." },
    },
    run = function(event, options)
        local articles, left_out = pick(event, options)
        if #articles == 0 and not options.empty then
            return {}
        end
        return { write(event, articles, left_out, options) }
    end,
}
