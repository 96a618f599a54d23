"""How granian is run, by `manage.py serve` and by the benchmarks."""

# Two processes, because threads of one share the GIL (docs/performance.md); sixteen threads in each, so that slow pages
# of the desk and slow downloads of films do not block readers. Each thread may keep a connection to the database.
WORKERS = 2
GRANIAN_OPTIONS = [
    "--interface",
    "wsgi",
    "--blocking-threads",
    "16",
    "--runtime-threads",
    "1",
    "--no-ws",
    # Its warnings are about these numbers, and would be the last thing that a newcomer sees.
    "--log-level",
    "error",
    # A worker that does not end when it is asked to would keep the port.
    "--workers-kill-timeout",
    "10",
]
