"""Simulates a reader: `python -m tests.readers PORT REQUESTS FILE PATH…` requests random paths.

It makes at least REQUESTS requests, and continues until FILE.stop exists or the process that started it has ended. Each
response is a line of FILE, a JSON list: time of the request and of the response (monotonic clock, seconds), path,
status, the versions found in title, heading, structured data and body of the page (exactly one if the page is
consistent), and the number of these parts.
"""

import http.client
import json
import os
import random
import re
import sys
import time

VERSION = re.compile(r"第(\d+)版")
PAUSE = 0.005  # seconds between two requests, so that readers leave the writers most of the processor
PARTS = re.compile(
    r"<title>.*?</title>|<h1>.*?</h1>|\"headline\": \".*?\"|<section class=\"text\">.*?</section>", re.DOTALL
)


def main(port: int, count: int, file: str, paths: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    chance = random.Random(file)
    parent = os.getppid()
    with open(file, "w", encoding="utf-8") as seen:
        done = 0
        while os.getppid() == parent and (done < count or not os.path.exists(f"{file}.stop")):
            done += 1
            time.sleep(PAUSE)
            path = chance.choice(paths)
            asked = time.monotonic()
            connection.request("GET", path, headers={"Host": "127.0.0.1"})
            answer = connection.getresponse()
            body = answer.read().decode()
            answered = time.monotonic()
            parts = PARTS.findall(body)
            versions = sorted({int(version) for part in parts for version in VERSION.findall(part)})
            seen.write(json.dumps([asked, answered, path, answer.status, versions, len(parts)]) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
