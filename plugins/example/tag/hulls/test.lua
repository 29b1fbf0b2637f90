-- One list of cases for both: the stage in hulls.c and the plugin in lua/tag/hulls/init.lua.
return {
    { name = "finds hull numbers with a dash and with a blank",
      article = { headline = "At sea", text = "DDG-51 met CVN 78 off Norfolk." },
      expect = {
          { scheme = "ship", label = "DDG-51", score = 0.9, spans = { { 1, 6 } } },
          { scheme = "ship", label = "CVN-78", score = 0.9, spans = { { 12, 17 } } },
      } },
    { name = "counts one ship once, with all its places",
      article = { text = "DDG-51 left. DDG 51 came back." },
      expect = { { label = "DDG-51", spans = { { 1, 6 }, { 14, 19 } } } } },
    { name = "passes over what only looks like one",
      article = { text = "A-1 ABCDE-12 aDDG-51 DDG-51b DDG-51234 DDG--51 DDG-" },
      expect = {}, check = function(tags) assert(#tags == 0) end },
    { name = "counts bytes, also behind letters of several",
      article = { text = "Đorđe saw DDG-51" },
      expect = { { spans = { { 13, 18 } } } } },
    { name = "takes a number of digits and a score from its options",
      article = { text = "AB-1 CD-22" }, options = { min_digits = 2, score = 1 },
      check = function(tags)
          assert(#tags == 1 and tags[1].label == "CD-22" and tags[1].score == 1)
      end },
    { name = "says nothing of an empty article",
      article = { text = "" },
      check = function(tags) assert(#tags == 0) end },
}
