#!/usr/bin/env python3
"""A chat room over WebSockets that speaks JSON of its own: room.py PORT."""
import asyncio, json, sys
import websockets

members = {}  # name: socket, in the order of joining


def tell(message, *names):
    websockets.broadcast([members[n] for n in names or members], json.dumps(message))


async def chat(ws):
    asked = json.loads(await ws.recv())["user"]
    name, k = asked, 2
    while name in members:
        name, k = f"{asked}{k}", k + 1
    tell({"type": "joined", "name": name})
    members[name] = ws
    tell({"type": "welcome", "name": name}, name)
    tell({"type": "users", "names": list(members)}, name)
    try:
        async for text in ws:
            m = json.loads(text)
            line = {"type": m["type"], "user": name, "body": m["body"]}
            if m["type"] == "message":
                tell(line)
            elif m["to"] in members:
                tell(line | {"to": m["to"]}, *{name, m["to"]})
            else:
                tell({"type": "error", "message": "no such user: " + m["to"]}, name)
    finally:
        del members[name]
        tell({"type": "left", "name": name})


async def main():
    async with websockets.serve(chat, "127.0.0.1", int(sys.argv[1])):
        await asyncio.Future()

asyncio.run(main())
