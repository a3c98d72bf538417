"""Galleries of enrolled subjects: enrolment, search, face login, import, erasure."""
