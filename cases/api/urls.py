"""Addresses below `/api/v1/` that belong to this app."""

from django.urls import URLPattern

from cases.api import cases, history, messages, parts, reports
from integrity.api.routes import NUMBER, one, resource

_CASE = f"cases/{NUMBER}"

urlpatterns: list[URLPattern] = [
    resource("reports", reports.ReportsView, "reports"),
    resource(f"reports/{one('report')}", reports.ReportView, "report"),
    resource(f"reports/{one('report')}/messages", messages.MessagesView, "report_messages"),
    resource("cases", cases.CasesView, "cases"),
    resource(_CASE, cases.CaseView, "case"),
    resource(f"{_CASE}/events", parts.EventsView, "case_events"),
    resource(f"{_CASE}/evidence", parts.EvidenceView, "case_evidence"),
    resource(f"{_CASE}/allegations", parts.AllegationsView, "case_allegations"),
    resource(f"{_CASE}/notices", parts.NoticesView, "case_notices"),
    resource(f"{_CASE}/responses", parts.ResponsesView, "case_responses"),
    resource(f"{_CASE}/determinations", parts.DeterminationsView, "case_determinations"),
    resource(f"{_CASE}/sanctions", parts.SanctionsView, "case_sanctions"),
    resource(f"{_CASE}/appeals", parts.AppealsView, "case_appeals"),
    resource(f"{_CASE}/notes", parts.NotesView, "case_notes"),
    resource("events", history.HistoryView, "events"),
    resource("checkpoints", history.CheckpointsView, "checkpoints"),
    resource("exports", history.ExportsView, "exports"),
    resource(f"exports/{one('export')}", history.ExportView, "export"),
    resource(f"exports/{one('export')}/content", history.ExportContentView, "export_content"),
]
