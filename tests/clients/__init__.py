"""Clients nobody here wrote, against a real server: the guide's programs and the published SDK, as they are.

- guide/: every program and snippet of the guide "Your First Agent Action", letter for letter
- programs: runs them in a process of their own; hurry: a faster clock for those that wait
- circumstances: the same server with a deadline at once, the kill switch on, a policy in force
- rest: an agent without a library
- slow: a proxy that holds answers back
"""
