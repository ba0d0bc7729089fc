"""A web server on 127.0.0.1 that serves the files of a folder, well or badly.

server.py FOLDER LOG: prints its port; every request becomes a line of LOG.  The first part of a path
says how the file behind it is served: /good/x.gz, /truncated/x.gz, ...
"""
import gzip
import http.server
import pathlib
import sys
import time

folder, log = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
BOMB = gzip.compress(bytes(101_000_000), compresslevel=1)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        start = self.headers.get("Range", "bytes=0-")
        with log.open("a") as out:
            print(self.path, start, file=out)
        _, how, name = self.path.split("/")
        file = folder / name
        if not file.exists() or how in ("404", "500"):
            return self.reply(500 if how == "500" else 404, b"<html>no</html>")
        data = file.read_bytes()
        if how == "html":
            return self.reply(200, b"<!doctype html><html><body>Please log in</body></html>")
        if how == "recompressed":
            data = gzip.compress(gzip.decompress(data), compresslevel=1)
        elif how == "truncated":
            data = data[: len(data) // 2]
        elif how == "corrupted":
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1 :]
        elif how == "other":
            data = gzip.compress(b"other content")
        elif how == "bomb":
            data = BOMB
        first = 0 if how == "norange" else int(start[len("bytes=") : -1])
        if first >= len(data):
            return self.reply(416, b"")
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - first))
        self.end_headers()
        if how == "cut":  # the connection ends after a third of the file
            data = data[: first + len(data) // 3 + 1]
        elif how == "hang":  # half of the file, and then nothing for a long time
            data = data[: len(data) // 2]
        self.wfile.write(data[first:])
        self.wfile.flush()
        if how == "hang":
            time.sleep(60)

    def reply(self, code, body):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
