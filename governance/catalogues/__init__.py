"""The publishers' catalogues: read from their own files into plain values, and from there into our tables.

files.py opens, documents.py parses, one reader per format makes values.py's values, words.py settles who has the last
word on a row, load.py writes. starter.py is what a portal has before anything was downloaded.
"""
