from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("articles", "0012_site_description")]

    operations = [migrations.RenameField("bakejob", "mark", "version")]
