"""What changes cases, one file per stage.

Every service takes keyword arguments with `actor`, opens one audit transaction, locks the case and
reads it again, asks the workflow, writes, records the event, queues the letter and returns.
"""
