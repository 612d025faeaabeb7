#!/bin/sh
# Makes one role and one database for each service, which nobody else may enter. The image runs it on an empty volume.
set -eu
for service in events signups partners; do
    variable="STEWARD_$(echo "$service" | tr '[:lower:]' '[:upper:]')_DATABASE_PASSWORD"
    password=$(printenv "$variable")
    psql --set ON_ERROR_STOP=1 --set service="$service" --set password="$password" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
