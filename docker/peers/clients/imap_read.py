#!/usr/bin/env python3
"""Prints the messages of an IMAP mailbox, one JSON line each, with the truth of each DKIM signature."""

import argparse
import base64
import email
import email.policy
import imaplib
import json
import re

import dkim


def text_of(message, kind):
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part else None


def signatures_of(raw):
    """The domain, algorithm and validity of each signature, topmost first, by the keys that the DNS has."""
    found = []
    count = sum(1 for name, _ in dkim.rfc822_parse(raw)[0] if name.lower() == b"dkim-signature")
    for index in range(count):
        signature = dkim.DKIM(raw, timeout=10)
        try:
            valid, why = signature.verify(idx=index), ""
        except dkim.DKIMException as wrong:
            valid, why = False, str(wrong)
        fields = {key.decode(): value.decode() for key, value in getattr(signature, "signature_fields", {}).items()}
        found.append({"domain": fields.get("d"), "algorithm": fields.get("a"), "valid": valid, "why": why})
    return found


def describe(uid, raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return {
        "uid": uid,
        "headers": [[name, str(value)] for name, value in message.items()],
        "type": message.get_content_type(),
        "text": text_of(message, "plain"),
        "html": text_of(message, "html"),
        "attachments": [
            {
                "name": part.get_filename(),
                "type": part.get_content_type(),
                "base64": base64.b64encode(part.get_payload(decode=True) or b"").decode(),
            }
            for part in message.iter_attachments()
        ],
        "dkim": signatures_of(raw),
        "raw": base64.b64encode(raw).decode(),
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("host")
    arguments.add_argument("user")
    arguments.add_argument("password")
    arguments.add_argument("--after", type=int, default=0, metavar="UID", help="only messages with a greater UID")
    wanted = arguments.parse_args()
    with imaplib.IMAP4(wanted.host, timeout=30) as imap:
        imap.login(wanted.user, wanted.password)
        imap.select("INBOX", readonly=True)
        _, answer = imap.uid("fetch", f"{wanted.after + 1}:*", "(UID BODY.PEEK[])")
        for item in answer:
            if not isinstance(item, tuple):
                continue
            uid = int(re.search(rb"UID (\d+)", item[0]).group(1))
            # "N:*" names the last message even where N is beyond it (RFC 9051 §9).
            if uid > wanted.after:
                print(json.dumps(describe(uid, item[1])))


main()
