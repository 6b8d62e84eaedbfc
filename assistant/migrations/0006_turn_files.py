import pam.access.encryption
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('assistant', '0005_encrypted'),
    ]

    operations = [
        migrations.AddField(
            model_name='turn',
            name='files',
            field=pam.access.encryption.EncryptedJSONField(default=list),
        ),
    ]
