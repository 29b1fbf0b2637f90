---@meta

--- Words, sentences, languages, by ICU and Snowball.
---
--- Strings are UTF-8; bad bytes do no harm, they part words. Spans are 1-based and inclusive, for
--- string.sub. Lists come as columns: a table with `n` and one list a property, so that 200 words
--- cost a few tables, not 200: `for i = 1, t.n do print(t.first[i], t.last[i]) end`. `lang` is an ISO
--- 639-1 code ("fr"); nil, "" and unknown codes mean: no knowledge of the language. A text over 16 MB
--- is an error. Answers depend on the arguments alone.
---@class desk.text
desk.text = {}

--- Without case, accents and width, Cyrillic as Latin: `Ђорђе` gives `dorde`, `Œuvre` gives `oeuvre`.
---@param s string
---@return string
function desk.text.fold(s) end

--- The words that the index would hold.
---@param s string
---@return desk.Words
function desk.text.words(s) end

--- The Snowball stem of a word, folded; without a stemmer for the language the folded word.
---@param word string
---@param lang? string
---@return string
function desk.text.stem(word, lang) end

--- Whether it is a function word ("the", "of") of the language.
---@param word string
---@param lang? string
---@return boolean
function desk.text.is_stopword(word, lang) end

--- The function words of a language, folded.
---@param lang? string
---@return string[]? # nil where there is no list
function desk.text.stopwords(lang) end

--- Tells the language of a text.
---@param s string
---@return string? code nil where it cannot be told
---@return number score 0 to 1
---@return string script "Latn", "Cyrl", "Hans" or "Hant" where a language has several
function desk.text.language(s) end

--- Where sentences begin and end; blanks at both ends are left out.
---@param s string
---@param lang? string
---@return desk.Spans
function desk.text.sentences(s, lang) end

--- Where lines begin and end, without their ends (`\n`, `\r\n`, `\r`); an empty line has last = first - 1.
---@param s string
---@return desk.Spans
function desk.text.lines(s) end

--- Lines without blanks at both ends. Blanks of any kind: no-break, ideographic, zero-width. Line ends
--- are `\n`, or `\r` in a text without any `\n`. `lead` holds how many bytes were taken off in front, for
--- the lines where there were any; `first` and `last` are those of the line as it stands, a `\r` at its
--- end left out.
---@param s string
---@return desk.StrippedLines
function desk.text.strip_lines(s) end

--- One line, as strip_lines gives it.
---@param s string
---@param at integer the byte where it begins
---@return string? line nil at the end of the text
---@return integer? next where the next line begins; nil behind the last
function desk.text.line(s, at) end

--- The first and the last line that is not blank; nothing where all are.
---@param s string
---@return integer? first_line
---@return integer? first its first byte
---@return integer? last_line
---@return integer? last its last byte
function desk.text.ink(s) end

--- Running text from byte `at` on: the lines of a paragraph joined by a blank, paragraphs parted by one
--- blank line. It ends before a line that begins with one of the signs in `stops` (the first line may),
--- or with the text.
---@param s string
---@param stops string such as "#!"
---@param at integer the byte where a line begins
---@param line? integer its number, 1
---@param state? "none"|"open"|"closed" what stands before: nothing, a paragraph that goes on, one that is over
---@return string text with what parts it from the text before
---@return integer[] lines the numbers of its lines
---@return string state behind it, as above
---@return integer? next where the line begins at which it stopped; nil at the end
---@return integer? number of that line
function desk.text.unwrap(s, stops, at, line, state) end

--- Lines and paragraphs, with what is seen of them in one pass: for splitters. Paragraphs are runs of
--- lines that are not blank; a line of signs alone (`***`) is one by itself, unless it underlines the
--- first line of a paragraph. Marks of quotation ("> ") are taken off where most lines have them.
---@param s string
---@return desk.Paragraphs
function desk.text.paragraphs(s) end

--- The text without blanks of any kind at both ends.
---@param s string
---@return string
function desk.text.strip(s) end

