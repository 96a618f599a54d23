"""The file server: answers requests for baked pages, codes and uploaded files from the disk, without Django.

    baked_files     the WSGI application: pages with their compressed copies
    negotiation     conditional requests and content encodings (RFC 9110)
    public_files    pictures, and byte ranges of films
    qr_short_links  the target of a scanned code, from the files
    request_bodies  limits of what a request may send, and of the time it takes
    static_files    which static files of the apps are served and collected

It imports verbs of `articles` (the file of a path, the served types), but no nouns and no doors; `articles` never
imports it. `newsroom/wsgi.py` puts it in front of Django.
"""
