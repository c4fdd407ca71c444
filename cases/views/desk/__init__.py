"""The desk: dashboard, queue, case pages and the steps taken there."""
