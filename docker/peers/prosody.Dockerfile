# Prosody 13: one host, its users, and external components (XEP-0114) on 5347.
#   HOST=xmpp.test   USERS="dave=secret dora=secret"   COMPONENTS="emsg.a.test=secret mail.a.test=secret"
FROM debian:trixie-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends prosody lua-unbound lua-dbi-sqlite3 \
 && rm -rf /var/lib/apt/lists/*
COPY prosody/prosody.cfg.lua /etc/prosody/
COPY prosody/entry /usr/local/bin/
ENV HOST=xmpp.test USERS="" COMPONENTS=""
USER prosody
EXPOSE 5222 5347
ENTRYPOINT ["/usr/local/bin/entry"]