--- How many letters and signs (code points).
---@param s string
---@return integer
function desk.text.chars(s) end

--- How many columns it fills on a terminal, near enough: letters of CJK text fill two.
---@param s string
---@return integer
function desk.text.columns(s) end

--- How much a title of this length says: a letter of CJK text counts for two and a half others.
---@param s string
---@return integer
function desk.text.weight(s) end

--- How many words, parted by blanks; in CJK text one more for each two letters. Quicker than
--- desk.text.words where the words themselves are not wanted.
---@param s string
---@return integer
function desk.text.count_words(s) end

--- Which signs there are, as bits: 1 a digit, 2 more than one run of digits, 4 a small letter (a-z), 8 a
--- capital (A-Z), 16 a control character, 32 two blanks side by side, 64 anything beyond ASCII, 128 `"`,
--- 256 `'` or `` ` ``, 512 `:`, 1024 `/`, 2048 `)` or `]`, 4096 one of `!?;`, 8192 a full stop. One look
--- at the bytes, where patterns would take one each.
---@param s string
---@return integer
function desk.text.signs(s) end

--- How a line ends, quotes and brackets behind that sign left out. Initials ("U.S.") end nothing.
---@param s string
---@return "stop"|"call"|"question"|"colon"|"comma"|nil ending
---@return boolean closed whether there are such quotes or brackets
function desk.text.ending(s) end

--- How many capitals and how many small letters, of Latin, Greek and Cyrillic.
---@param s string
---@return integer capitals
---@return integer small
function desk.text.cases(s) end

--- Capitals of Latin, Greek and Cyrillic as small letters; accents stay (see desk.text.fold).
---@param s string
---@return string
function desk.text.lower(s) end

--- Whether it is a rule such as `* * *` or `-----`: signs alone, at most 300 bytes.
---@param s string
---@return boolean
function desk.text.is_rule(s) end

--- The text with each run of blanks, tabs and line ends as one blank.
---@param s string
---@return string
function desk.text.squeeze(s) end

--- Typographic quotes, apostrophes and dashes as ASCII `"`, `'`, `-`; no-break spaces as blanks.
---@param s string
---@return string
function desk.text.normalise_quotes(s) end

--- How alike two texts are, by the sets of their word shingles.
---@param a string
---@param b string
---@param size? integer words a shingle; 3, at most what the shorter text has
---@return number resemblance 0 to 1 (Jaccard)
---@return number containment 0 to 1: what is shared, of the smaller set
function desk.text.similarity(a, b, size) end

--- Names to be found in texts by Analysis:match. Build it once, when the plugin is loaded, not in run.
---
--- `case = "name"`: a word that has a capital in the name needs one in the text, and a word of all
--- capitals ("US", "WHO") needs all capitals; in a text all in capitals both match. `case = "any"`:
--- folded forms decide alone. A name matches whole words only, never over the end of a sentence or
--- over punctuation other than a hyphen, an apostrophe or a full stop after an initial. At most 12
--- tokens a name (longer ones are left out) and 1,000,000 names. #gazetteer is how many are held.
---@param list (string|[string, integer])[] names, or names with ids; a plain name has its place for an id; the first of a name wins
---@param options? { case?: "name"|"any" }
---@return desk.Gazetteer
function desk.text.gazetteer(list, options) end

--- Classes of words for Analysis:names: up to 32 texts of words parted by blanks; the nth is bit n - 1.
---@param lists string[]
---@return desk.Classes
function desk.text.classes(lists) end

