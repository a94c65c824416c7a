"""`make bench`: what a submission and a status poll cost beside a bare REST framework endpoint. See README.md."""
