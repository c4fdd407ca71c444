from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import cases.models.search

# The vectors follow from the words, so that nothing can write one without the other. No extension
# of PostgreSQL is needed: neither a parser nor a dictionary takes part.
POSTGRESQL = (
    """
    ALTER TABLE cases_casewords
        ADD COLUMN text_vector tsvector NOT NULL GENERATED ALWAYS AS
            (array_to_tsvector(array_remove(string_to_array("text", ' '), ''))) STORED,
        ADD COLUMN heads_vector tsvector NOT NULL GENERATED ALWAYS AS
            (array_to_tsvector(array_remove(string_to_array(heads, ' '), ''))) STORED
    """,
    "CREATE INDEX cases_casewords_text_vector ON cases_casewords USING gin (text_vector)",
)
# The table of the index keeps no text of its own; triggers tell it of every change. Its tokeniser
# takes every sign beyond ASCII as a letter: the terms hold nothing else.
SQLITE = (
    """
    CREATE VIRTUAL TABLE cases_casewords_fts USING fts5(
        heads, text, content='cases_casewords', content_rowid='case_id',
        tokenize='ascii', prefix='2 3', detail=column, columnsize=0
    )
    """,
    """
    CREATE TRIGGER cases_casewords_added AFTER INSERT ON cases_casewords BEGIN
        INSERT INTO cases_casewords_fts (rowid, heads, text)
        VALUES (new.case_id, new.heads, new.text);
    END
    """,
    """
    CREATE TRIGGER cases_casewords_gone AFTER DELETE ON cases_casewords BEGIN
        INSERT INTO cases_casewords_fts (cases_casewords_fts, rowid, heads, text)
        VALUES ('delete', old.case_id, old.heads, old.text);
    END
    """,
    """
    CREATE TRIGGER cases_casewords_changed AFTER UPDATE ON cases_casewords BEGIN
        INSERT INTO cases_casewords_fts (cases_casewords_fts, rowid, heads, text)
        VALUES ('delete', old.case_id, old.heads, old.text);
        INSERT INTO cases_casewords_fts (rowid, heads, text)
        VALUES (new.case_id, new.heads, new.text);
    END
    """,
)
SQLITE_BACK = (
    "DROP TRIGGER cases_casewords_added",
    "DROP TRIGGER cases_casewords_gone",
    "DROP TRIGGER cases_casewords_changed",
    "DROP TABLE cases_casewords_fts",
)


def index(apps: Any, schema_editor: Any) -> None:
    """Make what the database searches by. On PostgreSQL it goes with the table."""
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def no_index(apps: Any, schema_editor: Any) -> None:
    """Undo `index`."""
    if schema_editor.connection.vendor != "postgresql":
        for statement in SQLITE_BACK:
            schema_editor.execute(statement)


def move(apps: Any, schema_editor: Any) -> None:
    """Words of cases there are. `manage.py index_cases` adds those of notes and evidence."""
    rows = []
    words = apps.get_model("cases", "CaseWords")
    found = apps.get_model("cases", "Case").objects.values_list(
        "pk", "number", "reported_as", "course__code", "course__title", "search_text"
    )
    from cases.terms import joined, terms

    for pk, *heads, text in found.iterator(chunk_size=500):
        of_heads = joined(terms(" ".join(filter(None, heads))), most=4_000)
        of_case = joined([*of_heads.split(), *terms(text)], most=400_000)
        rows.append(words(case_id=pk, heads=of_heads, text=of_case))
        if len(rows) == 500:
            words.objects.bulk_create(rows)
            rows = []
    words.objects.bulk_create(rows)
    _checked(schema_editor)


def move_back(apps: Any, schema_editor: Any) -> None:
    """The words become the text again that was looked through."""
    cases = apps.get_model("cases", "Case").objects
    found = apps.get_model("cases", "CaseWords").objects.values_list("pk", "text")
    for pk, text in found.iterator(chunk_size=500):
        cases.filter(pk=pk).update(search_text=text)
    _checked(schema_editor)


def _checked(schema_editor: Any) -> None:
    # PostgreSQL changes no table whose new rows are still to be checked.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_the_desk")]

    operations = [
        migrations.CreateModel(
            name="CaseWords",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("heads", cases.models.search.Terms(blank=True, max_length=4000)),
                ("text", cases.models.search.Terms(blank=True, max_length=400000)),
                ("made_from", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "words of a case",
                "verbose_name_plural": "words of cases",
            },
        ),
        migrations.RunPython(index, no_index),
        migrations.RunPython(move, move_back),
        migrations.RemoveField(model_name="case", name="search_text"),
    ]
