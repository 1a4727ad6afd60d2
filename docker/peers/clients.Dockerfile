# Clients that are not ours, to drive the peers and to see what arrives at them.
FROM debian:trixie-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      go-sendxmpp knot-dnsutils python3-dkim python3-nacl python3-slixmpp socat swaks tini \
 && rm -rf /var/lib/apt/lists/*
COPY clients/xmpp_user.py clients/imap_read.py /usr/local/bin/
# Each connection to 7000 is one XMPP client of its own.
EXPOSE 7000
ENTRYPOINT ["tini", "--"]
CMD ["socat", "TCP-LISTEN:7000,fork,reuseaddr,backlog=64", "EXEC:xmpp_user.py"]
