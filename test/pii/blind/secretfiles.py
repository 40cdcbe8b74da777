"""Settings with passwords and keys in them, as programs keep them."""
ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'


def files(random):
    """(name, text, kinds) for each."""
    def take(count, marks=ALNUM):
        return ''.join(random.choice(marks) for _ in range(count))

    def password():
        return random.choice(['Winter', 'Tr0ub4dor', 'kX', 'pg-', 'Zebra']) + take(random.randrange(5, 14)) + random.choice('!_-#9')
    upper, hexes = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', '0123456789abcdef'
    yield '.env', f'APP_ENV=production\nDB_HOST=10.0.0.4\nDB_USERNAME=shop\nDB_PASSWORD={password()}\nMAIL_PASSWORD="{password()}"\nAPP_DEBUG=false\n', ['password']
    yield 'wp-config.php', f"<?php\ndefine('DB_NAME', 'wp');\ndefine('DB_USER', 'wp');\ndefine('DB_PASSWORD', '{password()}');\ndefine('DB_HOST', 'localhost');\n", ['password']
    yield 'application.properties', f'spring.datasource.url=jdbc:postgresql://db:5432/app\nspring.datasource.username=app\nspring.datasource.password={password()}\nserver.port=8080\n', ['password']
    yield 'application.yml', f'spring:\n  datasource:\n    url: jdbc:mysql://db/app\n    username: app\n    password: {password()}\nserver:\n  port: 8080\n', ['password']
    yield 'docker-compose.yml', f'services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: app\n      POSTGRES_PASSWORD: {password()}\n    ports: ["5432:5432"]\n', ['password']
    yield 'settings.py', f"DEBUG = False\nSECRET_KEY = '{take(50)}'\nDATABASES = {{'default': {{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'x', 'USER': 'x', 'PASSWORD': '{password()}'}}}}\n", ['password', 'key']
    yield 'config.json', f'{{"database": {{"host": "db", "user": "app", "password": "{password()}"}}, "port": 8080}}\n', ['password']
    yield 'credentials', f'[default]\naws_access_key_id = AKIA{take(16, upper)}\naws_secret_access_key = {take(40)}\n', ['key']
    yield 'my.cnf', f'[client]\nuser=backup\npassword={password()}\nhost=127.0.0.1\n', ['password']
    yield 'Web.config', f'<configuration><connectionStrings><add name="Default" connectionString="Server=sql01;Database=crm;User Id=sa;Password={password()};" /></connectionStrings></configuration>\n', ['connection']
    yield 'celery.py', f'broker_url = "amqp://worker:{take(14)}@mq.intern:5672//"\nresult_backend = "redis://:{take(18)}@cache.intern:6379/0"\n', ['connection']
    yield 'terraform.tfvars', f'region = "eu-west-1"\ndb_password = "{password()}"\ninstance_type = "t3.small"\n', ['password']
    yield 'deploy.sh', f'#!/bin/sh\nexport GITHUB_TOKEN=ghp_{take(36)}\ncurl -H "Authorization: token $GITHUB_TOKEN" https://api.github.com/user\n', ['key']
    yield 'id_rsa', '-----BEGIN OPENSSH PRIVATE KEY-----\n' + '\n'.join(take(70) for _ in range(20)) + '\n-----END OPENSSH PRIVATE KEY-----\n', ['privatekey']
    yield 'slack.js', f"const hook = 'https://hooks.slack.com/services/T{take(8, upper)}/B{take(9, upper)}/{take(24)}';\n", ['key']
    yield 'stripe.rb', f"Stripe.api_key = 'sk_live_{take(24)}'\n", ['key']
    yield 'shadow', ''.join(f'user{number}:$6${take(12)}${take(86)}:19000:0:99999:7:::\n' for number in range(8)), ['hash']
    yield 'htpasswd', ''.join(f'user{number}:$apr1${take(8)}${take(22)}\n' for number in range(8)), ['hash']
    yield 'npmrc', f'registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=npm_{take(36)}\n', ['key']
    yield 'appsettings.Production.json', f'{{\n  "ConnectionStrings": {{"Main": "Server=tcp:crm.database.windows.net;Initial Catalog=crm;User ID=app;Password={password()};Encrypt=True"}},\n  "Smtp": {{"Host": "mail", "Password": "{password()}"}}\n}}\n', ['connection']
    yield 'netrc', f'machine git.intern\nlogin deploy\npassword {take(16)}\n', ['password']
    yield 'values.yaml', f'replicaCount: 2\nredis:\n  auth:\n    password: "{password()}"\nsmtp:\n  user: bot\n  pass: {take(15)}\n', ['password']
    yield 'google.json', '{"type": "service_account", "project_id": "p1", "private_key_id": "' + take(40, hexes) + '", "private_key": "-----BEGIN PRIVATE KEY-----\\n' + take(900) + '\\n-----END PRIVATE KEY-----\\n"}\n', ['privatekey']
    yield 'inventory.ini', f'[web]\nweb1 ansible_host=10.0.0.9 ansible_user=root ansible_password={take(13)}!\n', ['password']
    yield 'app.toml', f'[database]\nuser = "app"\npassword = "{password()}"\n\n[api]\ntoken = "glpat-{take(20)}"\n', ['password', 'key']
    yield 'kube.yaml', f'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  DB_PASSWORD: {password()}\n', ['password']
    yield 'jwt.log', f'GET /me Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6Ik1hcnRhIiwiaWF0IjoxNTE2MjM5MDIyfQ.{take(43)}\n', ['jwt']
    yield 'sendgrid.go', f'client := sendgrid.NewSendClient("SG.{take(22)}.{take(43)}")\n', ['key']