--- Takes a text apart, for all that follows. Kept for the last few texts, so the second plugin that
--- asks for the same text pays nothing. `local analysis <close> = desk.text.analyse(...)` gives the memory
--- back when the block ends, and not when Lua's collector comes round: the next text then finds it warm. Tokens are the words of the index: `l'Europe` is two, a Chinese
--- character is one. Words are tokens, but for Chinese and Japanese they are what ICU's dictionary finds.
---@param s string
---@param lang? string without it the language is found out
---@return desk.Analysis
function desk.text.analyse(s, lang) end

--- Columns: words, folded, and where they stand.
---@class desk.Words
---@field n integer how many
---@field word string[] folded
---@field first integer[]
---@field last integer[]

--- Columns: places in a text.
---@class desk.Spans
---@field n integer how many
---@field first integer[]
---@field last integer[]

--- Columns: lines without blanks at both ends.
---@class desk.StrippedLines
---@field n integer how many
---@field text string[]
---@field first integer[]
---@field last integer[]
---@field lead table<integer, integer>

--- Columns by line: `text` to `empty`; by paragraph: `from` to `near`.
---@class desk.Paragraphs
---@field n integer how many lines
---@field text string[] each line without blanks at both ends
---@field first integer[] its first byte, as it stands
---@field last integer[] its last byte
---@field lead table<integer, integer> bytes taken off in front, where there were any
---@field paragraph table<integer, integer> the paragraph it is in; nil for blank lines
---@field empty table<integer, boolean> it held marks of quotation and nothing else
---@field count integer how many paragraphs
---@field from integer[] its first line
---@field upto integer[] its last line
---@field gap integer[] blank lines before it
---@field kind table<integer, string> "prose" for a single line of more than 50 bytes that ends as a sentence does, has small letters (or none of either case), no colon near its beginning or end, begins with no sign of markup, and does not look like its neighbours
---@field look integer[] the numbers of all others, in order: whatever is a title, caption, label or rule is among them
---@field near table<integer, boolean> it may repeat the paragraph before it: a cheap look, which says so too often
---@field quoted boolean marks of quotation were taken off
---@field underlined boolean a line of signs underlines another

--- Names to be found; made by desk.text.gazetteer.
---@class desk.Gazetteer
---@operator len: integer

--- Classes of words; made by desk.text.classes.
---@class desk.Classes

--- A text taken apart; made by desk.text.analyse.
---@class desk.Analysis
---@field language string the language that was used, "" when none
---@field tokens integer how many
---@field words integer how many
local Analysis = {}

--- A token.
---@param i integer from 1
---@return string folded
---@return integer first
---@return integer last
---@return string flags letters: `c` begins with a capital, `C` all capitals (two letters or more), `d` holds a digit, `s` stop word, `b` begins a sentence, `.` punctuation stands before it
function Analysis:token(i) end

--- The token's stem.
---@param i integer from 1
---@return string
function Analysis:stem(i) end

--- Its sentences.
---@return { n: integer, first: integer[], last: integer[], words: integer[] } # words: how many of them are no stop words
function Analysis:sentences() end

--- TextRank of each sentence, with mean 1: two sentences are alike by shared stems over the log of both
--- lengths. Rada Mihalcea and Paul Tarau, "TextRank: Bringing Order into Texts", EMNLP 2004.
---@param options? { damping?: number, iterations?: integer, tolerance?: number, max_sentences?: integer } 0.85, 30, 1e-4, 400: later sentences get 0
---@return number[] # as long as Analysis:sentences()
function Analysis:rank(options) end

--- The sentences that say most, in the order of the text. Each is judged by its Analysis:rank x (1 + `lead`
--- / its number from 1); questions, and sentences with fewer than `short_words` words that are no stop
--- words, x `set_back`. Of the best, those that fit into `max_bytes` together are taken; the first is taken
--- in any case.
---@param options? { count?: integer, max_bytes?: integer, lead?: number, short_words?: integer, set_back?: number, damping?: number, iterations?: integer, tolerance?: number, max_sentences?: integer } 3, no bound, 0, 0, 1; the others as for Analysis:rank
---@return { n: integer, first: integer[], last: integer[], score: number[] }
function Analysis:best_sentences(options) end

--- Candidates for keywords: runs of 1 to 5 words that neither cross the end of a sentence or punctuation
--- nor begin or end with a stop word, a number or a single letter. Forms with the same stems are one.
--- When there are more than `limit` (at most 5,000), those with the highest count x (1 + 1 / (1 + first
--- sentence)) stay. In the order of the text.
---@param options? { max_words?: integer, limit?: integer, min_count?: integer, beside?: desk.Analysis } 3, 150, 1; beside: the analysis of the headline
---@return desk.Candidates
function Analysis:candidates(options) end

--- The best candidates, best first, by weights that the caller gives. The score of each is the product of
--- log(1 + count), 1 / (1 + first sentence / `early`) + `late`, the factor of its number of words in
--- `phrase` (1 beyond its end), 1 + (`shared` - 1) x the share of its words that stand `beside`, too, and
--- `name` where most places have capitals. The best one's score is made 1. Left out are phrases that stand
--- once, unless they are names without stop words inside; what is longer than `longest` bytes; what holds a
--- better one, word for word by stems, or is held by it; what scores under `min_score`.
---@param options? { max?: integer, max_words?: integer, min_score?: number, limit?: integer, beside?: desk.Analysis, early?: number, late?: number, phrase?: number[], shared?: number, name?: number, longest?: integer } 10, 3, 0, 150 (as for candidates: only these are looked at), none, 6, 0, none, 1, 1, 200
---@return desk.Keywords
function Analysis:keywords(options) end

--- Runs of words with capitals in a sentence, also over small words inside ("of", "de", "von") and
--- initials ("J. K."). A stop word that begins a run is taken off ("The", "In"). Grouped by folded form,
--- in the order of the text. In languages that write all nouns with capitals (German) or none (Chinese,
--- Arabic) it says little.
---@param options? { max_words?: integer, classes?: desk.Classes, skip?: integer, needs?: integer, limit?: integer } 6; skip: bits of classes whose words at the front ("President") stand before the name, not in it; needs: bits of classes: a single word is left out that has no word of them in or beside it, is no acronym and ends no longer name; limit: the first so many
---@return desk.Names
function Analysis:names(options) end

--- The names of a gazetteer: the longest matches from left to right, never overlapping.
---@param gazetteer desk.Gazetteer
---@return { n: integer, id: integer[], first: integer[], last: integer[] }
function Analysis:match(gazetteer) end

--- Columns of Analysis:candidates.
---@class desk.Candidates
---@field n integer how many
---@field text string[] the most frequent form, blanks run together
---@field stem string[] its stems, joined by blanks
---@field words integer[] how many words
---@field count integer[] how often
---@field sentences integer[] in how many sentences
---@field first integer[] where it first stands
---@field last integer[]
---@field first_sentence integer[] numbers of the first and last sentence it stands in
---@field last_sentence integer[]
---@field capitals number[] share of places, not at the start of a sentence, whose words all have capitals
---@field acronym number[] share of places in all capitals
---@field stops integer[] how many stop words stand inside
---@field shared number[] with `beside`: share of its words whose stem stands there, too

--- Columns of Analysis:keywords.
---@class desk.Keywords
---@field n integer how many
---@field text string[] the most frequent form, blanks run together
---@field score number[] 0 to 1, of the best's
---@field words integer[] how many words
---@field count integer[] how often
---@field first integer[] where it first stands
---@field last integer[]

--- Columns of Analysis:names. `text`, `fold` and `spans` are no tables: an item is made each time that it is
--- asked for, so that those that nobody wants cost nothing. A variable that holds them may be `<close>`, too.
---@class desk.Names
---@field n integer how many
---@field text string[] as it first stands there
---@field fold string[] folded words, joined by blanks
---@field words integer[] how many words
---@field count integer[] how often
---@field initial integer[] how many of the places begin a sentence, where a capital proves little
---@field lower integer[] how often the same word stands there in small letters (one word only)
---@field acronym boolean[] all in capitals
---@field spans desk.Span[][] where it stands
---@field first integer[] where it first stands
---@field last integer[]
---@field last_word integer[] a number of its last word, folded: two names that end in the same word have the same
---@field before integer[] with `classes`: bits of the word before any place
---@field after integer[] with `classes`: bits of the two words after any place
---@field inside integer[] with `classes`: bits of its words
---@field head integer[] with `classes`: bits of its first word
---@field tail integer[] with `classes`: bits of its last word
