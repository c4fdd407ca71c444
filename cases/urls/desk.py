"""Addresses below `/desk/`."""

from django.urls import path

from cases.views.desk import (
    accounts,
    appeals,
    case_reports,
    decision,
    entry,
    hearing,
    identity,
    incident,
    interim,
    pages,
    redaction,
    registers,
    reports,
    retaliation,
    statements,
    surges,
    triage,
)

app_name = "desk"

CASE = "cases/<slug:number>/"
RESPONDENT = f"{CASE}respondents/<uuid:public_id>/"

urlpatterns = [
    path("", pages.dashboard, name="dashboard"),
    path("queue/", pages.queue, name="queue"),
    path("sanctions/", registers.sanctions, name="sanctions"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("case-reports/", case_reports.case_reports, name="case_reports"),
    path("case-reports/<uuid:public_id>/", case_reports.case_report, name="case_report"),
    path("case-reports/<uuid:public_id>/read/", case_reports.read, name="case_report_read"),
    path("accounts/", accounts.pairs, name="accounts"),
    path("accounts/<uuid:public_id>/", accounts.pair, name="account_pair"),
    path("accounts/<uuid:public_id>/ask/", accounts.ask, name="account_ask"),
    path("accounts/<uuid:public_id>/two-people/", accounts.dismiss, name="account_dismiss"),
    path("accounts/<uuid:public_id>/doubt/", accounts.doubt, name="account_doubt"),
    path("reports/new/", entry.enter, name="enter"),
    path("reports/new/<uuid:public_id>/", entry.entered, name="entered"),
    path("identity/", identity.requests, name="identity"),
    path("retaliation/", retaliation.marks, name="retaliation"),
    path("retaliation/<uuid:public_id>/", retaliation.mark, name="retaliation_mark"),
    path(
        "retaliation/<uuid:public_id>/nothing/", retaliation.nothing, name="retaliation_nothing"
    ),
    path(
        "retaliation/<uuid:public_id>/look-into/", retaliation.take_up, name="retaliation_take_up"
    ),
    path("surges/<uuid:public_id>/", surges.surge, name="surge"),
    path("letters/", registers.letters, name="letters"),
    path("letters/<uuid:public_id>/", registers.letter, name="letter"),
    path(CASE, pages.case, name="case"),
    path(f"{CASE}letters/", pages.letters, name="case_letters"),
    path(f"{CASE}notes/", triage.notes, name="notes"),
    path(f"{CASE}people/", pages.people, name="people"),
    path(f"{CASE}history/", pages.history, name="history"),
    path(f"{CASE}claim/", triage.claim, name="claim"),
    path(f"{CASE}release/", triage.release, name="release"),
    path(f"{CASE}watch/", triage.watch, name="watch"),
    path(f"{CASE}unwatch/", triage.unwatch, name="unwatch"),
    path(f"{CASE}open/", triage.open_case, name="open"),
    path(f"{CASE}dismiss/", triage.dismiss, name="dismiss"),
    path(f"{CASE}reopen/", triage.reopen, name="reopen"),
    path(f"{CASE}conflict/", triage.conflict, name="conflict"),
    path(f"{CASE}incident/", incident.incident, name="incident"),
    path(f"{CASE}names/", identity.names, name="names"),
    path(f"{CASE}names/<uuid:public_id>/answer/", identity.answer, name="identity_answer"),
    path(f"{CASE}names/<uuid:public_id>/read/", identity.read, name="identity_read"),
    path(f"{CASE}names/<uuid:public_id>/tell/", identity.use_consent, name="use_consent"),
    path(
        f"{CASE}names/<slug:kind>/<uuid:public_id>/ask/", identity.ask_consent, name="ask_consent"
    ),
    path(f"{CASE}reports/<uuid:public_id>/identity/", identity.ask, name="identity_ask"),
    path(f"{CASE}reports/<uuid:public_id>/ask/", reports.ask, name="ask"),
    path(f"{CASE}messages/<uuid:file_id>/", reports.message_file, name="message_file"),
    path(f"{CASE}reviews/<uuid:public_id>/", reports.review, name="review"),
    path(f"{CASE}allegations/add/", hearing.allege, name="allege"),
    path(f"{CASE}allegations/<uuid:public_id>/withdraw/", hearing.withdraw, name="withdraw"),
    path(f"{CASE}evidence/add/", hearing.add_evidence, name="add_evidence"),
    path(f"{CASE}evidence/<uuid:public_id>/", pages.evidence, name="evidence"),
    path(f"{CASE}evidence/<uuid:public_id>/redact/", redaction.redact, name="redact"),
    path(
        f"{CASE}evidence/<uuid:public_id>/pages/<int:page>/",
        redaction.picture,
        name="evidence_page",
    ),
    path(f"{CASE}covered/<uuid:public_id>/uncover/", redaction.uncover, name="uncover"),
    path(f"{CASE}statements/", statements.statements, name="statements"),
    path(f"{CASE}statements/ask/", statements.ask, name="ask_statement"),
    path(
        f"{CASE}statements/<uuid:public_id>/withdraw/",
        statements.withdraw,
        name="withdraw_statement",
    ),
    path(f"{CASE}measures/", interim.measures, name="measures"),
    path(f"{CASE}measures/<uuid:public_id>/lift/", interim.lift, name="lift_measure"),
    path(f"{RESPONDENT}measure/", interim.take, name="measure"),
    path(f"{RESPONDENT}notice/", hearing.write_notice, name="notice"),
    path(f"{RESPONDENT}go-on/", hearing.lapse, name="lapse"),
    path(f"{RESPONDENT}findings/", decision.findings, name="findings"),
    path(f"{RESPONDENT}consequence/", decision.consequence, name="consequence"),
    path(f"{RESPONDENT}confirm/", decision.confirm, name="confirm"),
    path(f"{RESPONDENT}send-back/", decision.send_back, name="send_back"),
    path(f"{RESPONDENT}look-again/", appeals.take_up, name="take_up"),
    path(f"{CASE}appeals/<uuid:public_id>/", appeals.decide, name="appeal"),
    path(f"{CASE}sanctions/<uuid:public_id>/reverse/", decision.reverse, name="reverse"),
]
