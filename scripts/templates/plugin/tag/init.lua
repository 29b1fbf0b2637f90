--- tag/@NAME@: says something about an article.
--
-- This one tags each place where a certain word stands. Make it yours:
--
--   copydesk plugin test tag/@NAME@              runs test.lua
--   copydesk plugin try tag/@NAME@ article.jsonl   shows what it says about an article
--   copydesk plugin check tag/@NAME@             finds slips without running it
--   copydesk help desk.TagPlugin                 what may stand here
--   copydesk help desk.text                      words, sentences, stems, names ...
--
-- Then name it in desk.lua: desk.tag { ..., "@NAME@" }

-- What is made once, when the plugin is loaded, stands outside of run: it serves every article.
local text = desk.text

---@type desk.TagPlugin
local plugin = {
    kind = "tag",
    name = "@NAME@", -- the folder's name
    version = "1.0.0", -- raise it when its answers change
    api = 1,
    about = "Tags each place where a word stands.",

    -- Users set these in desk.lua: desk.tag { { "@NAME@", word = "train" } }. What does not fit is
    -- refused before the plugin runs, so run need not look again.
    options = {
        word = { type = "string", default = "ferry", min = 1, doc = "The word that is looked for." },
        score = { type = "number", default = 0.8, min = 0, max = 1, doc = "Score of each tag." },
    },

    -- Schemes and fields that must be there before (needs) and that this plugin gives.
    needs = {},
    gives = { "topic" },
}

--- Called for each article. An answer must depend on the arguments alone: there is no clock, no
--- file, and nothing is kept from the article before.
---@param article desk.Article
---@param options { word: string, score: number }
---@return desk.Tag[]
function plugin.run(article, options)
    local wanted = text.fold(options.word) -- without case and accents, as words are
    local words = text.words(article.text)
    local spans = {}
    for i = 1, words.n do
        if words.word[i] == wanted then
            -- bytes of article.text, as string.sub takes them
            spans[#spans + 1] = { words.first[i], words.last[i] }
        end
    end
    if #spans == 0 then
        return {} -- nothing to say
    end
    return { { scheme = "topic", label = options.word, score = options.score, spans = spans } }
end

return plugin
