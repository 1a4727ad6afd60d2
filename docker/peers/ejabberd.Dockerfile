# ejabberd 24: one host, its users, and external components (XEP-0114) on 5347.
#   HOST=ejabberd.test   USERS="dave=secret dora=secret"   COMPONENTS="emsg.a.test=secret mail.a.test=secret"
FROM debian:trixie-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ejabberd \
 && rm -rf /var/lib/apt/lists/* /var/lib/ejabberd/*
COPY ejabberd/entry ejabberd/ready /usr/local/bin/
RUN install -d -o ejabberd -g ejabberd /run/ejabberd && chown -R ejabberd: /etc/ejabberd /var/log/ejabberd /var/lib/ejabberd
ENV HOST=ejabberd.test USERS="" COMPONENTS=""
USER ejabberd
EXPOSE 5222 5347
ENTRYPOINT ["/usr/local/bin/entry"]
