"""The four unified norms (四个统一规范): content, procedure, time, wording, checked on the record."""
