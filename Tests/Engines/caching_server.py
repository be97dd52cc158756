"""A server of the completions API that takes a time per prompt word and keeps prompts, or does not.

usage: caching_server.py [--keep] [--report] [--all] [--milliseconds-per-word N]

--keep: the prefix that a prompt has in common with an earlier one costs no time; --all: so does what any earlier prompt had
at its place, which no fresh beginning avoids; --report: usage says how many words that were. Prints its port.
A word is a token.
"""
import argparse, json, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser()
parser.add_argument("--keep", action="store_true")
parser.add_argument("--report", action="store_true")
parser.add_argument("--all", action="store_true")
parser.add_argument("--milliseconds-per-word", type=float, default=0.5)
options = parser.parse_args()
seen = []


def known(words):
    if options.all:
        return max((sum(one == other for one, other in zip(words, earlier)) for earlier in seen), default=0)
    if not options.keep:
        return 0
    most = 0
    for earlier in seen:
        count = 0
        for one, other in zip(words, earlier):
            if one != other:
                break
            count += 1
        most = max(most, count)
    return min(most, len(words) - 1)


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def event(self, value):
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())
        self.wfile.flush()

    def do_GET(self):
        body = json.dumps({"data": [{"id": "stub"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        words, count = request["prompt"].split(), request["max_tokens"]
        kept = known(words)
        seen.append(words)
        del seen[:-200]
        time.sleep(options.milliseconds_per_word / 1000 * (len(words) - kept))
        if not request.get("stream"):
            body = json.dumps({"choices": [{"index": 0, "text": " word" * count, "finish_reason": "length"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for index in range(count):
            if index:
                time.sleep(0.002)
            self.event({"choices": [{"index": 0, "text": " word", "finish_reason": None}]})
        self.event({"choices": [{"index": 0, "text": "", "finish_reason": "length"}]})
        usage = {"prompt_tokens": len(words), "completion_tokens": count}
        if options.report:
            usage["prompt_tokens_details"] = {"cached_tokens": kept}
        self.event({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
