#!/usr/bin/env python3
"""One XMPP client, spoken to in JSON lines.

The first line on stdin says who it is: {"jid", "password", "host", "port", "receipts": answer receipt requests?}.
Each line after it is one thing to do (see COMMANDS); each line on stdout is one thing that happened: "online",
"failed", "offline", a "message", "presence" or "iq" stanza as it came, or the "answer" to a tagged command.
"""

import asyncio
import json
import os
import select
import sys

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout


def tell(event, **details):
    """Standard output may be the socket that is also standard input, and reading that without waiting makes writing
    not wait either: print() would lose what does not fit at once."""
    rest = memoryview(json.dumps({"event": event, **details}).encode() + b"\n")
    while rest:
        try:
            rest = rest[os.write(1, rest):]
        except BlockingIOError:
            select.select([], [1], [])


def error_of(stanza):
    if stanza["type"] != "error":
        return None
    error = stanza["error"]
    return {"condition": error["condition"], "type": error["type"], "text": error["text"]}


class User(ClientXMPP):
    def __init__(self, login):
        super().__init__(login["jid"], login["password"])
        self.is_online = False
        # The tests' servers speak plainly, on a network of their own.
        self.enable_direct_tls = False
        self.enable_starttls = False
        self.enable_plaintext = True
        self["feature_mechanisms"].unencrypted_plain = True
        self["feature_mechanisms"].unencrypted_scram = True
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0184")
        self.register_plugin("xep_0199")
        self["xep_0184"].auto_ack = login.get("receipts", True)
        self.auto_authorize = True
        self.auto_subscribe = False
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("failed_all_auth", lambda _: tell("failed", reason="authentication"))
        self.add_event_handler("disconnected", lambda reason: tell("offline", reason=str(reason)))
        self.add_filter("in", self.seen)

    async def started(self, _):
        await self.get_roster()
        self.send_presence()

    def seen(self, stanza):
        kind = getattr(stanza, "name", "")
        if kind == "presence" and not self.is_online and stanza["from"] == self.boundjid:
            # The server shows us our own presence (RFC 6121, 4.2.2): from now on it knows that we are here. A message
            # that comes earlier may be kept for somebody who is away, and be told at the next login only.
            self.is_online = True
            tell("online", jid=self.boundjid.full)
        if kind in ("message", "presence", "iq"):
            details = {
                "from": stanza["from"].full,
                "to": stanza["to"].full,
                "id": stanza["id"],
                "type": stanza["type"],
                "error": error_of(stanza),
                "xml": str(stanza),
            }
            if kind == "message":
                details |= {
                    "body": stanza["body"],
                    "subject": stanza["subject"],
                    "thread": stanza["thread"],
                    "receipt": stanza["receipt"] or None,
                    "receipt_requested": bool(stanza["request_receipt"]),
                }
            tell(kind, **details)
        return stanza

    async def message(self, to, body, id=None, thread=None, receipt=False, type="chat"):
        message = self.make_message(mto=to, mbody=body, mtype=type)
        if id:
            message["id"] = id
        if thread:
            message["thread"] = thread
        if receipt:
            message["request_receipt"] = True
        message.send()

    async def presence(self, to=None, type=None):
        self.send_presence(pto=to, ptype=type)

    async def raw(self, xml):
        self.send_raw(xml)

    async def disco(self, to, node=None):
        info = (await self["xep_0030"].get_info(jid=to, node=node, timeout=20))["disco_info"]
        identities = [
            {"category": category, "type": kind, "name": name} for category, kind, _, name in info["identities"]
        ]
        return {"identities": identities, "features": sorted(info["features"])}

    async def ping(self, to):
        await self["xep_0199"].send_ping(to, timeout=20)


COMMANDS = {"message", "presence", "raw", "disco", "ping"}


async def obey(user, line):
    command = json.loads(line)
    do = command.pop("do")
    tag = command.pop("tag", None)
    if do not in COMMANDS:
        tell("answer", tag=tag, error={"condition": "unknown command " + do})
        return
    try:
        result = await getattr(user, do)(**command)
        if tag is not None:
            tell("answer", tag=tag, error=None, result=result)
    except IqError as refused:
        tell("answer", tag=tag, error=error_of(refused.iq))
    except IqTimeout:
        tell("answer", tag=tag, error={"condition": "timeout"})


async def main():
    reader = asyncio.StreamReader(limit=1 << 22)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    login = json.loads(await reader.readline())
    user = User(login)
    user.connect(login["host"], login.get("port", 5222))
    asking = set()
    while line := await reader.readline():
        # What asks waits for its answer beside what comes next; what only sends keeps its order.
        task = asyncio.create_task(obey(user, line))
        asking.add(task)
        task.add_done_callback(asking.discard)
    await user.disconnect()


asyncio.run(main())
