# Knot DNS as the one authority of a test's world: what no zone has does not exist (an empty root zone says so).
FROM debian:trixie-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends knot knot-dnsutils \
 && rm -rf /var/lib/apt/lists/*
COPY dns/entry dns/zone /usr/local/bin/
EXPOSE 53/udp 53/tcp
ENTRYPOINT ["/usr/local/bin/entry"]
