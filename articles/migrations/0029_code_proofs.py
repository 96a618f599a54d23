from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0028_confirmed_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='shortlink',
            name='proof',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='shortlink',
            name='proof_fault',
            field=models.CharField(blank=True, choices=[('logo', 'cannot be read at 20 mm with this logo: choose a plainer one, or print the code larger'), ('small', "cannot be read at 20 mm, since the site's address is long: print it at least 40 mm wide")], default='', editable=False, max_length=5),
        ),
    ]
