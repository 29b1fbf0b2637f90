-- ingest/digest: splits a plain-text digest into its articles and says why it cut where it did.
--
-- A digest is several articles in one text: a press review, a newsletter, a saved reading list.
-- Forms that are understood: numbered documents ("1 of 6 DOCUMENTS"), mail digests of RFC 1153,
-- underlined (Setext) titles, Markdown headings, a list of contents whose entries come again, rules
-- such as *** between articles, closing signs such as -30-, titles in capitals (also quoted with
-- ">"), and bare titles, told by shape, blank lines, captions, notes, end marks and by the words
-- that they share with the text below. Each cut carries its evidence; the weights sum to its
-- confidence (0..1): near 1 where the file marks its articles, near the cut's threshold of 0.5
-- where a title can only be guessed.
--
-- Captions and credits are taken out of the body, once each, with the lines that repeat them. No
-- language is assumed. Nothing is cut that has no reason: a text with one article is one draft, an
-- empty text none.
--
-- Options: none. Limits: a title has at most 250 bytes on a line; an alt text is matched with its
-- caption only when they follow one another; a paragraph without full stop that looks like a title,
-- and a sub-head as long as one, cannot always be told apart. Modules: lines (lines, paragraphs),
-- shape (one line), names (words of the trade), captions, kinds (paragraphs), structure and
-- patterns (forms that mark their articles), titles (bare ones), heads (headers of mail and
-- archives), dates, article (one draft), split (all of it).

local split = require "split"

-- The answer for the last text, so that run does not repeat the work of claims.
local last_text, last_drafts, last_form

local function drafts_of(text)
    if text ~= last_text then
        last_drafts, last_form = split.text(text)
        last_text = text
    end
    return last_drafts, last_form
end

-- Markup and headers of a single mail belong to other plugins.
local function is_markup(text)
    local head = text:sub(1, 400)
    return head:find("^%s*<[!?%a]") ~= nil or head:find("^\xEF\xBB\xBF%s*<[!?%a]") ~= nil
        or head:find("^%s*[%[{]%s*[\"{%[]") ~= nil
end

local function claims(document)
    local text = document.text
    if is_markup(text) then return 0 end
    local drafts, form = drafts_of(text)
    if #drafts < 2 then return 0.05 end
    if form ~= "titles" then return 0.95 end
    local sum = 0
    for _, d in ipairs(drafts) do sum = sum + d.confidence end
    return math.min(0.9, 0.3 + 0.6 * sum / #drafts)
end

local function run(document)
    local drafts = drafts_of(document.text)
    last_text, last_drafts, last_form = nil, nil, nil
    return drafts
end

return {
    kind = "ingest",
    name = "digest",
    version = "1.0.0",
    api = 1,
    about = "Splits a plain-text digest into articles, with the evidence for each cut.",
    claims = claims,
    run = run,
}
