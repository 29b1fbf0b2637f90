local t = require "support"

local articles = {
    { "Đorđe opens the bridge", "The mayor Đorđe Simić opened the bridge over the Sava." },
    { "Мост је отворен", "Градоначелник Ђорђе Симић отворио је мост преко Саве у Београду." },
    { "Une œuvre pour la ville", "L'Europe finance une œuvre d'art sur la place de la mairie." },
    { "Die Straße ist frei", "Die Straße am Fluss ist seit Montag wieder frei, sagte die Polizei." },
    { "Megnyílt a híd", "A győri híd megnyílt a gyalogosok előtt." },
    { "渡轮恢复通航", "连接法国和瑞士的渡轮于星期一恢复通航，乘客很高兴。" },
    { "C++ is not a river", "They don't sail in C++, said the programmer from France." },
}

local desk

local function find(query, ...)
    local list = {}
    for _, hit in ipairs(t.json({ "-C", desk, "search", "--json", "--limit", "0", "--", query, ... })) do
        list[#list + 1] = hit.headline
    end
    return table.concat(list, " | ")
end

describe("search", function()
    setup(function()
        local folder = t.folder()
        for i, article in ipairs(articles) do
            t.write(folder .. "/" .. i .. ".txt", article[1] .. "\n\n" .. article[2] .. "\n")
        end
        desk = t.desk(folder)
    end)
    teardown(t.finish)

    it("finds Đorđe by Dorde, in both scripts", function()
        for _, query in ipairs { "Dorde", "Đorđe", "Ђорђе", "dorde" } do
            local found = find(query)
            assert.truthy(found:find("Đorđe opens", 1, true), query .. ": " .. found)
            assert.truthy(found:find("Мост", 1, true), query .. ": " .. found)
        end
    end)

    it("finds œuvre by oeuvre, and a word behind an apostrophe", function()
        assert.equal("Une œuvre pour la ville", find("oeuvre"))
        assert.equal("Une œuvre pour la ville", find("Europe"))
    end)

    it("finds Straße by strasse", function()
        assert.equal("Die Straße ist frei", find("strasse"))
    end)

    it("finds Hungarian without its accents", function()
        assert.equal("Megnyílt a híd", find("gyori"))
    end)

    it("finds a Chinese word inside a sentence", function()
        assert.equal("渡轮恢复通航", find("法国"))
        assert.equal("", find("国法"))
    end)

    it("takes phrases, prefixes, OR, not and groups", function()
        assert.equal("Đorđe opens the bridge", find('"opened the bridge"'))
        assert.equal("", find('"bridge the opened"'))
        assert.equal("Đorđe opens the bridge", find("brid*"))
        assert.truthy(find("strasse OR oeuvre"):find(" | ", 1, true))
        assert.equal("Đorđe opens the bridge", find("(dorde OR strasse) bridge"))
        assert.falsy(find("-bridge"):find("opens the bridge", 1, true))
    end)

    it("filters by place, language and time", function()
        assert.truthy(find("place:France"):find("C++", 1, true))
        assert.equal("Die Straße ist frei", find("lang:de"))
        assert.truthy(find("since:1d"):find("Die Straße", 1, true))
        assert.equal("", find("before:2001-01-01"))
    end)

    it("takes what FTS5 would choke on", function()
        assert.equal("C++ is not a river", find("C++"))
        assert.equal("C++ is not a river", find("don't"))
        for _, query in ipairs { 'AND', 'NEAR(a b)', 'headline: x', 'a"b"c', "*", "^x", "{", "a:b:c" } do
            local code = t.run({ "-C", desk, "search", "--", query }).code
            assert.truthy(code == 0 or code == 2, query .. " gave " .. code)
        end
    end)

    for query, column in pairs {
        ["-"] = 1, ['bridge "open'] = 8, ["(bridge"] = 1, ["bridge )"] = 8, ["OR bridge"] = 1,
        ["since:tomorrow"] = 7, ['bridge ship:"HMS Example"'] = 8, ["palce:France"] = 1,
    } do
        it("refuses " .. query .. " and names the column", function()
            local result = t.run({ "-C", desk, "search", "--", query })
            assert.equal(2, result.code)
            assert.truthy(result.err:find("column " .. column, 1, true), result.err)
        end)
    end

    it("shows the words' own bytes in the snippet", function()
        local hit = t.json({ "-C", desk, "search", "--json", "strasse" })[1]
        assert.truthy(hit.snippet:find("Straße", 1, true), hit.snippet)
    end)

    it("sorts by rank when asked", function()
        assert.truthy(find("bridge OR ferry", "--sort", "rank") ~= nil)
    end)
end)
