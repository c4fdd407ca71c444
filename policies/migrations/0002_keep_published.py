"""From here on the database refuses to change what is published."""

from django.db import migrations

from policies import triggers


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]

    operations = [migrations.RunPython(triggers.install, triggers.remove)]
