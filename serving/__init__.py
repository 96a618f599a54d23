"""The file server: answers requests for baked pages and uploaded files from the disk, before Django is asked.

    baked_files   the WSGI application: pages with their compressed copies, pictures, and byte ranges of films
    negotiation   conditional requests and content encodings (RFC 9110)
    static_files  which files of the apps are collected under STATIC_URL

It imports verbs of `articles` (what a path's file is, which types are served), and neither nouns nor doors; `articles` never
imports it. `newsroom/wsgi.py` puts it in front of Django.
"""
