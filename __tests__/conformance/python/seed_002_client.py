"""A chat client written from seed 002 alone, with python-socketio and requests: two people, one of them on two devices.

Usage: seed_002_client.py BASE_URL. Prints one line per step and ends with 0 when every step went as the seed says.
"""

import queue
import sys
import time
import uuid

import requests
import socketio

BASE = sys.argv[1].rstrip("/")
WAIT_SECONDS = 10


def check(step, condition, shown=None):
    if not condition:
        print(f"FAILED {step}: {shown!r}", flush=True)
        sys.exit(1)
    print(f"ok {step}", flush=True)


class Rest:
    def __init__(self, token=None):
        self.token = token

    def call(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return requests.request(method, BASE + path, json=body, headers=headers, timeout=WAIT_SECONDS)


def sign_in(phone, name):
    rest = Rest()
    sent = rest.call("POST", "/api/auth/send-otp", {"phoneNumber": phone})
    check(f"{name} send-otp", sent.status_code == 200, sent.text)
    login = rest.call("POST", "/api/auth/verify-otp", {"phoneNumber": phone, "otp": "123456"})
    check(f"{name} verify-otp", login.status_code == 200, login.text)
    body = login.json()
    rest.token = body["accessToken"]
    profile = rest.call("POST", "/api/auth/complete-profile", {"name": name, "bio": "Hi"})
    check(f"{name} complete-profile", profile.json()["user"]["name"] == name, profile.text)
    return rest, body


class Device:
    """A Socket.IO connection that keeps what it hears and lets one wait for it."""

    EVENTS = [
        "authenticated",
        "authentication_error",
        "new_message",
        "user_typing",
        "message_status_update",
        "message_reaction",
        "message_updated",
        "message_deleted",
        "operation-error",
        "user-offline",
    ]

    def __init__(self):
        self.heard = {event: queue.Queue() for event in self.EVENTS}
        self.sio = socketio.Client(reconnection=False)
        for event in self.EVENTS:
            self.sio.on(event, self.heard[event].put)
        self.sio.connect(BASE, transports=["websocket"])

    def emit(self, event, payload):
        self.sio.emit(event, payload)

    def ask(self, event, payload):
        return self.sio.call(event, payload, timeout=WAIT_SECONDS)

    def wait(self, event, matches=lambda payload: True):
        until = time.monotonic() + WAIT_SECONDS
        while True:
            payload = self.heard[event].get(timeout=max(0.01, until - time.monotonic()))
            if matches(payload):
                return payload

    def authenticate(self, token):
        self.emit("authenticate", {"token": token})
        return self.wait("authenticated")["user"]

    def close(self):
        self.sio.disconnect()


def number():
    return f"+9198{uuid.uuid4().int % 10**8:08d}"


def main():
    alice, alice_login = sign_in(number(), "Alice")
    bob, bob_login = sign_in(number(), "Bob")
    alice_id, bob_id = alice_login["user"]["id"], bob_login["user"]["id"]

    found = alice.call("GET", "/api/users/search?q=Bob").json()["users"]
    check("GET /api/users/search", any(user["id"] == bob_id for user in found), found)
    added = alice.call("POST", "/api/users/add-contact", {"userId": bob_id})
    check("POST /api/users/add-contact", added.status_code == 201, added.text)
    made = alice.call("POST", "/api/chats/private", {"userId": bob_id})
    check("POST /api/chats/private", made.status_code == 201, made.text)
    chat_id = made.json()["chat"]["id"]

    stranger = Device()
    stranger.emit("authenticate", {"token": "wrong"})
    check("authentication_error", bool(stranger.wait("authentication_error")["message"]))
    stranger.close()

    phone, tablet, bobs = Device(), Device(), Device()
    check("authenticated", phone.authenticate(alice_login["accessToken"])["id"] == alice_id)
    tablet.authenticate(alice_login["accessToken"])
    bobs.authenticate(bob_login["accessToken"])
    profile = alice.call("GET", "/api/users/profile").json()["user"]
    check("socketIds of both devices", len(profile["socketIds"]) == 2, profile["socketIds"])
    for device in (phone, tablet, bobs):
        device.emit("join_chat", {"chatId": chat_id})

    phone.emit("typing_start", {"chatId": chat_id})
    typing = bobs.wait("user_typing")
    check("user_typing", typing["userId"] == alice_id and typing["isTyping"] is True, typing)
    phone.emit("typing_stop", {"chatId": chat_id})
    check("user_typing ends", bobs.wait("user_typing")["isTyping"] is False)

    temp_id = str(uuid.uuid4())
    content = {"type": "text", "text": "Hello! \u4f60\u597d \U0001f44b"}
    phone.emit("send_message", {"chatId": chat_id, "content": content, "tempId": temp_id})
    own = phone.wait("new_message", lambda payload: payload.get("tempId") == temp_id)["message"]
    check("new_message to the sender", own["content"] == content and own["senderId"] == alice_id, own)
    check("new_message to their tablet", tablet.wait("new_message")["message"]["id"] == own["id"])
    got = bobs.wait("new_message")["message"]
    check("new_message to Bob", got["id"] == own["id"] and got["content"] == content, got)
    again = phone.ask("send_message", {"chatId": chat_id, "content": content, "tempId": temp_id})
    check("the same tempId again", again["ok"] and again["message"]["id"] == own["id"], again)

    message_id = own["id"]
    bobs.emit("message_delivered", {"messageId": message_id})
    update = phone.wait("message_status_update")
    check("delivered", (update["messageId"], update["status"], update["userId"]) == (message_id, "delivered", bob_id), update)
    bobs.emit("message_read", {"messageId": message_id, "chatId": chat_id})
    update = phone.wait("message_status_update")
    check("read", (update["messageId"], update["status"], update["userId"]) == (message_id, "read", bob_id), update)
    shown = alice.call("GET", f"/api/messages/{message_id}").json()["message"]
    check("GET /api/messages/:id shows read", shown["status"] == "read", shown)

    bobs.emit("add_reaction", {"messageId": message_id, "emoji": "\U0001f44d"})
    reaction = phone.wait("message_reaction")
    check("add_reaction", (reaction["userId"], reaction["emoji"]) == (bob_id, "\U0001f44d"), reaction)

    phone.emit("edit_message", {"messageId": message_id, "newContent": "Edited text"})
    edited = bobs.wait("message_updated")["message"]
    check("edit_message", edited["content"]["text"] == "Edited text" and edited["editedAt"], edited)

    rest = alice.call("POST", "/api/messages", {"chatId": chat_id, "content": {"type": "text", "text": "By REST"}})
    check("POST /api/messages", rest.status_code == 201, rest.text)
    bobs.wait("new_message", lambda payload: payload["message"]["id"] == rest.json()["message"]["id"])
    chats = bob.call("GET", "/api/chats").json()["chats"]
    check("GET /api/chats", chats[0]["id"] == chat_id and chats[0]["unreadCount"] == 1, chats)
    history = bob.call("GET", f"/api/chats/{chat_id}/messages").json()["messages"]
    check("GET /api/chats/:id/messages", [m["seq"] for m in history] == [2, 1], history)
    pinned = bob.call("PUT", f"/api/chats/{chat_id}/settings", {"pinned": True}).json()["chat"]
    check("PUT /api/chats/:id/settings", pinned["settings"]["pinned"] is True, pinned)

    phone.emit("delete_message", {"messageId": message_id, "deleteForEveryone": True})
    gone = bobs.wait("message_deleted")
    check("delete_message", gone["messageId"] == message_id and gone["forEveryone"] is True, gone)
    tablet.wait("message_deleted")

    refused = bobs.ask("edit_message", {"messageId": message_id, "newContent": "Not mine"})
    check("a refusal by callback", refused["ok"] is False and refused["error"]["code"], refused)
    bobs.emit("send_message", {"chatId": chat_id})
    error = bobs.wait("operation-error")
    check("operation-error", (error["code"], error["event"]) == ("validation_failed", "send_message"), error)

    group = alice.call("POST", "/api/chats/group", {"name": "Friends", "memberIds": [bob_id]})
    check("POST /api/chats/group", group.status_code == 201, group.text)
    ack = bobs.ask("send_message", {"chatId": group.json()["chat"]["id"], "content": content, "tempId": "g1"})
    check("a message to the group", ack["message"]["seq"] == 1, ack)

    refreshed = Rest().call("POST", "/api/auth/refresh-token", {"refreshToken": alice_login["refreshToken"]})
    check("POST /api/auth/refresh-token", refreshed.status_code == 200, refreshed.text)
    phone.close()
    tablet.close()
    check("user-offline within 10 s", bobs.wait("user-offline")["userId"] == alice_id)
    out = bob.call("POST", "/api/auth/logout")
    check("POST /api/auth/logout", out.json() == {"ok": True}, out.text)
    check("no access after logout", bob.call("GET", "/api/users/profile").status_code == 401)
    bobs.close()
    print("done", flush=True)


main()
