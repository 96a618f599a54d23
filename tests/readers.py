"""A crowd of readers in one process: `python -m tests.readers PORT REQUESTS FILE PATH…` asks at random and writes down what
it saw, REQUESTS times at least and until there is a file FILE.stop.

Each line of FILE: when it asked and when it had the answer (the machine's monotonic clock), the path, the status, which
versions of its text the page shows in its title, its heading, its data for machines and its body (one, where it is whole),
and how many of these four there are.
"""

import http.client
import json
import os
import random
import re
import sys
import time

VERSION = re.compile(r"第(\d+)版")
PARTS = re.compile(r"<title>.*?</title>|<h1>.*?</h1>|\"headline\": \".*?\"|<div class=\"text\">.*?</div>", re.DOTALL)


def main(port: int, count: int, file: str, paths: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    chance = random.Random(file)
    with open(file, "w", encoding="utf-8") as seen:
        done = 0
        while done < count or (done < 20 * count and not os.path.exists(f"{file}.stop")):
            done += 1
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
