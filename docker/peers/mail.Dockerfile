# A mail site: Postfix (25, 587), Dovecot (IMAP on 143), OpenDKIM in between, swaks to write mail with.
#   HOST=mx.mail.test   DOMAIN=mail.test   MAILBOXES="erin=secret eve=secret"
#   ROUTES="a.test=host.docker.internal:2525"   (mail for other domains goes nowhere)
FROM debian:trixie-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      postfix dovecot-imapd dovecot-lmtpd opendkim openssl swaks libnet-ssleay-perl tini \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --create-home --home-dir /var/vmail vmail \
 && install -d -o postfix -m 700 /var/spool/postfix/private \
 && install -d -o opendkim -m 700 /etc/dkimkeys \
 && postconf -X smtpd_tls_cert_file smtpd_tls_key_file smtp_tls_CAfile smtp_tls_CApath \
 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
      -subj /CN=mail-peer -keyout /etc/ssl/private/mail.key -out /etc/ssl/certs/mail.pem
COPY mail/dovecot.conf /etc/dovecot/
COPY mail/entry mail/route /usr/local/bin/
ENV HOST=mx.mail.test DOMAIN=mail.test MAILBOXES="" ROUTES="" TRUSTED="127.0.0.0/8"
EXPOSE 25 143 587
ENTRYPOINT ["tini", "--", "/usr/local/bin/entry"]
