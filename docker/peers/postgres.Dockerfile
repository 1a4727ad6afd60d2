# PostgreSQL 17 with one empty database, made when the image is built so that a container starts at once.
FROM debian:trixie-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-17 \
 && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/17
ENV PATH=/usr/lib/postgresql/17/bin:$PATH PGDATA=/var/lib/postgresql/data
USER postgres
RUN echo emsg > /tmp/password \
 && initdb --username=emsg --pwfile=/tmp/password --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 \
 && echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf" \
 && echo "CREATE DATABASE emsg" | postgres --single -j postgres \
 && rm /tmp/password
EXPOSE 5432
# SIGINT is PostgreSQL's fast shutdown. Its data lives no longer than its container: no fsync.
STOPSIGNAL SIGINT
ENTRYPOINT ["postgres", "-c", "listen_addresses=*", "-c", "fsync=off", "-c", "max_connections=200"]
