"""The accessibility statement: for everybody, from every page."""

from __future__ import annotations

from webapp.core.settings import ROOT


def test_everybody_reads_the_statement_and_every_page_leads_to_it(client):
    page = client.get("/accessibility")
    assert page.status_code == 200 and "WCAG 2.2" in page.text and "docs/accessibility.md" in page.text
    assert 'href="/accessibility"' in client.get("/sign-in").text


def test_the_conformance_report_names_every_criterion_once():
    report = (ROOT / "docs" / "accessibility.md").read_text("utf-8")
    lines = [line.split("|")[1:4] for line in report.splitlines() if line[:2] == "| " and line[2].isdigit()]
    assert len(lines) == 55 and len({line[0].split()[0] for line in lines}) == 55
    assert {line[1].strip() for line in lines} == {"A", "AA"}
    words = {"Supports", "Partially supports", "Does not support", "Not applicable"}
    assert {line[2].strip() for line in lines} <= words
