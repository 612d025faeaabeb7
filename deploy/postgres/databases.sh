#!/bin/sh
# Makes one role and one database for each service, which nobody else may enter. The image runs it on an empty volume.
set -eu
for service in events signups partners; do
    url=$(cat "/run/secrets/${service}_database_url")  # postgresql+psycopg://role:password@host/database
    password=${url#*://*:}
    psql --set ON_ERROR_STOP=1 --set service="$service" --set password="${password%%@*}" \
        --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
