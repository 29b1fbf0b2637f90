-- Tests of ingest/digest: one behaviour a case; all texts are invented.
return {
    {
        name = "an empty text has no article",
        document = { name = "a.txt", text = "\n \n" },
        check = function(drafts) assert(#drafts == 0) end,
    },
}
