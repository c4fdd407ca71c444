"""One test for each promise of the source documents; docs/promises.md is the table made of them.

The documents are not part of the project. A promise names a document and a clause by its number as
`import_policy` numbers it, and says it in words of ours. Where the documents are at hand,
`test_table` reads them: every clause named has to be there, and every clause that is there has to
be named, as a promise or as one that promises nothing.
"""
