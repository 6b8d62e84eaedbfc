# PAM's image: one for web, worker and beat.
#   docker build -t pam .
#   web     (default)
#   worker  docker run … pam celery -A pam worker --loglevel WARNING
#   beat    docker run … pam celery -A pam beat --loglevel WARNING
#   tables  docker run --rm … pam sh -c "python manage.py migrate && python manage.py schedule"
# It wants SECRET_KEY, DATABASE_URL, REDIS_URL and ALLOWED_HOSTS; .env.example says what they mean.
FROM python:3.13-slim AS packages
COPY requirements.txt /tmp/
RUN python -m venv /opt/pam && /opt/pam/bin/pip install --no-cache-dir -r /tmp/requirements.txt

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /var/lib/pam pam
COPY --from=packages /opt/pam /opt/pam
WORKDIR /srv/pam
COPY --chown=root:root . .
ENV PATH=/opt/pam/bin:$PATH PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production PAM_VAR_DIR=/var/lib/pam STATIC_ROOT=/srv/pam-static
# The key is for this one command; collected files hold nothing of it.
RUN SECRET_KEY=$(python -c "import secrets; print(secrets.token_urlsafe(64))") \
    python manage.py collectstatic --no-input --verbosity 0
USER pam
VOLUME /var/lib/pam
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/health', timeout=3)"]
CMD ["python", "manage.py", "serve", "--web-only", "--host", "0.0.0.0"]
