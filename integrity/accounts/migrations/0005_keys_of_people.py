"""Fill in by what second accounts are found, for everybody who is here already."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from integrity.accounts.matching import email_key, name_key

PAGE = 1_000


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    last = 0
    while page := list(users.filter(pk__gt=last).order_by("pk")[:PAGE]):
        for user in page:
            user.email_key = email_key(user.email)
            user.name_key = name_key(user.display_name)
        users.bulk_update(page, ["email_key", "name_key"])
        last = page[-1].pk


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_closing_accounts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
